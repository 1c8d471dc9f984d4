import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { type CommandRoute, commandProblems } from "./command-rules.ts";
import { callbackProblems, messageProblems } from "./message-rules.ts";
import official from "./official-schemas.json" with { type: "json" };
import type { OfficialRoute, Schema } from "./official-trim.ts";

/** A route with a body. `PATCH /channels/{channel_id}` is judged as the change of a thread. */
export type BodyRoute = OfficialRoute;

export interface JudgedState {
  /** Of an edit: whether the message already has IS_COMPONENTS_V2. Unknown: only what is wrong either way is told. */
  readonly componentsV2?: boolean;
}

/**
 * What Discord would refuse in a request body, one line each (`components[0].custom_id: …`); empty when it is good.
 * Discord's official OpenAPI file decides first, then the rules that only its documentation has. Pure. Lengths that
 * only the documentation has are counted in UTF-16 units, which is never less than Discord counts.
 */
export function problemsIn(route: BodyRoute, body: unknown, state: JudgedState = {}): string[] {
  const problems = officialProblemsIn(route, body);
  return problems.length ? problems : byHand(route, body, state);
}

/** The official file's part of `problemsIn` alone. */
export function officialProblemsIn(route: BodyRoute, body: unknown): string[] {
  const judge = judgeOf(route);
  return judge(body) ? [] : told(judge.errors ?? []);
}

function byHand(route: BodyRoute, body: unknown, state: JudgedState): string[] {
  if (route.includes("/commands")) return commandProblems(route as CommandRoute, body);
  if (route.includes("/callback")) return callbackProblems(body);
  if (route.includes("/messages/{message_id}/threads") || route === "PATCH /channels/{channel_id}")
    return nameProblem(body);
  if (route === "POST /channels/{channel_id}/threads") return nameProblem(body);
  if (route === "POST /users/@me/channels") return [];
  const edits = route.startsWith("PATCH");
  const inChannel = route.includes("/channels/");
  return messageProblems(body, { edits, ephemeralAllowed: !inChannel, componentsV2: state.componentsV2 });
}

function nameProblem(body: unknown): string[] {
  const name = (body as { name?: unknown }).name;
  return typeof name === "string" && !name.trim() ? ["name: This field is required"] : [];
}

const judges = new Map<string, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** Compiled at first use: a suite that sends no commands never pays for them. */
function judgeOf(route: BodyRoute): ValidateFunction {
  const known = judges.get(route);
  if (known) return known;
  ajv ??= newAjv();
  const schema = route === "PATCH /channels/{channel_id}" ? THREAD_CHANGE : official.routes[route];
  const judge = ajv.compile(pointedAt(quickened(schema)) as Schema);
  judges.set(route, judge);
  return judge;
}

const THREAD_CHANGE = { $ref: "#/components/schemas/UpdateThreadRequestPartial" };

function newAjv(): Ajv2020 {
  const made = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (a: Ajv2020) => void)(made);
  made.addFormat("snowflake", /^\d{1,20}$/);
  made.addFormat("nonce", true);
  made.addSchema({ $id: "discord", components: { schemas: relaxed(official.schemas) } });
  return made;
}

/** The file says integer where the documentation says, and discord.js sends, a string of bits. */
function relaxed(schemas: Record<string, unknown>): Record<string, unknown> {
  const copy = quickened(schemas) as Record<string, { properties?: Record<string, unknown> }>;
  for (const schema of Object.values(copy)) {
    const properties = schema.properties;
    if (!properties?.default_member_permissions) continue;
    properties.default_member_permissions = {
      type: ["string", "integer", "null"],
      pattern: "^[0-9]{1,20}$",
      minimum: 0,
    };
  }
  return copy;
}

/**
 * The same rules, told apart by `type` first: `oneOf` over components tries every branch of every component, which takes
 * milliseconds for a card and tells of twenty branches nobody meant.
 */
function quickened(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(quickened);
  if (typeof part !== "object" || part === null) return part;
  const { oneOf, anyOf, ...rest } = part as { oneOf?: unknown; anyOf?: unknown };
  const others = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, quickened(value)]));
  const union = (oneOf ?? anyOf) as Schema[] | undefined;
  if (!union) return others;
  const [first, second] = union;
  if (union.length === 2 && first?.type === "null") return { ...others, if: { type: "null" }, else: quickened(second) };
  const tagged = union.map((branch) => ({ branch, tags: tagsOf(branch) }));
  if (tagged.some(({ tags }) => !tags)) return { ...others, [oneOf ? "oneOf" : "anyOf"]: quickened(union) };
  return {
    ...others,
    type: "object",
    required: ["type"],
    properties: { type: { enum: tagged.flatMap(({ tags }) => tags) } },
    allOf: tagged.map(({ branch, tags }) => ({ if: { not: { properties: { type: { enum: tags } } } }, else: branch })),
  };
}

/** The values of `type` that mean this branch, when it is a schema that insists on it. */
function tagsOf({ $ref }: Schema): unknown[] | undefined {
  const schemas = official.schemas as Record<
    string,
    { properties?: { type?: { enum?: unknown[] } }; required?: string[] }
  >;
  const schema = schemas[String($ref).split("/").at(-1) ?? ""];
  return schema?.required?.includes("type") ? schema.properties?.type?.enum : undefined;
}

function pointedAt(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(pointedAt);
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, key === "$ref" ? `discord${value}` : pointedAt(value)]),
  );
}

function told(errors: readonly ErrorObject[]): string[] {
  const plain = errors.filter((error) => !["if", "oneOf", "anyOf"].includes(error.keyword));
  const lines = (plain.length ? plain : errors).map((error) => {
    const allowed = error.params.allowedValues as unknown[] | undefined;
    return `${fieldOf(error.instancePath)}: ${error.message}${allowed ? ` (${allowed.join(", ")})` : ""}`;
  });
  return [...new Set(lines)].slice(0, 12);
}

const fieldOf = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((part, n) => (/^\d+$/.test(part) ? `[${part}]` : `${n ? "." : ""}${part}`))
    .join("") || "body";

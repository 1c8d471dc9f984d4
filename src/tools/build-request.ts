import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import type { Endpoint } from "../../core/domain/service.ts";
import { encodeForm, encodeQuery, textOf } from "./encode-query.ts";
import { parametersOf, templatePattern } from "./path-template.ts";

/** What is sent, without credentials. */
export interface BuiltRequest {
  readonly kind: "built";
  readonly origin: string;
  /** Path and query, encoded; proved to lie under the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Nothing is sent: plain words why. */
export interface Unbuildable {
  readonly kind: "unbuildable";
  readonly why: string;
}

const MAX_PATH = 16_000;

/**
 * Writes arguments into a request by the rules of the document. Whatever the arguments hold, the URL stays at the
 * base URL's origin, below its path, and is one that the template stands for; else nothing is built.
 */
export function buildRequest(
  { method, pathTemplate, bodyType }: Pick<Endpoint, "method" | "pathTemplate" | "bodyType">,
  baseUrl: string,
  argsSchema: JsonObject,
  args: JsonObject,
): BuiltRequest | Unbuildable {
  const groups = isJsonObject(argsSchema.properties) ? argsSchema.properties : {};
  const path = fillTemplate(pathTemplate, groupOf(args, "path"), schemasOf(groups.path));
  if (typeof path !== "string") return path;
  const query = encodeQuery(groupOf(args, "query"), schemasOf(groups.query));
  const headers = headersOf(groupOf(args, "header"), schemasOf(groups.header));
  if (headers.kind === "unbuildable") return headers;
  const base = new URL(baseUrl);
  const full = `${base.pathname.replace(/\/+$/, "")}${path}`;
  const problem =
    escapeProblem(base, full, pathTemplate, path) ??
    (full.length + query.length > MAX_PATH ? "its address would be longer than 16,000 characters" : undefined);
  if (problem) return { kind: "unbuildable", why: problem };
  const body = bodyFor(method, bodyType, args.body, groups.body);
  return {
    kind: "built",
    origin: base.origin,
    path: query === "" ? full : `${full}?${query}`,
    headers: { ...headers.headers, ...(body === undefined ? {} : { "content-type": bodyType ?? "application/json" }) },
    ...(body === undefined ? {} : { body }),
  };
}

function groupOf(args: JsonObject, name: string): JsonObject {
  const group = Object.hasOwn(args, name) ? args[name] : undefined;
  return isJsonObject(group) ? group : {};
}

function schemasOf(group: Json | undefined): JsonObject {
  return isJsonObject(group) && isJsonObject(group.properties) ? group.properties : {};
}

function fillTemplate(template: string, values: JsonObject, schemas: JsonObject): string | Unbuildable {
  let path = template;
  for (const name of new Set(parametersOf(template))) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const written = value === undefined ? "" : simple(value, schemas[name]);
    if (written === undefined) return { kind: "unbuildable", why: `path.${name} holds characters that cannot be sent` };
    if (written === "") return { kind: "unbuildable", why: `path.${name} is empty` };
    if (leadsUp(written))
      return { kind: "unbuildable", why: `path.${name} is "${written.slice(0, 100)}", which would lead elsewhere` };
    path = path.split(`{${name}}`).join(written);
  }
  return path;
}

/** Slashes are sent encoded, but some servers decode them first and then walk up, path parameters (`..;`) left aside. */
function leadsUp(written: string): boolean {
  return decodeURIComponent(written)
    .split(/[/\\]/)
    .some((part) => /^\.{1,2}(?:;|$)/.test(part));
}

/** Style `simple` (OpenAPI 3.1, 4.8.12.3): `a,b` for lists, `k,v` or `k=v` for objects. `undefined` for lone surrogates. */
function simple(value: Json, schema: Json | undefined): string | undefined {
  const explode = isJsonObject(schema) && schema["x-explode"] === true;
  try {
    if (Array.isArray(value)) return value.map((item) => encodeURIComponent(textOf(item))).join(",");
    if (!isJsonObject(value)) return encodeURIComponent(textOf(value));
    return Object.entries(value)
      .map(([key, item]) => [encodeURIComponent(key), encodeURIComponent(textOf(item))].join(explode ? "=" : ","))
      .join(",");
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The proof, on the finished address: nothing was rewritten, and it is under the base and of the template. */
function escapeProblem(base: URL, full: string, template: string, path: string): string | undefined {
  const url = URL.canParse(full, base.origin) ? new URL(`${base.origin}${full}`) : undefined;
  const prefix = `${base.pathname.replace(/\/+$/, "")}/`;
  const holds =
    url !== undefined &&
    url.origin === base.origin &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "" &&
    url.pathname === full &&
    url.pathname.startsWith(prefix) &&
    templatePattern(template).test(path);
  return holds ? undefined : "its address would leave the path that was allowed";
}

function headersOf(
  values: JsonObject,
  schemas: JsonObject,
): { kind: "headers"; headers: Record<string, string> } | Unbuildable {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    const explode = isJsonObject(schemas[name]) && (schemas[name] as JsonObject)["x-explode"] === true;
    const written = headerText(value, explode);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(written)) {
      return { kind: "unbuildable", why: `header.${name} holds characters that no header can carry` };
    }
    headers[name.toLowerCase()] = written;
  }
  return { kind: "headers", headers };
}

function headerText(value: Json, explode: boolean): string {
  if (Array.isArray(value)) return value.map(textOf).join(",");
  if (!isJsonObject(value)) return textOf(value);
  return Object.entries(value)
    .map(([key, item]) => [key, textOf(item)].join(explode ? "=" : ","))
    .join(",");
}

function bodyFor(
  method: string,
  bodyType: string | undefined,
  body: Json | undefined,
  schema: Json | undefined,
): string | undefined {
  if (body === undefined || method === "GET" || method === "HEAD") return undefined;
  if (bodyType !== "application/x-www-form-urlencoded") return JSON.stringify(body);
  return isJsonObject(body) ? encodeForm(body, schemasOf(schema)) : textOf(body);
}

import type { Replay, Risk } from "../../core/domain/plan.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { type Body, bodyOf } from "./openapi-body.ts";
import type { OpenApiDocument } from "./openapi-document.ts";
import { type Collecting, collectParameters, type Parameter, type Place } from "./openapi-parameters.ts";
import { OperationRefused, resolveObject } from "./openapi-ref.ts";
import { cleanText, createSchemaConverter } from "./openapi-schema.ts";
import { paramsLine } from "./params-line.ts";
import { parametersOf, templateProblem } from "./path-template.ts";
import { returnsLine } from "./returns-line.ts";

/** One operation of a document, ready to become an endpoint. */
export interface ListedOperation {
  readonly method: string;
  readonly pathTemplate: string;
  readonly operationId?: string;
  /** At most 120 characters, one line. */
  readonly summary: string;
  readonly params: string;
  /** Where its answer holds what, at most 300 characters. */
  readonly returns?: string;
  /** JSON Schema 2020-12 of `{ path, query, header, body }`, with the definitions it needs and no others. */
  readonly argsSchema: JsonObject;
  readonly bodyType?: string;
  readonly risk: Risk;
  readonly replay: Replay;
}

export interface Listing {
  readonly operations: readonly ListedOperation[];
  /** What cannot be called, and why: `POST /upload`, "its body is …". */
  readonly refused: readonly RefusedOperation[];
}

export interface RefusedOperation {
  readonly operation: string;
  readonly reason: string;
  /** It needs a file or an address outside the document. */
  readonly isOutside?: true;
}

export interface ListingOptions {
  /** Arguments that carry credentials and are left to the executor: `header:x-api-key`, `query:token`, `form:token`. */
  readonly credentials?: readonly string[];
  /** Says whether a server named beside an operation is the one that is called. Without it all are. */
  readonly isOurServer?: (server: JsonObject) => boolean;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"] as const;
const METHOD_NAME = /^[A-Z][A-Z0-9-]{0,30}$/;

/**
 * Every operation under `paths` (path items behind a `$ref` and 3.2's `query` and `additionalOperations` included;
 * webhooks are not ours to call), each listed or refused with a reason. One bad operation does not spoil the others.
 */
export function listOperations(document: OpenApiDocument, options: ListingOptions = {}): Listing {
  const { root, isSwagger2 } = document;
  const is30 = document.version.startsWith("3.0");
  const converter = createSchemaConverter(root, { isSwagger2, is30 });
  const credentials = new Set([...(options.credentials ?? []), ...declaredCredentials(root)]);
  const operations: ListedOperation[] = [];
  const refused: RefusedOperation[] = [];
  for (const found of findOperations(root)) {
    const name = `${found.method} ${cleanText(found.pathTemplate).slice(0, 200)}`;
    try {
      if (found.problem) throw found.problem;
      const collecting = { root, converter, needs: new Set<string>(), credentials, isSwagger2 };
      operations.push(listOne(found, collecting, options));
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      refused.push({ operation: name, reason: error.message, ...(error.isOutside ? { isOutside: true } : {}) });
    }
  }
  return { operations, refused };
}

interface Found {
  readonly method: string;
  readonly pathTemplate: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
  readonly problem?: OperationRefused;
}

function* findOperations(root: JsonObject): Generator<Found> {
  const paths = isJsonObject(root.paths) ? root.paths : {};
  for (const [pathTemplate, written] of Object.entries(paths)) {
    if (pathTemplate.startsWith("x-") || !isJsonObject(written)) continue;
    let item: JsonObject;
    try {
      item = resolveObject(root, written) ?? {};
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      yield { method: "ANY", pathTemplate, item: {}, operation: {}, problem: error };
      continue;
    }
    for (const [method, operation] of operationsIn(item)) yield { method, pathTemplate, item, operation };
  }
}

function operationsIn(item: JsonObject): [string, JsonObject][] {
  const found: [string, JsonObject][] = [];
  for (const method of METHODS) {
    const operation = item[method];
    if (isJsonObject(operation)) found.push([method.toUpperCase(), operation]);
  }
  const known = new Set(found.map(([method]) => method));
  const additional = isJsonObject(item.additionalOperations) ? item.additionalOperations : {};
  for (const [name, operation] of Object.entries(additional)) {
    const method = name.toUpperCase();
    // One that is described twice is what it is described as first: a key names one operation.
    if (!isJsonObject(operation) || known.has(method)) continue;
    known.add(method);
    found.push([method, operation]);
  }
  return found;
}

function listOne(
  { method, pathTemplate, item, operation }: Found,
  collecting: Collecting & { isSwagger2: boolean },
  { isOurServer }: ListingOptions,
): ListedOperation {
  const problem = templateProblem(pathTemplate);
  if (problem) throw new OperationRefused(problem);
  if (!METHOD_NAME.test(method) || method === "TRACE" || method === "CONNECT") {
    throw new OperationRefused(`its method ${cleanText(method).slice(0, 40)} is one that Piloto does not send`);
  }
  const servers = operation.servers ?? item.servers;
  if (
    Array.isArray(servers) &&
    servers.length > 0 &&
    isOurServer &&
    !servers.some((server) => isJsonObject(server) && isOurServer(server))
  ) {
    throw new OperationRefused("it names a server of its own, other than the service's base URL");
  }
  const collected = collectParameters([item.parameters, operation.parameters], collecting);
  const body = writableBody(method, bodyOf(operation, collected, collecting));
  const parameters = withPathParameters(pathTemplate, collected.parameters);
  const definitions = collecting.converter.definitions(collecting.needs);
  const argsSchema = groupSchema(parameters, body, definitions);
  const returns = returnsLine(operation, collecting.root);
  return {
    method,
    pathTemplate,
    ...(typeof operation.operationId === "string"
      ? { operationId: cleanText(operation.operationId).slice(0, 200) }
      : {}),
    summary: summaryOf(operation, item, method, pathTemplate),
    params: paramsLine(argsSchema),
    ...(returns === undefined ? {} : { returns }),
    argsSchema,
    ...(body ? { bodyType: body.type } : {}),
    risk: riskOf(method, operation),
    replay: replayOf(method, operation),
  };
}

/** GET and HEAD carry no body (RFC 9110, 9.3.1). */
function writableBody(method: string, body: Body | undefined): Body | undefined {
  if (!body || (method !== "GET" && method !== "HEAD")) return body;
  if (body.isRequired) throw new OperationRefused(`it wants a body with ${method}, which has no meaning in HTTP`);
  return undefined;
}

/** Exactly the parameters that the path names: one the document forgot is text, one the path lacks is dropped. */
function withPathParameters(template: string, parameters: readonly Parameter[]): Parameter[] {
  const named = new Set(parametersOf(template));
  const declared = new Set(parameters.filter(({ place }) => place === "path").map(({ name }) => name));
  const forgotten = [...named].filter((name) => !declared.has(name) && name !== "__proto__");
  return [
    ...parameters.filter(({ place, name }) => place !== "path" || named.has(name)),
    ...forgotten.map((name): Parameter => ({ place: "path", name, isRequired: true, schema: { type: "string" } })),
  ];
}

function groupSchema(parameters: readonly Parameter[], body: Body | undefined, definitions: JsonObject): JsonObject {
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const place of ["path", "query", "header"] as const satisfies readonly Place[]) {
    const own = parameters.filter((parameter) => parameter.place === place);
    if (own.length === 0) continue;
    const names = own.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    properties[place] = {
      type: "object",
      properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
      ...(names.length > 0 ? { required: names } : {}),
      additionalProperties: false,
    };
    if (names.length > 0) required.push(place);
  }
  if (body) properties.body = body.schema;
  if (body?.isRequired) required.push("body");
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

function summaryOf(operation: JsonObject, item: JsonObject, method: string, pathTemplate: string): string {
  const texts: (Json | undefined)[] = [
    operation.summary,
    operation.description,
    item.summary,
    inWords(operation.operationId),
  ];
  const best = texts.map((text) => (typeof text === "string" ? cleanText(text) : "")).find((text) => text !== "");
  const text = best ?? `${method} ${pathTemplate}`;
  return text.length <= 120 ? text : `${text.slice(0, 119).trimEnd()}…`;
}

/** `get_my_application` and `getMyApplication` → `get my application`. */
function inWords(operationId: Json | undefined): string | undefined {
  if (typeof operationId !== "string") return undefined;
  return operationId
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_.-]+/g, " ")
    .toLowerCase();
}

const READING = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** By the method's meaning (RFC 9110); the document may say that an operation is worse than that, never better. */
function riskOf(method: string, operation: JsonObject): Risk {
  const said = operation["x-piloto-risk"];
  if (method === "DELETE" || said === "destructive") return "destructive";
  return READING.has(method) && said !== "write" ? "read" : "write";
}

/**
 * Reading may be repeated. Nothing else may, idempotent by HTTP or not (a PUT that overtakes a later PUT undoes it),
 * unless the document says so with `x-piloto-replay: safe` or `x-idempotent: true`; that is honoured because every
 * attempt of a step carries the same `Idempotency-Key`.
 */
function replayOf(method: string, operation: JsonObject): Replay {
  if (operation["x-piloto-replay"] === "never") return "never";
  if (riskOf(method, operation) === "read") return "safe";
  return operation["x-piloto-replay"] === "safe" || operation["x-idempotent"] === true ? "safe" : "never";
}

/** API keys that the document declares: never arguments of a call. */
function declaredCredentials(root: JsonObject): string[] {
  const components = isJsonObject(root.components) ? root.components : {};
  const schemes = [root.securityDefinitions, components.securitySchemes].filter(isJsonObject);
  return schemes.flatMap((group) =>
    Object.values(group).flatMap((scheme) => {
      if (!isJsonObject(scheme) || scheme.type !== "apiKey" || typeof scheme.name !== "string") return [];
      return scheme.in === "header" ? [`header:${scheme.name.toLowerCase()}`] : [`${scheme.in}:${scheme.name}`];
    }),
  );
}

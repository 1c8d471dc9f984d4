import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { OperationRefused, resolveObject } from "./openapi-ref.ts";
import { cleanText } from "./openapi-schema.ts";

const MAX_LINE = 300;
const MAX_FIELDS = 12;
const MAX_DEPTH = 3;
/** Parts (`allOf`) of one schema, theirs included. */
const MAX_PARTS = 300;

/**
 * Where an operation's answer holds what, for references to it: `body: total:integer · body.items[]: id:string, name:string`.
 * `undefined` when the document does not tell, or tells it by a reference to elsewhere.
 */
export function returnsLine(operation: JsonObject, root: JsonObject): string | undefined {
  try {
    const schema = answerSchema(operation, root);
    const line = schema === undefined ? "" : describe("body", schema, root, 0).join(" · ");
    return line === "" ? undefined : clip(line);
  } catch (error) {
    if (error instanceof OperationRefused) return undefined;
    throw error;
  }
}

/** The JSON schema of the first successful answer: 200, 201, another 2xx, else the default. */
function answerSchema(operation: JsonObject, root: JsonObject): Json | undefined {
  const responses = isJsonObject(operation.responses) ? operation.responses : {};
  const codes = Object.keys(responses)
    .filter((code) => /^2(\d\d|XX)$/i.test(code))
    .sort();
  const response = resolveObject(root, responses[codes[0] ?? "default"]);
  if (!response) return undefined;
  if (response.schema !== undefined) return response.schema;
  const content = isJsonObject(response.content) ? response.content : {};
  const media = Object.entries(content).find(([type]) => /json|\*\/\*/i.test(type))?.[1];
  return resolveObject(root, media)?.schema;
}

function describe(at: string, schema: Json | undefined, root: JsonObject, depth: number): string[] {
  const { type, items, properties } = shapeOf(schema, root);
  if (type === "array") return depth >= MAX_DEPTH ? [] : describe(`${at}[]`, items, root, depth + 1);
  if (properties.size === 0) return depth === 0 || type === "any" || type === "object" ? [] : [`${at}:${type}`];
  const fields = [...properties]
    .slice(0, MAX_FIELDS)
    .map(([name, field]) => ({ name: cleanText(name).slice(0, 60), field }));
  const own = fields.map(({ name, field }) => `${name}:${shapeOf(field, root).type}`).join(", ");
  const inner =
    depth + 1 >= MAX_DEPTH
      ? []
      : fields.flatMap(({ name, field }) => describeInner(`${at}.${name}`, field, root, depth + 1));
  return [`${at}: ${own}`, ...inner];
}

/** Only what has fields of its own adds a part. */
function describeInner(at: string, field: Json, root: JsonObject, depth: number): string[] {
  const { type } = shapeOf(field, root);
  return type === "array" || type === "object"
    ? describe(at, field, root, depth).filter((part) => part.includes(": "))
    : [];
}

interface Shape {
  readonly type: string;
  readonly items?: Json;
  readonly properties: ReadonlyMap<string, Json>;
}

function shapeOf(schema: Json | undefined, root: JsonObject, depth = 0, budget = { left: MAX_PARTS }): Shape {
  const object = resolveObject(root, schema);
  if (!object || depth > 4 || --budget.left < 0) return { type: "any", properties: new Map() };
  const properties = new Map<string, Json>();
  for (const part of Array.isArray(object.allOf) ? object.allOf : []) {
    for (const [name, field] of shapeOf(part, root, depth + 1, budget).properties) properties.set(name, field);
  }
  for (const [name, field] of Object.entries(isJsonObject(object.properties) ? object.properties : {}))
    properties.set(name, field);
  const type = [object.type].flat().find((name) => typeof name === "string" && name !== "null");
  if (typeof type === "string" && type !== "object")
    return { type: cleanText(type).slice(0, 20), items: object.items, properties: new Map() };
  return { type: properties.size > 0 || type === "object" ? "object" : "any", properties };
}

/** Cut between fields, so that no half name stands there. */
function clip(line: string): string {
  if (line.length <= MAX_LINE) return line;
  const cut = line.slice(0, MAX_LINE - 2);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(", "), cut.lastIndexOf(" · ")))} …`;
}

import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { cleanText } from "./openapi-schema.ts";

const MAX_LINE = 600;
const MAX_NAMES = 24;

/** The arguments in one line, required ones starred: `path: id*:string · body: quantity*:integer`. */
export function paramsLine(argsSchema: JsonObject): string {
  const groups = isJsonObject(argsSchema.properties) ? argsSchema.properties : {};
  const definitions = isJsonObject(argsSchema.$defs) ? argsSchema.$defs : {};
  const required = new Set(Array.isArray(argsSchema.required) ? argsSchema.required : []);
  const parts = Object.entries(groups).map(([group, schema]) => {
    const fields = fieldsOf(schema, definitions);
    if (fields.length > 0) return `${group}: ${fields.join(" ")}`;
    return `${group}${required.has(group) ? "*" : ""}:${typeName(schema, definitions)}`;
  });
  const line = parts.join(" · ");
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE - 1)}…`;
}

function fieldsOf(schema: Json, definitions: JsonObject): string[] {
  const { properties, required } = objectShape(schema, definitions, 0);
  const entries = [...properties].sort(([a], [b]) => Number(required.has(b)) - Number(required.has(a)));
  const shown = entries.slice(0, MAX_NAMES).map(([name, field]) => {
    return `${cleanText(name).slice(0, 60)}${required.has(name) ? "*" : ""}:${typeName(field, definitions)}`;
  });
  return entries.length > MAX_NAMES ? [...shown, `… (${entries.length - MAX_NAMES} more)`] : shown;
}

interface Shape {
  readonly properties: Map<string, Json>;
  readonly required: Set<string>;
}

/** The properties of an object schema, `allOf` and references followed a few steps. */
function objectShape(schema: Json, definitions: JsonObject, depth: number, seen = new Set<JsonObject>()): Shape {
  const shape: Shape = { properties: new Map(), required: new Set() };
  const object = followed(schema, definitions);
  if (!object || depth > 5 || seen.has(object)) return shape;
  seen.add(object);
  for (const part of Array.isArray(object.allOf) ? object.allOf : []) {
    const inner = objectShape(part, definitions, depth + 1, seen);
    for (const [name, field] of inner.properties) shape.properties.set(name, field);
    for (const name of inner.required) shape.required.add(name);
  }
  for (const [name, field] of Object.entries(isJsonObject(object.properties) ? object.properties : {})) {
    shape.properties.set(name, field);
  }
  for (const name of Array.isArray(object.required) ? object.required : []) shape.required.add(String(name));
  return shape;
}

/** Each schema is named once: choices may go round, or name the next one many times. */
function typeName(schema: Json, definitions: JsonObject, known = new Map<JsonObject, string>()): string {
  const object = followed(schema, definitions);
  if (!object) return "any";
  const standing = known.get(object);
  if (standing !== undefined) return standing;
  known.set(object, "any");
  const name = nameOf(object, (part) => typeName(part, definitions, known));
  known.set(object, name);
  return name;
}

function nameOf(object: JsonObject, inner: (part: Json) => string): string {
  const choices = Array.isArray(object.enum) ? object.enum.filter((choice) => choice !== null).map(String) : [];
  const joined = choices.join("|");
  if (choices.length > 0 && joined.length <= 60) return cleanText(joined);
  const type = Array.isArray(object.type) ? object.type.filter((name) => name !== "null").join("|") : object.type;
  if (typeof type === "string" && type !== "") return type;
  const parts = object.anyOf ?? object.oneOf;
  if (Array.isArray(parts)) {
    const types = new Set(parts.map(inner).filter((name) => name !== "null"));
    return types.size <= 3 ? [...types].join("|") : "any";
  }
  return object.properties || object.allOf ? "object" : "any";
}

function followed(schema: Json | undefined, definitions: JsonObject): JsonObject | undefined {
  let current = schema;
  for (let hop = 0; hop < 10 && isJsonObject(current) && typeof current.$ref === "string"; hop++) {
    const name = current.$ref.replace("#/$defs/", "");
    current = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  }
  return isJsonObject(current) ? current : undefined;
}

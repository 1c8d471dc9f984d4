import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";

const GROUPS = ["path", "query", "header", "body"];

/**
 * Arguments that a model wrote flat (`{"id": …}`) put into the groups its schema has (`{"path": {"id": …}}`), where
 * each name belongs to exactly one group. Anything less clear stays as written, and the check says what is wrong.
 */
export function groupArgs(args: JsonObject, argsSchema: JsonObject): JsonObject {
  const groups = Object.entries(isJsonObject(argsSchema.properties) ? argsSchema.properties : {});
  const names = Object.keys(args);
  const isGrouped = groups.length > 0 && groups.every(([group]) => GROUPS.includes(group));
  if (!isGrouped || names.length === 0 || names.some((name) => GROUPS.includes(name))) return args;
  const grouped: JsonObject = {};
  for (const name of names) {
    const homes = groups.filter(([, schema]) => Object.hasOwn(propertiesOf(schema, argsSchema), name));
    const [home] = homes;
    if (!home || homes.length > 1) return args;
    const group = grouped[home[0]];
    grouped[home[0]] = { ...(isJsonObject(group) ? group : {}), [name]: args[name]! };
  }
  return grouped;
}

/** The properties of a schema, a local reference and `allOf` followed. */
export function propertiesOf(schema: Json | undefined, root: JsonObject, seen = new Set<JsonObject>()): JsonObject {
  const object = followed(schema, root);
  if (!object || seen.has(object)) return {};
  seen.add(object);
  const inherited = Array.isArray(object.allOf) ? object.allOf : [];
  const own = isJsonObject(object.properties) ? object.properties : {};
  return Object.assign({}, ...inherited.map((part) => propertiesOf(part, root, seen)), own);
}

/** The required names of a schema, a local reference and `allOf` followed. */
export function requiredOf(schema: Json | undefined, root: JsonObject, seen = new Set<JsonObject>()): string[] {
  const object = followed(schema, root);
  if (!object || seen.has(object)) return [];
  seen.add(object);
  const inherited = Array.isArray(object.allOf) ? object.allOf : [];
  const own = Array.isArray(object.required) ? object.required.filter((name) => typeof name === "string") : [];
  return [...new Set([...inherited.flatMap((part) => requiredOf(part, root, seen)), ...own])];
}

/** A schema with `#/$defs/…` references followed, a few hops. */
export function followed(schema: Json | undefined, root: JsonObject): JsonObject | undefined {
  const definitions = isJsonObject(root.$defs) ? root.$defs : {};
  let current = schema;
  for (let hop = 0; hop < 10 && isJsonObject(current) && typeof current.$ref === "string"; hop++) {
    const name = current.$ref.replace("#/$defs/", "");
    current = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  }
  return isJsonObject(current) ? current : undefined;
}

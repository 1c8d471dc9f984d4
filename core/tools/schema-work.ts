import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";

const LISTS = ["allOf", "anyOf", "oneOf"] as const;
const SINGLES = ["if", "then", "else", "not"] as const;
const BELOW = ["properties", "patternProperties", "$defs"] as const;

/**
 * How many schemas a validator may have to walk through for one single value, references followed: the most over all
 * places of a schema. Infinite where a schema is a choice or a part of itself. A document of a few lines can make this
 * grow without bounds, since each definition may name the next one twice. Linear in the schema.
 */
export function schemaWork(root: JsonObject): number {
  const definitions = isJsonObject(root.$defs) ? root.$defs : {};
  const known = new Map<JsonObject, number>();

  /** At one value. What is being counted already leads back to itself. */
  function workOf(schema: Json | undefined): number {
    if (!isJsonObject(schema)) return 1;
    const standing = known.get(schema);
    if (standing !== undefined) return standing;
    known.set(schema, Number.POSITIVE_INFINITY);
    const work = partsOf(schema).reduce<number>((sum, part) => sum + workOf(part), 1);
    known.set(schema, work);
    return work;
  }

  function partsOf(schema: JsonObject): (Json | undefined)[] {
    const name = typeof schema.$ref === "string" ? schema.$ref.replace("#/$defs/", "") : undefined;
    const dependent = isJsonObject(schema.dependentSchemas) ? Object.values(schema.dependentSchemas) : [];
    return [
      ...(name !== undefined && Object.hasOwn(definitions, name) ? [definitions[name]] : []),
      ...LISTS.flatMap((keyword) => (Array.isArray(schema[keyword]) ? (schema[keyword] as Json[]) : [])),
      ...SINGLES.flatMap((keyword) => (isJsonObject(schema[keyword]) ? [schema[keyword]] : [])),
      ...dependent,
    ];
  }

  let most = 0;
  const waiting: Json[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) for (const item of next) waiting.push(item);
    if (!isJsonObject(next)) continue;
    most = Math.max(most, workOf(next));
    for (const [keyword, inner] of Object.entries(next)) {
      if (isJsonObject(inner) && (BELOW as readonly string[]).includes(keyword))
        for (const child of Object.values(inner)) waiting.push(child);
      else if (typeof inner === "object" && inner !== null) waiting.push(inner);
    }
  }
  return most;
}

import { referencesIn } from "../domain/references.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";

/** Formats that `createAjv` knows: a text that is one reference and nothing else, and one that holds a reference. */
export const REFERENCE_FORMATS = {
  "piloto-whole-reference": (text: string): boolean => {
    const { references } = referencesIn(text);
    return references.length === 1 && references[0]?.text === text.trim();
  },
  "piloto-holds-reference": (text: string): boolean => referencesIn(text).references.length > 0,
} as const;

const ONE_SCHEMA = ["items", "additionalProperties", "contains", "then", "else"] as const;
const SCHEMA_LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"] as const;
const SCHEMA_MAPS = ["properties", "patternProperties", "dependentSchemas", "$defs"] as const;

/**
 * The same schema, but a text that is one reference fits everywhere, and a text that holds one fits where some text
 * does: what it will be is known when the step runs, and checked again then. `oneOf` becomes `anyOf` and `not` falls
 * away, since an unknown value fits them all.
 */
export function allowReferences(schema: JsonObject): JsonObject {
  const definitions = isJsonObject(schema.$defs) ? schema.$defs : {};
  const { $defs, ...root } = loosen(schema, definitions);
  return { ...root, ...($defs === undefined ? {} : { $defs }) };
}

function loosen(schema: JsonObject, definitions: JsonObject): JsonObject {
  const changed: JsonObject = { ...schema };
  for (const keyword of ONE_SCHEMA) {
    if (isJsonObject(schema[keyword])) changed[keyword] = wrap(schema[keyword] as Json, definitions);
  }
  for (const keyword of SCHEMA_LISTS) {
    const list = schema[keyword];
    if (Array.isArray(list)) changed[keyword] = list.map((part) => wrap(part, definitions));
  }
  for (const keyword of SCHEMA_MAPS) {
    const map = schema[keyword];
    if (!isJsonObject(map)) continue;
    changed[keyword] = Object.fromEntries(Object.entries(map).map(([name, part]) => [name, wrap(part, definitions)]));
  }
  delete changed.not;
  delete changed.uniqueItems;
  if (changed.oneOf !== undefined) {
    const { oneOf, anyOf, ...rest } = changed;
    return anyOf === undefined
      ? { ...rest, anyOf: oneOf as Json }
      : { ...rest, allOf: [...((rest.allOf as Json[]) ?? []), { anyOf }, { anyOf: oneOf as Json }] };
  }
  return changed;
}

function wrap(schema: Json, definitions: JsonObject): Json {
  if (!isJsonObject(schema)) return schema;
  const takesText = admitsText(schema, definitions, 0);
  return {
    if: { type: "string", format: "piloto-holds-reference" },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: takesText ? true : { format: "piloto-whole-reference" },
    else: loosen(schema, definitions),
  };
}

/** Whether some text fits. Unsure counts as yes. */
function admitsText(schema: Json | undefined, definitions: JsonObject, depth: number): boolean {
  if (schema === false) return false;
  if (!isJsonObject(schema) || depth > 8) return true;
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.replace("#/$defs/", "");
    return admitsText(Object.hasOwn(definitions, name) ? definitions[name] : true, definitions, depth + 1);
  }
  if (schema.type !== undefined) return [schema.type].flat().includes("string");
  if (Array.isArray(schema.enum)) return schema.enum.some((choice) => typeof choice === "string");
  const parts = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(parts) && !parts.some((part) => admitsText(part, definitions, depth + 1))) return false;
  return !Array.isArray(schema.allOf) || schema.allOf.every((part) => admitsText(part, definitions, depth + 1));
}

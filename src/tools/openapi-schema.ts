import { sha256 } from "../../core/domain/canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { followRef, OperationRefused, valueAt } from "./openapi-ref.ts";

/** Bytes of JSON that the definitions of one operation may take; farther ones are let through unchecked. */
const MAX_DEFINITION_BYTES = 96 * 1024;
const MAX_DEPTH = 60;
const MAX_TEXT = 300;
const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);

interface Definition {
  readonly name: string;
  readonly schema: Json;
  readonly needs: readonly string[];
  readonly sizeBytes: number;
  readonly refused?: OperationRefused;
}

/** Turns schemas of one document (2.0, 3.0, 3.1, 3.2) into JSON Schema 2020-12. Each definition is converted once. */
export interface SchemaConverter {
  /**
   * One schema, with references to `#/$defs/…`; `needs` collects the definitions that it names.
   * @throws OperationRefused when it needs something outside the document, or a file
   */
  convert(schema: Json | undefined, needs: Set<string>): Json;
  /**
   * The definitions reachable from `needs`, circular ones included, nearest first. Beyond the size limit
   * a definition is left open (`true`): the service checks it.
   * @throws OperationRefused when one of them needs something outside the document
   */
  definitions(needs: ReadonlySet<string>): JsonObject;
}

export function createSchemaConverter(root: JsonObject, { isSwagger2 = false, is30 = false } = {}): SchemaConverter {
  const known = new Map<string, Definition>();
  const ignoresRefSiblings = isSwagger2 || is30;

  function define(pointer: string, value: Json): Definition {
    const needs = new Set<string>();
    const name = definitionName(pointer);
    try {
      const schema = convertAt(value, needs, 0);
      return { name, schema, needs: [...needs], sizeBytes: JSON.stringify(schema).length };
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      return { name, schema: true, needs: [], sizeBytes: 4, refused: error };
    }
  }

  function lookUp(pointer: string): Definition {
    const standing = known.get(pointer);
    if (standing) return standing;
    const definition = define(pointer, valueAt(root, pointer));
    known.set(pointer, definition);
    return definition;
  }

  function convertAt(schema: Json | undefined, needs: Set<string>, depth: number): Json {
    if (typeof schema === "boolean") return schema;
    if (!isJsonObject(schema)) return true;
    if (depth > MAX_DEPTH) throw new OperationRefused(`its schema is nested deeper than ${MAX_DEPTH} levels`);
    const next = (child: Json | undefined) => convertAt(child, needs, depth + 1);
    if (typeof schema.$ref === "string") {
      const { pointer } = followRef(root, schema.$ref);
      needs.add(pointer);
      const reference: JsonObject = { $ref: `#/$defs/${definitionName(pointer)}` };
      if (schema.nullable === true) return { anyOf: [reference, { type: "null" }] };
      return ignoresRefSiblings ? reference : { ...convertKeywords(schema, next), ...reference };
    }
    return withNull(convertKeywords(schema, next), schema.nullable === true);
  }

  return {
    convert: (schema, needs) => convertAt(schema, needs, 0),
    definitions(needs) {
      const found: JsonObject = {};
      const waiting = [...needs];
      const seen = new Set(waiting);
      let sizeBytes = 0;
      for (let pointer = waiting.shift(); pointer !== undefined; pointer = waiting.shift()) {
        const definition = lookUp(pointer);
        if (definition.refused) throw definition.refused;
        sizeBytes += definition.sizeBytes;
        if (sizeBytes > MAX_DEFINITION_BYTES) {
          found[definition.name] = true;
          continue;
        }
        found[definition.name] = definition.schema;
        for (const need of definition.needs) {
          if (seen.has(need)) continue;
          seen.add(need);
          waiting.push(need);
        }
      }
      return found;
    },
  };
}

/** The same pointer has the same name in every operation; names of the usual places stay readable. */
function definitionName(pointer: string): string {
  const last = pointer.slice(pointer.lastIndexOf("/") + 1);
  const isUsual = /^\/(components\/schemas|definitions)\/[^/]+$/.test(pointer) && /^[A-Za-z0-9_.-]{1,80}$/.test(last);
  if (isUsual && last !== "__proto__") return last;
  return `${last.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, 40)}-${sha256(pointer).slice(0, 8)}`;
}

type Keep = (value: Json, next: (child: Json | undefined) => Json) => Json | undefined;

const finite: Keep = (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
const count: Keep = (value) => (Number.isInteger(value) && (value as number) >= 0 ? value : undefined);
const text: Keep = (value) => (typeof value === "string" ? cleanText(value).slice(0, MAX_TEXT) : undefined);
const flag: Keep = (value) => (typeof value === "boolean" ? value : undefined);
const one: Keep = (value, next) => (isJsonObject(value) || typeof value === "boolean" ? next(value) : undefined);
const several: Keep = (value, next) => (Array.isArray(value) && value.length > 0 ? value.map(next) : undefined);
const named: Keep = (value, next) =>
  isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, child]) => (key === "__proto__" ? [] : [[key, next(child)]])),
      )
    : undefined;
const names: Keep = (value) => {
  if (!Array.isArray(value)) return undefined;
  const found = [...new Set(value.filter((name) => typeof name === "string"))];
  return found.length > 0 ? found : undefined;
};
const namesByName: Keep = (value) =>
  isJsonObject(value) && Object.values(value).every((list) => Array.isArray(list)) ? value : undefined;
const smallValue: Keep = (value) => (JSON.stringify(value).length <= 1000 ? value : undefined);

/** What is kept of a schema. Anything else (examples, xml, discriminator, x-…) is left out; wrong kinds too. */
const KEYWORDS: Readonly<Record<string, Keep>> = {
  type: keepType,
  enum: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
  const: (value) => value,
  default: smallValue,
  title: text,
  description: text,
  format: text,
  pattern: (value) => (typeof value === "string" && value.length <= 500 ? value : undefined),
  minimum: finite,
  maximum: finite,
  exclusiveMinimum: finite,
  exclusiveMaximum: finite,
  multipleOf: (value) => (typeof value === "number" && value > 0 ? value : undefined),
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minContains: count,
  maxContains: count,
  minProperties: count,
  maxProperties: count,
  uniqueItems: flag,
  readOnly: flag,
  required: names,
  dependentRequired: namesByName,
  properties: named,
  patternProperties: named,
  dependentSchemas: named,
  items: one,
  prefixItems: several,
  contains: one,
  additionalProperties: one,
  propertyNames: one,
  not: one,
  if: one,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: one,
  else: one,
  allOf: several,
  anyOf: several,
  oneOf: several,
};

function keepType(value: Json): Json | undefined {
  if (value === "file") throw new OperationRefused("it takes a file, and Piloto sends JSON and form bodies only");
  const types = (Array.isArray(value) ? value : [value]).filter((type) => TYPES.has(String(type)));
  return types.length > 1 ? types : types[0];
}

function convertKeywords(schema: JsonObject, next: (child: Json | undefined) => Json): JsonObject {
  const kept: JsonObject = {};
  for (const [keyword, keep] of Object.entries(KEYWORDS)) {
    if (!Object.hasOwn(schema, keyword)) continue;
    const value = keep(schema[keyword] as Json, next);
    if (value !== undefined) kept[keyword] = value;
  }
  if (Array.isArray(schema.items)) kept.prefixItems = schema.items.map(next);
  fixBounds(schema, kept);
  dropReadOnlyFromRequired(kept);
  return kept;
}

/** 2.0 and 3.0: `exclusiveMinimum: true` turns `minimum` exclusive. */
function fixBounds(schema: JsonObject, kept: JsonObject): void {
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (schema[exclusive] !== true || kept[bound] === undefined) continue;
    kept[exclusive] = kept[bound] as Json;
    delete kept[bound];
  }
}

/** A required property that the service itself fills is not asked of a caller (OpenAPI 3.0.4, "readOnly"). */
function dropReadOnlyFromRequired(kept: JsonObject): void {
  if (!Array.isArray(kept.required) || !isJsonObject(kept.properties)) return;
  const properties = kept.properties;
  const required = kept.required.filter((name) => {
    const property = Object.hasOwn(properties, String(name)) ? properties[String(name)] : undefined;
    return !(isJsonObject(property) && property.readOnly === true);
  });
  if (required.length > 0) kept.required = required;
  else delete kept.required;
}

function withNull(schema: JsonObject, isNullable: boolean): JsonObject {
  if (!isNullable) return schema;
  if (schema.type === undefined) {
    return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const widened: JsonObject = { ...schema, type: [...new Set([...types, "null"])] };
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) widened.enum = [...schema.enum, null];
  return widened;
}

/** One line without control, bidirectional and zero-width characters: descriptions are somebody else's text. */
export function cleanText(value: string): string {
  return value
    .slice(0, 5000)
    .replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

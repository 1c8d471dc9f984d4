import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";

/**
 * Query arguments by the document's style rules (OpenAPI 3.1, 4.8.12): `form`, `spaceDelimited`, `pipeDelimited`,
 * `deepObject`, JSON content, and 2.0's tab-separated lists. Absent: `form`, exploded. Everything is percent-encoded.
 */
export function encodeQuery(values: JsonObject, schemas: JsonObject): string {
  return Object.entries(values)
    .flatMap(([name, value]) => pairsOf(name, value, Object.hasOwn(schemas, name) ? schemas[name] : undefined))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

/** A form body: lists repeat their name, objects are written as JSON (OpenAPI 3.1, 4.8.15). */
export function encodeForm(values: JsonObject, schemas: JsonObject): string {
  return Object.entries(values)
    .flatMap(([name, value]): [string, string][] => {
      const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      if (isJsonObject(value) && !(isJsonObject(schema) && schema["x-style"])) return [[name, JSON.stringify(value)]];
      return pairsOf(name, value, schema);
    })
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

const SEPARATORS: Readonly<Record<string, string>> = {
  form: ",",
  spaceDelimited: " ",
  pipeDelimited: "|",
  tabDelimited: "\t",
};

function pairsOf(name: string, value: Json, schema: Json | undefined): [string, string][] {
  if (value === null) return [];
  const { "x-style": written, "x-explode": exploded } = isJsonObject(schema) ? schema : {};
  const style = typeof written === "string" ? written : "form";
  const explode = typeof exploded === "boolean" ? exploded : style === "form";
  if (style === "json") return [[name, JSON.stringify(value)]];
  if (style === "deepObject") return deepPairs(name, value);
  if (Array.isArray(value)) {
    if (explode) return value.map((item) => [name, textOf(item)]);
    return [[name, value.map(textOf).join(SEPARATORS[style] ?? ",")]];
  }
  if (!isJsonObject(value)) return [[name, textOf(value)]];
  if (explode) return Object.entries(value).map(([key, item]) => [key, textOf(item)]);
  return [
    [
      name,
      Object.entries(value)
        .flatMap(([key, item]) => [key, textOf(item)])
        .join(SEPARATORS[style] ?? ","),
    ],
  ];
}

function deepPairs(name: string, value: Json): [string, string][] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => deepPairs(name, item));
  if (!isJsonObject(value)) return [[name, textOf(value)]];
  return Object.entries(value).flatMap(([key, item]) => deepPairs(`${name}[${key}]`, item));
}

/** Lone surrogates become U+FFFD: the URL standard does the same. */
function encode(text: string): string {
  return encodeURIComponent(
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"),
  );
}

/** How a single value is written where there is only text. */
export function textOf(value: Json): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}

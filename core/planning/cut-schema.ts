import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";

/**
 * A tool's schema for a prompt, at most `maxChars` of JSON: first without descriptions, then less and less deep.
 * What is cut says so; required names stay as long as anything does. `undefined` when even that is too long.
 */
export function cutSchema(schema: JsonObject, maxChars: number): string | undefined {
  const whole = JSON.stringify(schema);
  if (whole.length <= maxChars) return whole;
  for (let depth = 12; depth >= 3; depth--) {
    const cut = JSON.stringify(prune(schema, depth));
    if (cut.length <= maxChars) return cut;
  }
  return undefined;
}

const PROSE = new Set(["description", "title", "example", "examples", "default", "$comment", "deprecated"]);

function prune(value: Json, depth: number): Json {
  if (Array.isArray(value)) return value.map((item) => prune(item, depth));
  if (!isJsonObject(value)) return value;
  if (depth <= 0) return { ...(value.type === undefined ? {} : { type: value.type }), $comment: "cut" };
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (PROSE.has(key) && !isJsonObject(item)) continue;
    kept[key] = isJsonObject(item) ? prune(item, depth - 1) : prune(item, depth);
  }
  return kept;
}

import type { Json } from "../domain/result.ts";

/** What a text holds of JSON: the value, text that looks like JSON and is broken, or nothing like it. */
export type Extracted =
  | { readonly kind: "found"; readonly value: Json }
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "none" };

/**
 * Finds the JSON value in a model's answer: alone, in a code fence, in `<tool_call>` tags, or with prose around it.
 * Lenient about packaging and trailing commas; everything else that is not JSON is `broken`, never guessed at.
 */
export function extractJson(text: string): Extracted {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "none" };
  const candidates = [...fenced(trimmed), trimmed];
  let why: string | undefined;
  for (const candidate of candidates) {
    const read = parseLenient(candidate);
    if (read.kind === "found") return read;
  }
  for (const candidate of candidates) {
    const start = firstValueStart(candidate);
    if (start < 0) continue;
    const end = balancedEnd(candidate, start);
    const read = parseLenient(end < 0 ? candidate.slice(start) : candidate.slice(start, end));
    if (read.kind === "found" && typeof read.value === "object" && read.value !== null) return read;
    why ??= end < 0 ? "the JSON does not end" : "the JSON is malformed";
  }
  return why === undefined ? { kind: "none" } : { kind: "broken", why };
}

/** JSON, or JSON with trailing commas. Numbers, words and strings standing alone are not taken for an answer. */
export function parseLenient(text: string): Extracted {
  for (const candidate of [text, withoutTrailingCommas(text)]) {
    const value = tryParse(candidate);
    if (value !== undefined && isTooDeep(value)) return { kind: "broken", why: "the JSON is nested too deep" };
    if (value !== undefined && typeof value === "object" && value !== null) {
      return { kind: "found", value: wellFormed(value) };
    }
  }
  return { kind: "broken", why: "the JSON is malformed" };
}

/** Deeper than any real argument, and shallow enough for every walk over it. */
const MAX_DEPTH = 100;

export function isTooDeep(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function tryParse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Lone surrogates have no canonical form; they become U+FFFD, as they would on any wire. */
export function wellFormed(value: Json): Json {
  if (typeof value === "string") return wellFormedText(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormedText(key), wellFormed(item)]));
}

export function wellFormedText(text: string): string {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

function fenced(text: string): string[] {
  // Every second piece lies inside a fence; the last has no end. Split, not matched: linear in the text.
  const pieces = text.split("```");
  const inFences = pieces
    .filter((_piece, at) => at % 2 === 1 && at < pieces.length - 1)
    .map((piece) => piece.replace(/^[a-zA-Z_]*/, ""));
  const inTags = [...text.matchAll(/<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g)].map((match) => match[1] ?? "");
  return [...inFences, ...inTags].map((inner) => inner.trim()).filter((inner) => /^[[{]/.test(inner));
}

/** Where a `{` or `[` begins that can be JSON: `{"`, `{}`, `[{`, `["`; `{{steps.1…}}` and `[1]` in prose are not. */
function firstValueStart(text: string): number {
  return text.search(/\{\s*(?:"|\})|\[\s*[{"]/);
}

function balancedEnd(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function withoutTrailingCommas(text: string): string {
  let out = "";
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (inString) {
      out += char;
      if (char === "\\") out += text[++at] ?? "";
      else if (char === '"') inString = false;
      continue;
    }
    if (char === '"') inString = true;
    if (char === "," && /^\s*[}\]]/.test(text.slice(at + 1, at + 200))) continue;
    out += char;
  }
  return out;
}

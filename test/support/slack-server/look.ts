import { asList, isJson, type Json } from "./json.ts";

/** Where a checker looks, and the list it writes into. */
export interface Look {
  readonly path: string;
  readonly problems: string[];
}

export function into(look: Look, key: string | number): Look {
  const path = typeof key === "number" ? `${look.path}[${key}]` : look.path ? `${look.path}.${key}` : key;
  return { path, problems: look.problems };
}

export function wrong(look: Look, problem: string) {
  look.problems.push(`${problem} [json-pointer:${look.path}]`);
}

export function onlyKeys(look: Look, value: Json, keys: string[]) {
  for (const key of Object.keys(value)) if (!keys.includes(key)) wrong(into(look, key), `unknown property "${key}"`);
}

/** A string of 1 to `max` characters (UTF-16 units, the stricter count). Absent is fine unless `required`. */
export function string(look: Look, value: unknown, max: number, { required = false, min = 1 } = {}) {
  if (value === undefined) {
    if (required) wrong(look, "missing required field");
    return;
  }
  if (typeof value !== "string") return wrong(look, "must be a string");
  if (value.length < min) wrong(look, `must be at least ${min} characters`);
  if (value.length > max) wrong(look, `must be less than ${max + 1} characters, not ${value.length}`);
  if (!value.isWellFormed()) wrong(look, "holds half a character (a lone surrogate)");
}

export function oneOf(look: Look, value: unknown, allowed: readonly unknown[], { required = false } = {}) {
  if (value === undefined) {
    if (required) wrong(look, "missing required field");
    return;
  }
  if (!allowed.includes(value)) wrong(look, `must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`);
}

export function flag(look: Look, value: unknown) {
  if (value !== undefined && typeof value !== "boolean") wrong(look, "must be true or false");
}

export function whole(look: Look, value: unknown, min: number, max: number) {
  if (value === undefined) return;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    wrong(look, `must be a whole number from ${min} to ${max}`);
  }
}

/** The list's items, after its length was judged. Absent counts as empty. */
export function list(look: Look, value: unknown, { min = 0, max }: { min?: number; max: number }): unknown[] {
  if (value !== undefined && !Array.isArray(value)) wrong(look, "must be a list");
  const items = asList(value);
  if (items.length < min) wrong(look, `must have at least ${min} item${min === 1 ? "" : "s"}`);
  if (items.length > max) wrong(look, `no more than ${max} items allowed, not ${items.length}`);
  return items;
}

export function object(look: Look, value: unknown): Json | undefined {
  if (isJson(value)) return value;
  wrong(look, "must be an object");
  return undefined;
}

export function webUrl(look: Look, value: unknown, { required = false } = {}) {
  string(look, value, 3000, { required });
  if (typeof value === "string" && !/^(https?:\/\/|mailto:)\S+$/.test(value)) wrong(look, "must be a valid URL");
}

/** A text object. `plain` demands plain_text. */
export function text(look: Look, value: unknown, max: number, { required = false, plain = false } = {}) {
  if (value === undefined) {
    if (required) wrong(look, "missing required field");
    return;
  }
  const read = object(look, value);
  if (!read) return;
  oneOf(into(look, "type"), read.type, plain ? ["plain_text"] : ["plain_text", "mrkdwn"], { required: true });
  onlyKeys(look, read, read.type === "mrkdwn" ? ["type", "text", "verbatim"] : ["type", "text", "emoji"]);
  string(into(look, "text"), read.text, max, { required: true });
  flag(into(look, "emoji"), read.emoji);
  flag(into(look, "verbatim"), read.verbatim);
}

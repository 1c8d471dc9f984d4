import { hash } from "node:crypto";
import type { Plan } from "./plan.ts";

/**
 * Canonical JSON by RFC 8785: the same value gives the same bytes everywhere. Properties that are `undefined` do not
 * count, as in `JSON.stringify`. Written out here, because plans are hashed whenever they are shown, confirmed and
 * run; a test holds it against the RFC's reference implementation.
 * @throws TypeError on what JSON cannot say: NaN, half a character, BigInt, functions, `undefined`.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return textJson(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`JSON cannot say the number ${value}.`);
      return String(Object.is(value, -0) ? 0 : value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? `[${value.map(canonicalJson).join(",")}]` : objectJson(value);
    default:
      throw new TypeError(`JSON cannot say a value of type ${typeof value}.`);
  }
}

/** Keys in the order of their UTF-16 code units, which is how JavaScript compares texts. */
function objectJson(value: object): string {
  let json = "{";
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    json += `${json === "{" ? "" : ","}${textJson(key)}:${canonicalJson(item)}`;
  }
  return `${json}}`;
}

/** A database would store another text in the place of half a character, and hashes would not fit any more. */
function textJson(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("JSON cannot say half a character (a lone surrogate).");
  return JSON.stringify(text);
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** A plan's identity: what was shown is what was confirmed is what runs. A frozen plan is hashed once. */
export function planHash(plan: Plan): string {
  if (!Object.isFrozen(plan) || !Object.isFrozen(plan.steps)) return sha256(canonicalJson(plan));
  let known = hashes.get(plan);
  if (known === undefined) {
    known = sha256(canonicalJson(plan));
    hashes.set(plan, known);
  }
  return known;
}

/** Of plans that storage froze through and through: they cannot change under their hash. */
const hashes = new WeakMap<Plan, string>();

import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Plan } from "./plan.ts";

/**
 * Canonical JSON by RFC 8785: the same value gives the same bytes everywhere.
 * Throws on what JSON cannot say (NaN, lone surrogates, BigInt).
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("Only JSON values have a canonical form.");
  return text;
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** A plan's identity: what was shown is what was confirmed is what runs. */
export function planHash(plan: Plan): string {
  return sha256(canonicalJson(plan));
}

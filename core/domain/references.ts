import type { StepResult } from "./plan.ts";
import { isJsonObject, type Json, type JsonObject } from "./result.ts";

/** `{{steps.1.body.items.0.id}}`: a value that an earlier step brought back. */
export interface Reference {
  readonly step: number;
  readonly part: "status" | "headers" | "body";
  readonly path: readonly string[];
  /** As written, braces included. */
  readonly text: string;
}

export type Resolved =
  | { readonly kind: "resolved"; readonly args: JsonObject }
  | { readonly kind: "missing"; readonly reference: string; readonly why: string };

const REFERENCE = /\{\{\s*steps\.(\d{1,4})\.(status|headers|body)((?:\.[^.{}\s]+)*)\s*\}\}/g;
/** Not over further opening braces: a long row of them would be read again from each one. */
const LOOKS_LIKE_ONE = /\{\{(?:(?!\{\{)[^}])*\}\}/g;

/** All references in a value, and all things in double braces that are none. */
export function referencesIn(value: Json): { references: Reference[]; malformed: string[] } {
  const references: Reference[] = [];
  const malformed: string[] = [];
  eachString(value, (text) => {
    const found = [...text.matchAll(REFERENCE)];
    references.push(...found.map(toReference));
    for (const [braces] of text.matchAll(LOOKS_LIKE_ONE)) {
      if (!found.some((match) => match[0] === braces)) malformed.push(braces);
    }
  });
  return { references, malformed };
}

/**
 * Puts earlier results in the place of references. A string that is one reference takes the value with its type;
 * inside a longer string only text, numbers and booleans can stand. What was put in is never read again, so a
 * result that looks like a reference stays text.
 */
export function resolveReferences(args: JsonObject, results: ReadonlyMap<number, StepResult>): Resolved {
  let missing: { reference: string; why: string } | undefined;
  const lookUp = (reference: Reference): Json => {
    const found = follow(reference, results);
    if (found.kind === "found") return found.value;
    missing ??= { reference: reference.text, why: found.why };
    return null;
  };
  const resolved = mapStrings(args, (text) => {
    const found = [...text.matchAll(REFERENCE)].map(toReference);
    const [only] = found;
    if (!only) return text;
    if (found.length === 1 && only.text === text.trim()) return lookUp(only);
    return text.replace(REFERENCE, (braces) => {
      const reference = found.find((candidate) => candidate.text === braces)!;
      const value = lookUp(reference);
      if (typeof value === "object" && value !== null) {
        missing ??= { reference: braces, why: "it is a list or an object, which cannot stand inside a longer text" };
      }
      return value === null ? "" : String(value);
    });
  });
  return missing ? { kind: "missing", ...missing } : { kind: "resolved", args: resolved as JsonObject };
}

function toReference(match: RegExpMatchArray): Reference {
  return {
    step: Number(match[1]),
    part: match[2] as Reference["part"],
    path: (match[3] ?? "").split(".").filter((key) => key !== ""),
    text: match[0],
  };
}

type Found = { kind: "found"; value: Json } | { kind: "absent"; why: string };

function follow(reference: Reference, results: ReadonlyMap<number, StepResult>): Found {
  const result = results.get(reference.step);
  if (!result) return { kind: "absent", why: `step ${reference.step} brought no result` };
  let value: Json = result[reference.part] as Json;
  const walked = [`steps.${reference.step}.${reference.part}`];
  for (const key of reference.path) {
    const next = child(value, key);
    if (next === undefined) return { kind: "absent", why: `${walked.join(".")} has no "${key}"` };
    value = next;
    walked.push(key);
  }
  return { kind: "found", value };
}

function child(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function eachString(value: Json, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (Array.isArray(value)) for (const item of value) eachString(item, visit);
  else if (isJsonObject(value)) for (const item of Object.values(value)) eachString(item, visit);
}

function mapStrings(value: Json, change: (text: string) => Json): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}

import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";

/** Why one operation cannot be listed; the others of the document stand. */
export class OperationRefused extends Error {
  /** It needs a file or an address outside the document. */
  readonly isOutside: boolean;
  constructor(reason: string, { isOutside = false } = {}) {
    super(reason);
    this.isOutside = isOutside;
  }
}

const MAX_HOPS = 20;

/**
 * What a local reference (`#/components/…`) points at. References to files and addresses are never followed.
 * @throws OperationRefused when it points outside the document or at nothing
 */
export function followRef(root: JsonObject, ref: string): { pointer: string; value: Json } {
  if (!ref.startsWith("#")) {
    throw new OperationRefused(
      `it needs "${short(ref)}", which lies outside the document, and Piloto follows no such references`,
      { isOutside: true },
    );
  }
  const pointer = decodePointer(ref.slice(1));
  if (pointer !== "" && !pointer.startsWith("/")) {
    throw new OperationRefused(`it needs "${short(ref)}", a named anchor, which Piloto does not read`);
  }
  return { pointer, value: valueAt(root, pointer) };
}

/** What a decoded JSON pointer (RFC 6901) names. @throws OperationRefused when the document does not hold it */
export function valueAt(root: JsonObject, pointer: string): Json {
  let value: Json = root;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: Json | undefined = childOf(value, key);
    if (next === undefined) {
      throw new OperationRefused(`it needs "#${short(pointer)}", which the document does not hold`);
    }
    value = next;
  }
  return value;
}

/** The object itself, or what its `$ref` names, over as many hops as it takes (20 at most). Siblings of the reference win. */
export function resolveObject(root: JsonObject, value: Json | undefined): JsonObject | undefined {
  let siblings: JsonObject = {};
  let current = value;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (!isJsonObject(current)) return undefined;
    if (typeof current.$ref !== "string") return { ...current, ...siblings };
    const { $ref, ...beside } = current;
    siblings = { ...beside, ...siblings };
    current = followRef(root, $ref as string).value;
  }
  throw new OperationRefused("it hangs on a reference that leads back to itself");
}

function childOf(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function decodePointer(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is part of the name
  }
}

const short = (ref: string) => ref.replace(/[\u0000-\u001f\u007f]/g, "").slice(0, 120);

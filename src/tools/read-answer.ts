import { createHash } from "node:crypto";
import { isJsonObject, type Json } from "../../core/domain/result.ts";

/** A body as later steps and people see it, and a remark where it is not what it claimed to be. */
export interface ReadBody {
  readonly body: Json;
  readonly note?: string;
}

/** Deeper JSON is kept as text: code behind this may walk a body by recursion. */
const MAX_DEPTH = 200;

/**
 * What the bytes of an answer say, whatever their content type claims: JSON where it parses, text where it is text,
 * else a line with size and hash in the place of binary data.
 */
export function readBody(bytes: Buffer, contentType: string | undefined): ReadBody {
  if (bytes.length === 0) return { body: null };
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const claimsJson = /[/+]json$/.test(type) || type === "application/json";
  const text = decode(bytes, charsetOf(contentType));
  if (text === undefined)
    return { body: binaryNote(bytes, type), note: claimsJson ? "It said JSON but sent binary data." : undefined };
  if (claimsJson || (type === "" && /^\s*[[{]/.test(text))) return readJson(text, claimsJson);
  return { body: text };
}

function readJson(text: string, claimsJson: boolean): ReadBody {
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { body: text, ...(claimsJson ? { note: "It said JSON but is not; kept as text." } : {}) };
  }
  return isDeep(body)
    ? { body: text, note: `Its JSON is nested deeper than ${MAX_DEPTH} levels; kept as text.` }
    : { body };
}

function isDeep(body: Json): boolean {
  let level: Json[] = [body];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((value) => (Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function charsetOf(contentType: string | undefined): string {
  return /charset\s*=\s*"?([\w-]{1,40})/i.exec(contentType ?? "")?.[1] ?? "utf-8";
}

/** `undefined` for what is no text. */
function decode(bytes: Buffer, charset: string): string | undefined {
  if (bytes.subarray(0, 8192).includes(0) && !/^utf-?16/i.test(charset)) return undefined;
  for (const label of [charset, "utf-8"]) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch (error) {
      // RangeError: no such charset. TypeError: the bytes are not of it.
      if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
    }
  }
  return undefined;
}

function binaryNote(bytes: Buffer, type: string): string {
  const hash = createHash("sha256").update(bytes).digest("hex");
  return `[binary data: ${bytes.length} bytes${type ? ` of ${type.slice(0, 80)}` : ""}, SHA-256 ${hash}]`;
}

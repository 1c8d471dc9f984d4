import { parse as parseYaml } from "yaml";
import { sha256 } from "../../core/domain/canonical.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";

/** Bytes of one document, JSON. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** YAML is parsed about twenty times slower than JSON, so less of it is taken. */
const MAX_YAML_BYTES = 6 * 1024 * 1024;
const MAX_DEPTH = 400;
const MAX_VALUES = 4_000_000;

/** A service's description as it was read: the text that is kept, and what it says. */
export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
  /** `2.0`, `3.0.4`, `3.1.0`, `3.2.0`… */
  readonly version: string;
  readonly isSwagger2: boolean;
  readonly title: string;
  readonly root: JsonObject;
}

/**
 * Reads a text as OpenAPI 2.0, 3.0, 3.1 or 3.2, JSON or YAML. Nothing outside the text is opened. Whether the
 * document is valid by the letter is not asked: real services ship invalid ones (measured over 53 documents).
 * @throws PilotoError SPEC_TOO_LARGE | SPEC_UNREADABLE | SPEC_UNSAFE
 */
export function parseOpenApi(text: string, from: string): OpenApiDocument {
  const root = readRoot(text, from);
  boundShape(root, from);
  const version = versionOf(root);
  if (version === undefined) {
    throw new PilotoError(
      "SPEC_UNREADABLE",
      `${from} is readable, but it is not an OpenAPI document of version 2.0, 3.0, 3.1 or 3.2: it has no such "openapi" or "swagger" field.`,
    );
  }
  const info = isJsonObject(root.info) ? root.info : {};
  return {
    text,
    hash: sha256(text),
    version,
    isSwagger2: version.startsWith("2"),
    title: typeof info.title === "string" ? info.title : "",
    root,
  };
}

function readRoot(text: string, from: string): JsonObject {
  const sizeBytes = Buffer.byteLength(text);
  const isJson = /^\s*\{/.test(text.slice(0, 1000));
  const limit = isJson ? MAX_DOCUMENT_BYTES : MAX_YAML_BYTES;
  if (sizeBytes > limit) {
    throw new PilotoError(
      "SPEC_TOO_LARGE",
      `${from} is ${megabytes(sizeBytes)} MB of ${isJson ? "JSON" : "YAML"}; Piloto reads up to ${megabytes(limit)} MB. ${isJson ? "Cut it to the operations that you need." : "Convert it to JSON, or cut it to the operations that you need."}`,
    );
  }
  const value = isJson ? readJson(text, from) : readYaml(text, from);
  if (!isJsonObject(value)) {
    throw new PilotoError("SPEC_UNREADABLE", `${from} is not an OpenAPI document: its top is not an object.`);
  }
  return value;
}

const megabytes = (bytes: number) => Math.round(bytes / 104_857.6) / 10;

function readJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PilotoError("SPEC_UNREADABLE", `${from} starts like JSON but is not: ${oneLine(cause)}`, { cause });
  }
}

/**
 * `yaml` refuses alias bombs by itself ("Excessive alias count"); its default limit stays. Its log level "silent"
 * would let broken documents through (yaml 2.9, `parse`), so it is "error".
 */
function readYaml(text: string, from: string): unknown {
  try {
    return parseYaml(text, { logLevel: "error", uniqueKeys: false, prettyErrors: true });
  } catch (cause) {
    if (/alias/i.test(String(cause))) {
      throw new PilotoError(
        "SPEC_UNSAFE",
        `${from} uses YAML aliases that grow out of bounds (${oneLine(cause)}). Piloto does not expand it.`,
        { cause },
      );
    }
    throw new PilotoError("SPEC_UNREADABLE", `${from} is neither JSON nor YAML: ${oneLine(cause)}`, { cause });
  }
}

function oneLine(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 160);
}

/** Everything after this may walk the document by recursion. Own stack: the document may be as deep as it likes. */
function boundShape(root: JsonObject, from: string): void {
  const waiting: { value: Json; depth: number }[] = [{ value: root, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (++seen > MAX_VALUES || next.depth > MAX_DEPTH) {
      throw new PilotoError(
        "SPEC_UNSAFE",
        `${from} is nested deeper than ${MAX_DEPTH} levels or holds more than ${MAX_VALUES} values. Piloto does not read such a document.`,
      );
    }
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const key in next.value) {
      const child = (next.value as JsonObject)[key];
      if (typeof child === "object" && child !== null) waiting.push({ value: child, depth: next.depth + 1 });
    }
  }
}

function versionOf(root: JsonObject): string | undefined {
  const swagger = root.swagger;
  if (swagger === "2.0" || swagger === 2) return "2.0";
  const openapi = typeof root.openapi === "number" ? String(root.openapi) : root.openapi;
  return typeof openapi === "string" && /^3\.[0-2](\.|$)/.test(openapi) ? openapi.slice(0, 20) : undefined;
}

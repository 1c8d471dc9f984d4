import { readFile, stat } from "node:fs/promises";
import { isPilotoError, PilotoError } from "../../core/domain/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/domain/result.ts";
import type { Egress, EgressAnswer } from "./egress.ts";
import { MAX_DOCUMENT_BYTES, type OpenApiDocument, parseOpenApi } from "./openapi-document.ts";
import { MAX_ADDRESS, normaliseBaseUrl } from "./service-address.ts";

/** A document, where it was found, and where its operations are called. */
export interface ReadOpenApi {
  readonly document: OpenApiDocument;
  /** The exact URL or file that it came from. */
  readonly source: string;
  readonly baseUrl: string;
  readonly warnings: readonly string[];
}

/** Where services usually publish their description, most usual first. */
const USUAL_PATHS = [
  "/openapi.json",
  "/openapi.yaml",
  "/swagger.json",
  "/v3/api-docs",
  "/api-docs",
  "/swagger/v1/swagger.json",
  "/docs/openapi.json",
  "/openapi.yml",
  "/swagger.yaml",
  "/api/openapi.json",
  "/api/swagger.json",
  "/v2/api-docs",
  "/api-docs.json",
  "/api-json",
] as const;

const EACH_TIMEOUT_MS = 15_000;

/**
 * Reads a service's description from a URL (the document itself, or a service that has it at one of the usual paths)
 * or from a file. Redirects and references to elsewhere are not followed.
 * `baseUrl` overrides what the document says about its server.
 * @throws PilotoError SPEC_NOT_FOUND | SPEC_UNREADABLE | SPEC_UNSAFE | SPEC_TOO_LARGE | URL_NOT_ALLOWED | CANCELLED
 */
export async function readOpenApi(
  source: string,
  { egress, baseUrl, signal }: { egress: Egress; baseUrl?: string; signal?: AbortSignal },
): Promise<ReadOpenApi> {
  const wanted = baseUrl === undefined ? undefined : normaliseBaseUrl(baseUrl);
  const file = await asFile(source);
  if (file !== undefined) {
    const document = parseOpenApi(await readText(file), file);
    return { document, source: file, ...baseForFile(document, wanted, file) };
  }
  const found = await readFromUrl(source, egress, signal);
  return { ...found, ...baseForUrl(found.document, wanted, found.source, normaliseBaseUrl(source)) };
}

/** The path, when `source` means a file: it exists, or it is written like one. */
async function asFile(source: string): Promise<string | undefined> {
  const trimmed = source.trim();
  if (/^https?:\/\//i.test(trimmed)) return undefined;
  const path = trimmed.replace(/^file:\/\//i, "");
  const exists = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (exists) return path;
  if (/^(\.{0,2}\/|~|file:)/.test(trimmed) || (/\.(json|ya?ml)$/i.test(trimmed) && !trimmed.includes("/"))) {
    throw new PilotoError(
      "SPEC_NOT_FOUND",
      `There is no file ${path}. Give the path of an OpenAPI document, or a service's URL.`,
    );
  }
  return undefined;
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_DOCUMENT_BYTES) {
    throw new PilotoError(
      "SPEC_TOO_LARGE",
      `${file} has ${Math.ceil(size / 1_048_576)} MB; Piloto reads up to ${MAX_DOCUMENT_BYTES / 1_048_576} MB.`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new PilotoError("SPEC_UNREADABLE", `${file} cannot be read as UTF-8 text: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The given address first, then the usual paths below it and at the root of its host. */
function candidates(source: string): string[] {
  const base = normaliseBaseUrl(source);
  const typed = /^https?:\/\//i.test(source.trim()) ? new URL(source.trim()) : new URL(base);
  const roots = [...new Set([base, new URL(base).origin])];
  return [
    ...new Set([`${base}${typed.search}`, ...roots.flatMap((root) => USUAL_PATHS.map((path) => `${root}${path}`))]),
  ];
}

async function readFromUrl(source: string, egress: Egress, signal: AbortSignal | undefined) {
  const tried: string[] = [];
  let unreadable: PilotoError | undefined;
  for (const url of candidates(source)) {
    const answer = await fetchDocument(url, egress, signal);
    if (answer.kind === "failed") stopIfHopeless(answer, url);
    const note = noteOn(answer);
    tried.push(`${new URL(url).pathname} (${note})`);
    if (answer.kind === "failed" || answer.status !== 200 || !looksLikeDocument(answer.bytes)) continue;
    const text = decodeUtf8(answer.bytes, url);
    try {
      return { document: parseOpenApi(text, url), source: url };
    } catch (error) {
      // A service may answer any path with some JSON; only what says "openapi" or "swagger" was meant to be one.
      if (!isPilotoError(error, "SPEC_UNREADABLE") || /"?(openapi|swagger)"?\s*:/.test(text)) throw error;
      unreadable ??= error;
    }
  }
  if (unreadable) throw unreadable;
  throw new PilotoError(
    "SPEC_NOT_FOUND",
    `No OpenAPI document was found at ${normaliseBaseUrl(source)}. Tried: ${tried.slice(0, 8).join(", ")}${tried.length > 8 ? ` and ${tried.length - 8} more` : ""}. Give the document's own URL, or a file.`,
  );
}

async function fetchDocument(url: string, egress: Egress, signal: AbortSignal | undefined): Promise<EgressAnswer> {
  const { origin, pathname, search } = new URL(url);
  const timeout = AbortSignal.timeout(EACH_TIMEOUT_MS);
  const answer = await egress.send({
    origin,
    method: "GET",
    path: `${pathname}${search}`,
    headers: {
      accept: "application/json, application/yaml, */*;q=0.5",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": "piloto",
    },
    maxBytes: MAX_DOCUMENT_BYTES,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (signal?.aborted) throw new PilotoError("CANCELLED", `Reading ${url} was stopped.`);
  return answer;
}

function stopIfHopeless(answer: EgressAnswer & { kind: "failed" }, url: string): void {
  const { origin } = new URL(url);
  if (answer.why === "forbidden")
    throw new PilotoError("URL_NOT_ALLOWED", `${origin} is not called: ${answer.detail}.`);
  if (answer.why === "too-large") {
    throw new PilotoError(
      "SPEC_TOO_LARGE",
      `${url} is larger than ${MAX_DOCUMENT_BYTES / 1_048_576} MB. Give a smaller document.`,
    );
  }
  if (answer.why === "unreachable" || answer.why === "aborted") {
    const why = answer.why === "aborted" ? `it did not answer within ${EACH_TIMEOUT_MS / 1000} s` : answer.detail;
    throw new PilotoError(
      "SPEC_NOT_FOUND",
      `${origin} does not answer: ${why}. Start the service, or register it from a file while it is offline.`,
    );
  }
}

function noteOn(answer: EgressAnswer): string {
  if (answer.kind === "failed") return answer.detail;
  if (answer.status === 200) return "no document";
  const target = answer.status >= 300 && answer.status < 400 ? answer.headers.location : undefined;
  return target ? `${answer.status} to ${target.slice(0, 100)}, not followed` : String(answer.status);
}

/** JSON or YAML, not a web page. */
function looksLikeDocument(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4000).toString("utf8").trimStart();
  return (
    start !== "" && !start.startsWith("<") && /^[{\w"'#%-]/.test(start.replace(/^\ufeff/, "")) && /[:{]/.test(start)
  );
}

function decodeUtf8(bytes: Buffer, url: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PilotoError("SPEC_UNREADABLE", `${url} is not UTF-8 text.`, { cause });
  }
}

type Base = { baseUrl: string; warnings: string[] };

function baseForFile(document: OpenApiDocument, wanted: string | undefined, file: string): Base {
  if (wanted !== undefined) return { baseUrl: wanted, warnings: [] };
  const stated = statedServers(document, undefined)[0];
  if (stated !== undefined) return { baseUrl: normaliseBaseUrl(stated), warnings: [] };
  throw new PilotoError("INPUT_INVALID", `${file} does not say where its service lives. Give its base URL as well.`);
}

/**
 * The person named a host: that is the one which is called, unless they named another as the base URL. A document
 * cannot send calls, and the credentials with them, elsewhere.
 */
function baseForUrl(document: OpenApiDocument, wanted: string | undefined, found: string, given: string): Base {
  if (wanted !== undefined) return { baseUrl: wanted, warnings: [] };
  const { origin } = new URL(found);
  const stated = statedServers(document, found);
  const own = stated.find((server) => new URL(server).origin === origin);
  if (own !== undefined) return { baseUrl: normaliseBaseUrl(own), warnings: [] };
  const other = stated[0];
  if (other === undefined) return { baseUrl: given === found ? origin : given, warnings: [] };
  const baseUrl = `${origin}${new URL(other).pathname.replace(/\/+$/, "")}`;
  return {
    baseUrl,
    warnings: [
      `The document names ${other.slice(0, 200)} as its server; Piloto calls ${baseUrl}, the host you gave. Give a base URL if you mean the other.`,
    ],
  };
}

/** The servers that the document names, as absolute URLs, variables at their defaults. */
function statedServers({ root, isSwagger2 }: OpenApiDocument, relativeTo: string | undefined): string[] {
  if (!isSwagger2) return serverUrls(root.servers, relativeTo);
  const basePath = typeof root.basePath === "string" ? root.basePath : "/";
  const schemes = Array.isArray(root.schemes)
    ? root.schemes.filter((scheme) => scheme === "http" || scheme === "https")
    : [];
  if (typeof root.host !== "string") return relativeTo ? absolute(basePath, relativeTo) : [];
  const own = relativeTo ? [new URL(relativeTo).protocol.slice(0, -1)] : [];
  const chosen = schemes.length > 0 ? schemes.sort().reverse() : own.length > 0 ? own : ["https"];
  return chosen.flatMap((scheme) => absolute(`${scheme}://${root.host}${basePath}`, undefined));
}

function serverUrls(servers: unknown, relativeTo: string | undefined): string[] {
  if (!Array.isArray(servers) || servers.length === 0) return relativeTo ? absolute("/", relativeTo) : [];
  return servers.flatMap((server) => (isJsonObject(server) ? absolute(serverUrl(server), relativeTo) : []));
}

/** One `servers` entry with its variables at their defaults. */
export function serverUrl(server: JsonObject): string {
  const variables = isJsonObject(server.variables) ? server.variables : {};
  return String(server.url ?? "").replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return isJsonObject(variable) ? String(variable.default ?? "") : "";
  });
}

function absolute(url: string, relativeTo: string | undefined): string[] {
  if (url.length > MAX_ADDRESS || !URL.canParse(url, relativeTo)) return [];
  const { protocol, href } = new URL(url, relativeTo);
  return protocol === "http:" || protocol === "https:" ? [href] : [];
}

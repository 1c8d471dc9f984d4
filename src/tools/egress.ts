import { lookup as systemLookup } from "node:dns";
import { type LookupFunction, Socket } from "node:net";
import type { Readable } from "node:stream";
import { buildConnector, Client, errors } from "undici";
import { decompressed, Undecodable } from "./decompress.ts";
import { forbiddenAddress, literalOf } from "./service-address.ts";

/** One HTTP request to a registered place. */
export interface EgressRequest {
  /**
   * Whose pinned addresses to use: changes when an administrator refreshes the service. Absent: the name is looked up
   * afresh, for reading a description and for probes.
   */
  readonly pin?: string;
  /** Scheme, host and port: of the registered service, never of an argument. */
  readonly origin: string;
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the body after decompression. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What came of it. `wasSent: false` is certain: no connection stood, so nobody saw the request. */
export type EgressAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly bytes: Buffer;
    }
  | {
      readonly kind: "failed";
      readonly why: "forbidden" | "unreachable" | "cut" | "aborted" | "too-large" | "undecodable";
      readonly wasSent: boolean;
      /** Plain words. */
      readonly detail: string;
      /** The status line had come before it failed. */
      readonly status?: number;
    };

/** Plain HTTP out of Piloto: pinned addresses, no redirects followed, bounded answers. One connection a request. */
export interface Egress {
  send(request: EgressRequest): Promise<EgressAnswer>;
}

type Resolve = (host: string) => Promise<readonly string[]>;

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A host's addresses are looked up once per pin and used from then on, whatever the name says later. When they stop
 * answering and the name has moved, that is refused until a refresh makes a new pin. Each request has a connection
 * of its own: a kept one that the service closes meanwhile would leave it unknown whether the request arrived.
 */
export function createEgress({ resolve = resolveByDns }: { resolve?: Resolve } = {}): Egress {
  const pins = new Map<string, readonly string[]>();

  async function addressesOf(pin: string | undefined, host: string): Promise<readonly string[]> {
    const key = `${pin} ${host}`;
    const standing = pin === undefined ? undefined : pins.get(key);
    if (standing) return standing;
    const literal = literalOf(host);
    const found = usable(host, literal ? [literal] : [...(await resolve(host))].sort());
    if (pin !== undefined) pins.set(key, found);
    return found;
  }

  async function hasMoved(pin: string | undefined, host: string): Promise<boolean> {
    const pinned = pins.get(`${pin} ${host}`);
    if (!pinned || literalOf(host)) return false;
    const now = await resolve(host).catch(() => pinned);
    return ![...now].some((address) => pinned.includes(address));
  }

  return {
    async send(request) {
      const host = new URL(request.origin).hostname;
      const progress: Progress = { isConnected: false };
      try {
        const addresses = await untilAborted(addressesOf(request.pin, host), request.signal);
        return await exchange(request, addresses, progress);
      } catch (error) {
        const failed = describeFailure(error, progress, request);
        if (failed.why !== "unreachable" || !(await hasMoved(request.pin, host))) return failed;
        return {
          ...failed,
          why: "forbidden",
          detail: `${host} now lies at other addresses than those it was first called at; refresh the service if that is meant`,
        };
      }
    },
  };
}

class Forbidden extends Error {}
class TooLarge extends Error {}

interface Progress {
  isConnected: boolean;
  status?: number;
}

/** A name may have an address in every network it lies in: those that no service may have are left aside. */
function usable(host: string, addresses: readonly string[]): readonly string[] {
  const reasons = addresses.map(forbiddenAddress);
  const left = addresses.filter((_, at) => reasons[at] === undefined);
  if (left.length === 0) throw new Forbidden(reasons[0] ?? `${host} has no address`);
  return left;
}

function resolveByDns(host: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, found) =>
      error ? reject(error) : resolve(found.map(({ address }) => address)),
    );
  });
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", abort));
}

async function exchange(
  request: EgressRequest,
  addresses: readonly string[],
  progress: Progress,
): Promise<EgressAnswer> {
  // The lookup belongs into the connector's own options: undici ignores it among the options of one connection.
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: pinnedLookup(addresses) });
  let connecting: Socket | undefined;
  const client = new Client(request.origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(options, callback) {
      const socket: unknown = connect(options, (...result) => {
        if (result[0] === null) progress.isConnected = true;
        callback(...result);
      });
      if (socket instanceof Socket) connecting = socket;
    },
  });
  // undici waits for a connection (and its TLS) to stand or fail before it looks at the signal.
  const hangUp = () => void (progress.isConnected || connecting?.destroy(new Error("aborted")));
  request.signal.addEventListener("abort", hangUp, { once: true });
  try {
    const answer = await client.request({
      method: request.method as "GET",
      path: request.path,
      headers: request.headers,
      body: request.body ?? null,
      signal: request.signal,
      reset: true,
    });
    progress.status = answer.statusCode;
    const headers = flatHeaders(answer.headers);
    const isBodiless = request.method === "HEAD" || answer.statusCode === 204 || answer.statusCode === 304;
    const bytes = await readBytes(answer.body, isBodiless ? undefined : headers["content-encoding"], request);
    return { kind: "answered", status: answer.statusCode, headers, bytes };
  } finally {
    request.signal.removeEventListener("abort", hangUp);
    await client.destroy();
  }
}

/** Called by `net.connect` with `all` or without (dual-stack connecting); never for IP literals, which are checked above. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, options, callback) => {
    const [first] = all;
    if (options.all) callback(null, all);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

/** The body, decompressed; the limit counts what comes out, so that a small bomb is stopped too. */
async function readBytes(
  body: Readable,
  encoding: string | undefined,
  { maxBytes, signal }: EgressRequest,
): Promise<Buffer> {
  const source = encoding ? decompressed(body, encoding) : body;
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => source.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw new TooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    signal.removeEventListener("abort", stop);
    body.on("error", () => {}); // destroying it midway reports an abort that nobody waits for any more
    body.destroy();
  }
}

function describeFailure(
  error: unknown,
  { isConnected, status }: Progress,
  { signal }: EgressRequest,
): EgressAnswer & { kind: "failed" } {
  const common = { kind: "failed", wasSent: isConnected, ...(status === undefined ? {} : { status }) } as const;
  if (error instanceof Forbidden) return { ...common, why: "forbidden", detail: error.message };
  if (error instanceof TooLarge)
    return { ...common, why: "too-large", detail: "its answer is larger than Piloto takes" };
  if (signal.aborted) return { ...common, why: "aborted", detail: "the call was stopped" };
  const code = codeOf(error);
  if (
    error instanceof Undecodable ||
    /^(Z_|ERR__?ZLIB|ERR_BROTLI|ERR_PADDING)/.test(code) ||
    error instanceof errors.HTTPParserError ||
    code === "UND_ERR_HEADERS_OVERFLOW"
  ) {
    return { ...common, why: "undecodable", detail: `its answer cannot be read (${reasonOf(error)})` };
  }
  if (!isConnected) return { ...common, why: "unreachable", detail: reasonOf(error) };
  return { ...common, why: "cut", detail: reasonOf(error) };
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause === undefined ? "" : codeOf(cause);
}

const PLAIN: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  ETIMEDOUT: "connecting took too long",
  EHOSTUNREACH: "there is no way to its host",
  ENETUNREACH: "there is no way to its network",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_SOCKET: "the connection was closed",
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return `its certificate is not trusted (${code})`;
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return `no secure connection came about (${code})`;
  return PLAIN[code] ?? (code || message).slice(0, 120);
}

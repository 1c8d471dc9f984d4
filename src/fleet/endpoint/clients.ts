import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../core/ports/clock.ts";
import type { PriorityClass } from "../schedule/shapes.ts";

/** A program of the team that may use the fleet. */
export interface EndpointClient {
  /** Its share counts by this name. */
  readonly name: string;
  /** The best class its requests may have. */
  readonly class: PriorityClass;
  /** Of its share, over the others of its class: 1 is usual. */
  readonly weight: number;
}

/** Who a token belongs to. */
export interface EndpointClients {
  find(token: string): Promise<EndpointClient | undefined>;
}

/** A client as it is stored: the token itself is kept nowhere. */
export interface StoredToken extends EndpointClient {
  /** `hashToken` of its token. */
  readonly tokenHash: string;
}

/** Where tokens are kept. */
export interface TokenStore {
  list(): Promise<readonly StoredToken[]>;
}

/** Beginning of every token: tells people and secret scanners what it is. */
const TOKEN_PREFIX = "piloto_";
/** A token that was added or removed counts within this time. */
const REMEMBERED_MS = 2000;

/** A fresh token with 256 random bits. Shown to a person once and never stored. */
export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString("base64url");
}

/** SHA-256 of a token, 64 hexadecimal digits. Slow hashing is for passwords: a token has 256 random bits. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}

/**
 * Looks tokens up in a store, which is read again after 2 s: adding and removing a token needs no restart. Compared by
 * hash and in constant time.
 */
export function createEndpointClients(store: TokenStore, clock: Clock): EndpointClients {
  /** Tokens that were found since the store was read: no more than there are clients. */
  let found = new Map<string, EndpointClient>();
  let known: readonly { readonly client: EndpointClient; readonly hash: Buffer }[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const startedMs = clock.nowMs();
    const stored = await store.list();
    known = stored.map(({ tokenHash, ...client }) => ({ client, hash: Buffer.from(tokenHash, "hex") }));
    found = new Map();
    readAtMs = startedMs;
  }

  function findByHash(token: string): EndpointClient | undefined {
    const wanted = Buffer.from(hashToken(token), "hex");
    let client: EndpointClient | undefined;
    for (const one of known) {
      if (one.hash.length === wanted.length && timingSafeEqual(one.hash, wanted)) client = one.client;
    }
    return client;
  }

  return {
    async find(token) {
      if (clock.nowMs() - readAtMs >= REMEMBERED_MS) {
        reading ??= read().finally(() => {
          reading = undefined;
        });
        await reading;
      }
      const before = found.get(token);
      if (before) return before;
      const client = findByHash(token);
      if (client) found.set(token, client);
      return client;
    },
  };
}

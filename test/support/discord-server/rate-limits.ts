import { createHash } from "node:crypto";

export interface Limit {
  readonly requests: number;
  readonly perMs: number;
}

/** Limits by route (`POST /channels/{channel_id}/messages`); `other` for the rest. Each major parameter has its own. */
export interface LimitTable {
  readonly byRoute: Readonly<Record<string, Limit>>;
  readonly other: Limit;
  /** All routes of the bot together, per second; answers to interactions do not count. */
  readonly globalPerSecond?: number;
}

/** The figures that people commonly see; Discord promises none. */
export const REAL_LIMITS: LimitTable = {
  byRoute: {
    "POST /channels/{channel_id}/messages": { requests: 5, perMs: 5000 },
    "PATCH /channels/{channel_id}/messages/{message_id}": { requests: 5, perMs: 5000 },
    "DELETE /channels/{channel_id}/messages/{message_id}": { requests: 5, perMs: 1000 },
    "POST /channels/{channel_id}/messages/{message_id}/threads": { requests: 50, perMs: 300_000 },
  },
  other: { requests: 50, perMs: 1000 },
  globalPerSecond: 50,
};

/** Headers as ever, and nobody is ever stopped. */
export const NO_LIMITS: LimitTable = { byRoute: {}, other: { requests: 100_000, perMs: 1000 } };

export interface Ticket {
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the request must wait. */
  readonly refused?: { retryAfter: number; scope: "user" | "global" };
}

export interface RateLimits {
  /** New limits, new buckets. */
  change(table: LimitTable): void;
  /** `major` is the channel, guild or webhook id in the path. */
  take(route: string, major: string, free: boolean): Ticket;
}

export function rateLimits(initial: LimitTable, nowMs: () => number): RateLimits {
  const buckets = new Map<string, { left: number; resetsMs: number }>();
  let global = { left: 0, resetsMs: 0 };
  let table = initial;
  return { take, change };

  function change(next: LimitTable): void {
    table = next;
    buckets.clear();
    global = { left: 0, resetsMs: 0 };
  }

  function take(route: string, major: string, free: boolean): Ticket {
    const now = nowMs();
    const limit = table.byRoute[route] ?? table.other;
    const key = `${route} ${major}`;
    let bucket = buckets.get(key);
    if (!bucket || bucket.resetsMs <= now) {
      bucket = { left: limit.requests, resetsMs: now + limit.perMs };
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > 2000) forgetOld(now);
    }
    if (!free && overGlobal(now)) {
      return { headers: {}, refused: { retryAfter: seconds(global.resetsMs - now), scope: "global" } };
    }
    const isFull = bucket.left <= 0;
    if (!isFull) bucket.left -= 1;
    const headers = headersOf(route, limit, bucket, now);
    return isFull ? { headers, refused: { retryAfter: seconds(bucket.resetsMs - now), scope: "user" } } : { headers };
  }

  function overGlobal(now: number): boolean {
    const most = table.globalPerSecond;
    if (most === undefined) return false;
    if (global.resetsMs <= now) global = { left: most, resetsMs: now + 1000 };
    global.left -= 1;
    return global.left < 0;
  }

  function forgetOld(now: number): void {
    for (const [key, bucket] of buckets) if (bucket.resetsMs <= now) buckets.delete(key);
  }
}

function headersOf(route: string, limit: Limit, bucket: { left: number; resetsMs: number }, now: number) {
  return {
    "x-ratelimit-limit": String(limit.requests),
    "x-ratelimit-remaining": String(bucket.left),
    "x-ratelimit-reset": (bucket.resetsMs / 1000).toFixed(3),
    "x-ratelimit-reset-after": ((bucket.resetsMs - now) / 1000).toFixed(3),
    "x-ratelimit-bucket": bucketName(route),
  };
}

const names = new Map<string, string>();
function bucketName(route: string): string {
  const known = names.get(route) ?? createHash("sha1").update(route).digest("hex").slice(0, 32);
  names.set(route, known);
  return known;
}

const seconds = (ms: number) => Math.max(0.001, Math.ceil(ms) / 1000);

import type { Json } from "./wire.ts";

/** One request, as it ended. */
export interface RequestRecord {
  readonly method: string;
  /** The official path, e.g. `/channels/{channel_id}/messages`; the real one where no route fits. */
  readonly route: string;
  readonly path: string;
  readonly body: unknown;
  readonly files: readonly { name: string; sizeBytes: number }[];
  /** 0: never answered (cut or hung). */
  readonly status: number;
  readonly code: number | undefined;
  readonly atMs: number;
}

/** A message of the bot, as it was when it appeared. */
export interface PostRecord {
  readonly via: "bot" | "interaction" | "follow-up";
  readonly channelId: string;
  readonly messageId: string;
  readonly ephemeralTo: string | undefined;
  readonly text: string;
  /** Real milliseconds, as `performance.now()` tells them. */
  readonly at: number;
  readonly message: Json;
}

/** A message of the bot that pings somebody, or would if it were not an edit. */
export interface PingRecord {
  readonly via: "post" | "edit";
  readonly channelId: string;
  readonly messageId: string;
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
}

/** An address in a post or edit that Discord would have fetched for a preview. */
export interface UnfurlRecord {
  readonly channelId: string;
  readonly messageId: string;
  readonly url: string;
}

/** A request that Discord would have refused as malformed, or one of which it would have said that no such route is. */
export interface Violation {
  readonly route: string;
  readonly problems: readonly string[];
  readonly body: unknown;
}

export interface Counters {
  requests: number;
  posts: number;
  edits: number;
  deletes: number;
  answers: number;
  rateLimited: number;
  readonly byStatus: Record<number, number>;
}

/** What happened, newest last, at most `limit` of each kind; counters never forget. */
export interface Records {
  readonly requests: RequestRecord[];
  readonly posts: PostRecord[];
  readonly pings: PingRecord[];
  readonly unfurls: UnfurlRecord[];
  readonly violations: Violation[];
  readonly counters: Counters;
  /** How often each marker was posted, when the server has a `marker` option. */
  readonly marked: Map<string, number>;
  add<K extends "requests" | "posts" | "pings" | "unfurls" | "violations">(kind: K, record: Records[K][number]): void;
}

export function records(limit: number): Records {
  const kept = { requests: [], posts: [], pings: [], unfurls: [], violations: [] };
  return {
    ...kept,
    counters: { requests: 0, posts: 0, edits: 0, deletes: 0, answers: 0, rateLimited: 0, byStatus: {} },
    marked: new Map(),
    add(kind, record) {
      const list = kept[kind] as unknown[];
      list.push(record);
      if (list.length > limit * 1.25) list.splice(0, list.length - limit);
    },
  };
}

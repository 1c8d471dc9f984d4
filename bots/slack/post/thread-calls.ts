import type { KnownBlock } from "@slack/types";
import type { LanePace } from "../../shared/send-lanes.ts";
import type { SlackThread } from "../slack-ids.ts";
import type { Answer, SlackCalls } from "./slack-calls.ts";
import type { SlackPace } from "./slack-pace.ts";

/** What a message consists of, on the wire. */
export interface Content {
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
}

/** Which message it is, for reading back after a failure. Anybody in the workspace can read it: no secrets. */
export interface Metadata {
  readonly event_type: "piloto_card" | "piloto_say";
  readonly event_payload: Readonly<Record<string, string | number>>;
}

type Where = Pick<SlackThread, "team" | "channel"> & { readonly root?: string };

/** A message that stands. */
export interface MessagePlace {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
}

export interface How {
  /** 0 goes before 9. */
  readonly priority: number;
  /** Aborted before it is sent, it is not sent. */
  readonly signal?: AbortSignal;
}

/** The calls that Piloto makes in a thread, each in its lane. Nothing is ever unfurled, parsed or linked by name. */
export interface ThreadCalls {
  /** Without `root`: in the channel itself. */
  post(thread: Where, content: Content, metadata: Metadata, how: How): Promise<Answer>;
  /** Without `metadata` the message keeps its own. */
  update(place: MessagePlace, content: Content, metadata: Metadata | undefined, how: How): Promise<Answer>;
  postOnlyTo(thread: SlackThread, user: string, content: Content): Promise<Answer>;
  readPage(thread: SlackThread, cursor: string | undefined): Promise<Answer>;
  other(team: string, method: string, args: Record<string, unknown>, how?: OtherHow): Promise<Answer>;
}

type OtherHow = Partial<How> & { readonly isRepeatable?: boolean };

const LITERAL = { parse: "none", link_names: false } as const;
const NO_UNFURL = { unfurl_links: false, unfurl_media: false } as const;

/** So many a minute, and a fifth of a minute's at once. */
const minutely = (times: number): LanePace => ({ burst: Math.max(1, Math.ceil(times / 5)), everyMs: 60_000 / times });

export function createThreadCalls(calls: SlackCalls, pace: SlackPace): ThreadCalls {
  const posting = { burst: pace.burst, everyMs: pace.postEveryMs };
  const [editing, reading] = [minutely(pace.editsAMinute), minutely(pace.readsAMinute)];
  const others = minutely(pace.callsAMinute / 10);
  return {
    post({ team, channel, root }, content, metadata, how) {
      calls.count("posts");
      const place = root === undefined ? { channel } : { channel, thread_ts: root };
      const args = { ...place, ...content, metadata, ...LITERAL, ...NO_UNFURL };
      return calls.call({ team, method: "chat.postMessage", args, lane: `post:${channel}`, pace: posting, ...how });
    },
    update({ team, channel, ts }, content, metadata, how) {
      calls.count("edits");
      const args = { channel, ts, ...content, ...(metadata ? { metadata } : {}), ...LITERAL };
      const call = { team, method: "chat.update", args, lane: "edit", pace: editing, ...how };
      return calls.call({ ...call, isRepeatable: true });
    },
    postOnlyTo({ team, channel, root }, user, content) {
      calls.count("posts");
      const args = { channel, thread_ts: root, user, ...content, ...LITERAL };
      const call = { team, method: "chat.postEphemeral", args, lane: `post:${channel}`, pace: posting };
      return calls.call({ ...call, priority: 2 });
    },
    readPage({ team, channel, root }, cursor) {
      const args = { channel, ts: root, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
      const call = { team, method: "conversations.replies", args, lane: "read", pace: reading };
      return calls.call({ ...call, priority: 3, isRepeatable: true });
    },
    other(team, method, args, how) {
      return calls.call({ team, method, args, lane: method, pace: others, priority: 5, ...how });
    },
  };
}

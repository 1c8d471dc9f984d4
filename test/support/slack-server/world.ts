import { type Random, seeded } from "../seeded.ts";
import type { Json } from "./json.ts";

export interface SlackUser {
  readonly id: string;
  readonly teamId: string;
  name: string;
  realName: string;
  isBot: boolean;
  deleted: boolean;
  locale: string;
}

export interface SlackGroup {
  readonly id: string;
  handle: string;
  name: string;
  users: string[];
  disabled: boolean;
}

export interface SlackMessage {
  readonly type: "message";
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
  user?: string;
  bot_id?: string;
  app_id?: string;
  username?: string;
  subtype?: string;
  text: string;
  blocks?: Json[];
  thread_ts?: string;
  metadata?: { event_type: string; event_payload: Json };
  files?: Json[];
  edited?: { user: string; ts: string };
  reactions?: { name: string; users: string[] }[];
  /** How often it was changed after it was posted. */
  edits: number;
  /** While it streams: appends are taken, edits are not. */
  streaming?: boolean;
}

export interface EphemeralMessage {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
  readonly to: string;
  text: string;
  blocks?: Json[];
  thread_ts?: string;
  /** `method` when chat.postEphemeral made it, `response-url` or `ack` otherwise. */
  readonly by: "method" | "response-url" | "ack";
  deleted: boolean;
  edits: number;
}

export interface SlackChannel {
  readonly id: string;
  readonly teamId: string;
  name: string;
  kind: "public" | "private" | "im" | "mpim";
  members: Set<string>;
  archived: boolean;
  /** Messages by ts, oldest first; the oldest fall out beyond the server's `historyLimit`. */
  log: Map<string, SlackMessage>;
  /** Replies (their ts) by the ts of the thread's root. */
  threads: Map<string, string[]>;
}

/** The state of one agent session, by channel and thread. */
export interface AgentSession {
  status: string;
  title?: string;
  /** The free text of assistant.threads.setStatus: the same place on the screen, the last writer wins. */
  note?: string;
}

/** A message that is still being streamed. */
export interface ChatStream {
  message: SlackMessage;
  lastMs: number;
  markdown: string;
  tasks: Map<string, Json>;
  planTitle?: string;
  blocks: Json[];
  display: string;
}

/** What a team offers; a string is the error that Slack answers with instead. */
export interface TeamFeatures {
  /** `plan` and `task_card` blocks. */
  plan: true | string;
  /** chat.startStream, appendStream, stopStream. */
  streams: true | string;
  /** agents.sessions.* */
  sessions: true | string;
  /** `markdown` blocks. */
  markdown: true | string;
}

export interface Installation {
  readonly botToken: string;
  readonly botUserId: string;
  readonly botId: string;
  scopes: Set<string>;
  events: Set<string>;
  /** The error that the token now gets, or undefined while it works. */
  refused?: "token_revoked" | "account_inactive" | "invalid_auth";
}

export interface SlackTeam {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly users: Map<string, SlackUser>;
  readonly groups: Map<string, SlackGroup>;
  readonly channels: Map<string, SlackChannel>;
  features: TeamFeatures;
  /** chat.update answers edit_window_closed for messages older than this. */
  editWindowMs?: number;
  installation?: Installation;
}

/** Everything that exists on this Slack, and the two things all of it shares: time and chance. */
export interface World {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  readonly appToken: string;
  /** What the app-level token may do; `connections:write` is needed for sockets. */
  readonly appTokenScopes: Set<string>;
  /** Opens apps.manifest.export. */
  readonly configToken: string;
  /** The app's own settings, as apps.manifest.export gives them. */
  manifest: unknown;
  readonly teams: Map<string, SlackTeam>;
  readonly tokens: Map<string, SlackTeam>;
  readonly ephemerals: EphemeralMessage[];
  /** By `channel thread`. */
  readonly sessions: Map<string, AgentSession>;
  /** By the ts of the message. */
  readonly streams: Map<string, ChatStream>;
  readonly random: Random;
  readonly historyLimit: number;
  baseUrl: string;
  nowMs(): number;
  /** Ids with a prefix, counted: `Ev00000001`. */
  nextId(prefix: string): string;
  /** A message timestamp of now that no other message has. */
  nextTs(): string;
}

export interface WorldOptions {
  seed: number;
  historyLimit: number;
  nowMs(): number;
}

export function newWorld({ seed, historyLimit, nowMs }: WorldOptions): World {
  const counted = new Map<string, number>();
  let lastMicros = 0;
  return {
    appId: "A0PILOTO",
    clientId: "1111.2222",
    clientSecret: "client-secret-of-the-fake-slack",
    signingSecret: "signing-secret-of-the-fake-slack",
    appToken: "xapp-1-A0PILOTO-1-fake",
    appTokenScopes: new Set(["connections:write"]),
    configToken: "xoxe.xoxp-1-fake",
    manifest: {},
    teams: new Map(),
    tokens: new Map(),
    ephemerals: [],
    sessions: new Map(),
    streams: new Map(),
    random: seeded(seed),
    historyLimit,
    baseUrl: "",
    nowMs,
    nextId(prefix) {
      const next = (counted.get(prefix) ?? 0) + 1;
      counted.set(prefix, next);
      return `${prefix}${String(next).padStart(8, "0")}`;
    },
    nextTs() {
      lastMicros = Math.max(nowMs() * 1000, lastMicros + 1);
      const seconds = Math.floor(lastMicros / 1e6);
      return `${seconds}.${String(lastMicros - seconds * 1e6).padStart(6, "0")}`;
    },
  };
}

export function channelOf(world: World, channelId: string): SlackChannel {
  for (const team of world.teams.values()) {
    const found = team.channels.get(channelId);
    if (found) return found;
  }
  throw new Error(`This fake Slack has no channel ${channelId}.`);
}

export function teamOf(world: World, teamId: string): SlackTeam {
  const found = world.teams.get(teamId);
  if (!found) throw new Error(`This fake Slack has no team ${teamId}.`);
  return found;
}

export function userOf(world: World, userId: string): SlackUser {
  for (const team of world.teams.values()) {
    const found = team.users.get(userId);
    if (found) return found;
  }
  throw new Error(`This fake Slack has no user ${userId}.`);
}

export function messageIn(channel: SlackChannel, ts: string): SlackMessage | undefined {
  return channel.log.get(ts);
}

/** Keeps the message, and forgets the oldest when the channel holds more than the world remembers. */
export function keep(world: World, message: SlackMessage): SlackMessage {
  const channel = channelOf(world, message.channel);
  channel.log.set(message.ts, message);
  if (message.thread_ts && message.thread_ts !== message.ts) {
    const replies = channel.threads.get(message.thread_ts) ?? [];
    replies.push(message.ts);
    channel.threads.set(message.thread_ts, replies);
  }
  if (channel.log.size > world.historyLimit) forgetOldest(channel);
  return message;
}

function forgetOldest(channel: SlackChannel): void {
  const [ts, message] = channel.log.entries().next().value as [string, SlackMessage];
  forget(channel, message);
  channel.threads.delete(ts);
}

export function forget(channel: SlackChannel, message: SlackMessage): void {
  channel.log.delete(message.ts);
  if (!message.thread_ts || message.thread_ts === message.ts) return;
  const replies = channel.threads.get(message.thread_ts);
  if (!replies) return;
  const at = replies.indexOf(message.ts);
  if (at >= 0) replies.splice(at, 1);
  if (replies.length === 0) channel.threads.delete(message.thread_ts);
}

/** The root first, then its replies. Empty when there is no such thread. */
export function threadOf(channel: SlackChannel, rootTs: string): SlackMessage[] {
  const root = channel.log.get(rootTs);
  const replies = (channel.threads.get(rootTs) ?? []).map((ts) => channel.log.get(ts)!);
  return root ? [root, ...replies] : replies;
}

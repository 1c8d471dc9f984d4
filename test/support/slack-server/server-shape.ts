import type { AdminActs } from "./admin-acts.ts";
import type { Book, Shown, SlackCall } from "./book.ts";
import type { Deliveries } from "./deliver.ts";
import type { Faults } from "./faults.ts";
import type { HttpDelivery } from "./http-delivery.ts";
import type { Interactions } from "./interaction-shape.ts";
import type { OpenView, OpenViews } from "./open-views.ts";
import type { PeopleActs } from "./people-acts.ts";
import type { RateLimitOptions } from "./rate-limits.ts";
import type { TeamOptions } from "./settle-team.ts";
import type { SocketLink } from "./socket-link.ts";
import type { AgentSession, EphemeralMessage, SlackMessage, SlackTeam, World } from "./world.ts";

export interface SlackServerOptions {
  /** For everything that chance decides here. Default 1. */
  seed?: number;
  transport?: "socket" | "http";
  /** Where HTTP deliveries go; may be set later. */
  requestUrl?: string;
  /** Default: one team, T0ACME. */
  teams?: TeamOptions[];
  /** What installed apps may do and hear; default: everything that the facts sheet recommends. */
  scopes?: string[];
  events?: string[];
  /** Default 3000, as Slack's. */
  ackTimeoutMs?: number;
  /** Waits before the retries of an event. Slack: 0, 60 s, 300 s. */
  retryDelaysMs?: number[];
  /** Messages that a channel remembers. Default 2000. */
  historyLimit?: number;
  /** Calls, posts and deliveries that are remembered. Default 5000. */
  keepLatest?: number;
  latencyMs?: number;
  pingEveryMs?: number;
  rateLimits?: RateLimitOptions;
}

export interface SlackServer
  extends PeopleActs,
    AdminActs,
    Interactions,
    Pick<Faults, "failNext" | "chaos" | "calm" | "struck">,
    Pick<Book, "posts" | "violations" | "calls" | "callCounts" | "shownCounts"> {
  /** For `clientOptions.slackApiUrl`. Ends with a slash. */
  readonly apiUrl: string;
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly appToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  /** For apps.manifest.export, which answers with `world.manifest`. */
  readonly configToken: string;
  readonly world: World;
  readonly link: SocketLink;
  readonly views: OpenViews;
  readonly deliveries: Deliveries;
  /** HTTP deliveries; `sendSpoilt` sends unsigned, stale and malformed ones. */
  readonly delivery: HttpDelivery;
  requestUrl: string | undefined;
  /** Answers take this long. */
  latencyMs: number;
  /** Downloads are redirected to this origin when it is set. */
  filesLiveAt: string | undefined;
  /** Bugs of this server itself. Must be empty. */
  readonly bugs: unknown[];
  team(id?: string): SlackTeam;
  botToken(team?: string): string;
  botUserId(team?: string): string;
  /** Adds milliseconds to this Slack's clock. */
  advance(ms: number): void;
  nowMs(): number;
  /** Top-level messages, or with `all` everything, oldest first. */
  history(channel: string, options?: { all?: boolean }): SlackMessage[];
  thread(channel: string, rootTs: string): SlackMessage[];
  message(channel: string, ts: string): SlackMessage | undefined;
  /** The app's newest message here (in this thread). Throws when there is none. */
  lastPost(channel: string, thread?: string): SlackMessage;
  /** A copy that later edits do not change: its buttons can be pressed after the message has moved on. */
  snapshot(message: SlackMessage): SlackMessage;
  ephemeralsTo(user: string, channel?: string): EphemeralMessage[];
  dmOf(user: string): string;
  modalOf(user: string): OpenView | undefined;
  homeOf(user: string): OpenView | undefined;
  sessionOf(channel: string, thread: string): AgentSession | undefined;
  callsOf(method: string): SlackCall[];
  shownIn(channel: string): Shown[];
  /** The app's remembered messages by a key of theirs (default: the metadata); undefined keys are left out. */
  postsByKey(keyOf?: (message: SlackMessage) => string | undefined): Map<string, SlackMessage[]>;
  /** Delivers this payload once more, as a new delivery with the same event id. */
  redeliver(delivery: {
    kind: "events_api" | "slash_commands" | "interactive";
    team: string;
    payload: object;
  }): Promise<unknown>;
  /** An app's agreement page answered by a person: gives the redirect address with code and state. */
  approveInstall(authorizeUrl: string, by: { team: string; user: string }): string;
  until(what: string, isSo: () => boolean, withinMs?: number): Promise<void>;
  /** At least so many sockets are open. */
  connected(count?: number): Promise<void>;
  /** Nothing is being delivered. */
  quiet(withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

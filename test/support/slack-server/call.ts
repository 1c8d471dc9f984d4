import type { Book } from "./book.ts";
import type { EventOut } from "./event-out.ts";
import type { FileCabinet } from "./file-cabinet.ts";
import { asText, type Json } from "./json.ts";
import type { OpenViews } from "./open-views.ts";
import { SlackNo } from "./slack-no.ts";
import type { SocketLink } from "./socket-link.ts";
import type { Installation, SlackChannel, SlackTeam, World } from "./world.ts";

/** One Web API call that has passed the door: token known, arguments named rightly. */
export interface Call {
  method: string;
  args: Json;
  world: World;
  /** The token's team and bot. Not there for methods that take no bot token. */
  team: SlackTeam;
  bot: Installation;
  book: Book;
  events: EventOut;
  views: OpenViews;
  files: FileCabinet;
  link: SocketLink;
}

/** Answers with what goes beside `ok: true`, or throws a SlackNo. */
export type Method = (call: Call) => Json | undefined;

export function needScope({ bot }: Pick<Call, "bot">, ...anyOf: string[]): void {
  if (anyOf.some((scope) => bot.scopes.has(scope))) return;
  throw new SlackNo("missing_scope", { needed: anyOf.join(","), provided: [...bot.scopes].join(",") });
}

const KIND_SCOPE = { public: "channels", private: "groups", im: "im", mpim: "mpim" } as const;

export function needChannelScope(call: Call, channel: SlackChannel, what: "history" | "read"): void {
  needScope(call, `${KIND_SCOPE[channel.kind]}:${what}`);
}

/** The channel of an argument, if this app may know of it: private ones only when it is inside. */
export function channelArg(call: Call, name = "channel"): SlackChannel {
  const channel = call.team.channels.get(asText(call.args[name]) ?? "");
  if (!channel) throw new SlackNo("channel_not_found");
  if (channel.kind !== "public" && !isInside(call, channel)) throw new SlackNo("channel_not_found");
  return channel;
}

export function isInside({ bot }: Pick<Call, "bot">, channel: SlackChannel): boolean {
  return channel.members.has(bot.botUserId);
}

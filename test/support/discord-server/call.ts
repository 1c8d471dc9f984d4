import type { Discord } from "./discord.ts";
import type { Upload } from "./files.ts";
import { may, type PermissionName } from "./permissions.ts";
import { Refusal } from "./refusal.ts";
import { archiveIfSilent } from "./threads.ts";
import { CHANNEL_TYPE, type Channel, type Message } from "./world.ts";

/** One request that found its route. */
export interface Call {
  readonly discord: Discord;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly uploads: readonly Upload[];
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path of the official file. */
  readonly path: string;
  /** False for the routes whose token is in the path. */
  readonly needsBot?: boolean;
  handle(call: Call): Reply;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const nothing: Reply = { status: 204 };

/** The channel of the path, if the bot may see it. */
export function channelOf({ discord, params }: Call, name = "channel_id"): Channel {
  const channel = discord.world.channels.get(params[name] ?? "");
  if (!channel) throw new Refusal("unknownChannel");
  archiveIfSilent(discord, channel);
  if (!may(discord.world, channel, discord.world.bot.id, "VIEW_CHANNEL")) throw new Refusal("missingAccess");
  return channel;
}

/** The message of the path. Ephemeral messages do not exist for the bot's token. */
export function messageOf(call: Call, channel: Channel): Message {
  const message = channel.messages.get(call.params.message_id ?? "");
  if (!message || message.visibleTo !== undefined) throw new Refusal("unknownMessage");
  return message;
}

export function need({ discord }: Call, channel: Channel, ...names: PermissionName[]): void {
  for (const name of names) {
    if (!may(discord.world, channel, discord.world.bot.id, name)) throw new Refusal("missingPermissions");
  }
}

/** Writing is another permission in a thread. */
export const needToWrite = (call: Call, channel: Channel) =>
  need(call, channel, channel.type === CHANNEL_TYPE.publicThread ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");

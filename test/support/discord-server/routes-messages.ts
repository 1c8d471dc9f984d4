import { type Call, channelOf, messageOf, need, needToWrite, nothing, ok, type Reply, type Route } from "./call.ts";
import { refuseMisfitEdit } from "./judge-edit.ts";
import { editMessage, type MessageBody, postMessage, removeMessage } from "./messages.ts";
import { may } from "./permissions.ts";
import { Refusal } from "./refusal.ts";
import { wireMessage } from "./wire.ts";
import type { Channel, Message } from "./world.ts";

const MESSAGES = "/channels/{channel_id}/messages";
const MESSAGE = "/channels/{channel_id}/messages/{message_id}";

export const MESSAGE_ROUTES: readonly Route[] = [
  { method: "GET", path: MESSAGES, handle: list },
  { method: "POST", path: MESSAGES, handle: create },
  { method: "GET", path: MESSAGE, handle: get },
  { method: "PATCH", path: MESSAGE, handle: edit },
  { method: "DELETE", path: MESSAGE, handle: remove },
  { method: "POST", path: "/channels/{channel_id}/typing", handle: type },
];

function create(call: Call): Reply {
  const { discord } = call;
  const channel = channelOf(call);
  const body = (call.body ?? {}) as MessageBody;
  needToWrite(call, channel);
  if (call.uploads.length) need(call, channel, "ATTACH_FILES");
  if (body.embeds?.length) need(call, channel, "EMBED_LINKS");
  refuseClosedDms(call, channel);
  const earlier = sameNonce(call, channel, body);
  if (earlier) return ok(wireMessage(discord.world, earlier));
  const message = postMessage(discord, channel, {
    authorId: discord.world.bot.id,
    body,
    uploads: call.uploads,
    via: "bot",
    replyTo: repliedTo(call, channel, body),
  });
  return ok(wireMessage(discord.world, message));
}

/** `enforce_nonce`: the same nonce of the last few minutes gives the earlier message and posts nothing. */
function sameNonce({ discord }: Call, channel: Channel, body: MessageBody): Message | undefined {
  if (!body.enforce_nonce || body.nonce == null) return undefined;
  const since = discord.world.nowMs() - 300_000;
  return [...channel.messages.values()]
    .reverse()
    .find((one) => one.nonce === String(body.nonce) && one.authorId === discord.world.bot.id && one.createdMs >= since);
}

function repliedTo(call: Call, channel: Channel, body: MessageBody): string | undefined {
  const wanted = body.message_reference?.message_id;
  if (wanted === undefined) return undefined;
  const { world } = call.discord;
  if (!may(world, channel, world.bot.id, "READ_MESSAGE_HISTORY")) throw new Refusal("replyNeedsHistory");
  if (channel.messages.has(wanted)) return wanted;
  if (body.message_reference?.fail_if_not_exists === false) return undefined;
  throw new Refusal("invalidForm", ["message_reference: Unknown message"]);
}

function refuseClosedDms({ discord }: Call, channel: Channel): void {
  if (discord.world.users.get(channel.recipientId ?? "")?.closedDms) throw new Refusal("closedDirectMessages");
}

function edit(call: Call): Reply {
  const { world } = call.discord;
  const channel = channelOf(call);
  const message = messageOf(call, channel);
  const body = (call.body ?? {}) as MessageBody;
  if (message.authorId !== world.bot.id) throw new Refusal("notYourMessage");
  refuseMisfitEdit("PATCH /channels/{channel_id}/messages/{message_id}", message, body);
  if (call.uploads.length) need(call, channel, "ATTACH_FILES");
  return ok(wireMessage(world, editMessage(call.discord, channel, message, body, call.uploads)));
}

function get(call: Call): Reply {
  const channel = channelOf(call);
  need(call, channel, "READ_MESSAGE_HISTORY");
  return ok(wireMessage(call.discord.world, messageOf(call, channel)));
}

function remove(call: Call): Reply {
  const { discord } = call;
  const channel = channelOf(call);
  const message = messageOf(call, channel);
  if (message.authorId !== discord.world.bot.id) need(call, channel, "MANAGE_MESSAGES");
  if (channel.thread?.archived) throw new Refusal("archivedThread");
  discord.records.counters.deletes += 1;
  removeMessage(discord, channel, message);
  return nothing;
}

/** Newest first, at most 100; without READ_MESSAGE_HISTORY Discord answers with an empty list. */
function list(call: Call): Reply {
  const { world } = call.discord;
  const channel = channelOf(call);
  const { query } = call;
  const limit = Number(query.get("limit") ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new Refusal("invalidForm", ["limit: int value should be between 1 and 100."]);
  }
  if (!may(world, channel, world.bot.id, "READ_MESSAGE_HISTORY")) return ok([]);
  const all = [...channel.messages.values()].filter((one) => one.visibleTo === undefined);
  return ok(page(all, query, limit).map((message) => wireMessage(world, message)));
}

function page(all: readonly Message[], query: URLSearchParams, limit: number): Message[] {
  const [after, before, around] = ["after", "before", "around"].map((name) => query.get(name));
  const isLater = (message: Message, id: string) => BigInt(message.id) > BigInt(id);
  if (after)
    return all
      .filter((one) => isLater(one, after))
      .slice(0, limit)
      .reverse();
  if (before)
    return all
      .filter((one) => one.id !== before && !isLater(one, before))
      .slice(-limit)
      .reverse();
  if (!around) return all.slice(-limit).reverse();
  const older = all.filter((one) => !isLater(one, around)).slice(-Math.ceil(limit / 2));
  const newer = all.filter((one) => isLater(one, around)).slice(0, limit - older.length);
  return [...older, ...newer].reverse();
}

function type(call: Call): Reply {
  needToWrite(call, channelOf(call));
  return nothing;
}

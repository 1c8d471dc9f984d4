import { type Call, channelArg, isInside, type Method, needScope } from "../call.ts";
import { wire } from "../event-out.ts";
import { asFlag, asText, type Json } from "../json.ts";
import { directChannel } from "../settle-team.ts";
import { SlackNo } from "../slack-no.ts";
import { channelOf, forget, keep, type SlackChannel, type SlackMessage } from "../world.ts";
import { contentOf } from "./content.ts";

/** Posting, editing, deleting. Source: https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours. */
export const chatMethods: Record<string, Method> = {
  "chat.postMessage": postMessage,
  "chat.update": update,
  "chat.delete": remove,
  "chat.postEphemeral": postEphemeral,
  "chat.getPermalink": getPermalink,
};

/** The conversation to write into: a DM may be named by its person. */
export function writableChannel(call: Call): SlackChannel {
  const named = asText(call.args.channel) ?? "";
  const user = call.team.users.get(named);
  if (user && !user.deleted) return directChannel(call.team, user.id);
  const channel = channelArg(call);
  const mayWrite = isInside(call, channel) || (channel.kind === "public" && call.bot.scopes.has("chat:write.public"));
  if (!mayWrite) throw new SlackNo("not_in_channel");
  if (channel.archived) throw new SlackNo("is_archived");
  return channel;
}

/** The root of the thread that a reply names. Slack takes a reply's ts as well, but we are strict. */
export function threadArg(call: Call, channel: SlackChannel): string | undefined {
  const ts = asText(call.args.thread_ts);
  if (!ts) return undefined;
  const root = channel.log.get(ts);
  if (!root) throw new SlackNo("thread_not_found");
  if (root.thread_ts && root.thread_ts !== ts) {
    call.book.violation(call.method, `thread_ts ${ts} is a reply, not the root of a thread`);
  }
  return root.thread_ts ?? ts;
}

function postMessage(call: Call): Json {
  needScope(call, "chat:write");
  const channel = writableChannel(call);
  const content = contentOf(call);
  const thread = threadArg(call, channel);
  const message = keep(call.world, {
    ...asBot(call, channel),
    ...content,
    ...(thread ? { thread_ts: thread } : {}),
    ...(asFlag(call.args.reply_broadcast) ? { subtype: "thread_broadcast" } : {}),
  });
  call.book.show({ how: "post", channel: channel.id, ts: message.ts, atMs: call.world.nowMs(), ...shownOf(message) });
  call.events.message(call.team, channel, wire(message));
  return { channel: channel.id, ts: message.ts, message: wire(message) };
}

export function asBot(call: Pick<Call, "world" | "team" | "bot" | "args">, channel: SlackChannel): SlackMessage {
  const username = asText(call.args.username);
  return {
    type: "message",
    team: call.team.id,
    channel: channel.id,
    ts: call.world.nextTs(),
    user: call.bot.botUserId,
    bot_id: call.bot.botId,
    app_id: call.world.appId,
    text: "",
    edits: 0,
    ...(username ? { username } : {}),
  };
}

export function shownOf({ text, blocks, metadata, thread_ts }: SlackMessage) {
  return structuredClone({ text, blocks, metadata, thread_ts });
}

/** The app's own message, which may still be edited. */
export function ownMessage(call: Call, ts: unknown): { channel: SlackChannel; message: SlackMessage } {
  const channel = channelArg(call);
  const message = channel.log.get(asText(ts) ?? "");
  if (!message) throw new SlackNo("message_not_found");
  if (!isInside(call, channel) && !call.bot.scopes.has("chat:write.public")) throw new SlackNo("not_in_channel");
  if (channel.archived) throw new SlackNo("is_archived");
  return { channel, message };
}

function update(call: Call): Json {
  needScope(call, "chat:write");
  const { channel, message } = ownMessage(call, call.args.ts);
  if (message.bot_id !== call.bot.botId) throw new SlackNo("cant_update_message");
  if (message.streaming) throw new SlackNo("streaming_state_conflict");
  const ageMs = call.world.nowMs() - Number(message.ts) * 1000;
  if (call.team.editWindowMs !== undefined && ageMs > call.team.editWindowMs) throw new SlackNo("edit_window_closed");
  const content = contentOf(call);
  const before = wire(message);
  message.text = content.text;
  applyBlocks(message, content.blocks, call.args.text !== undefined);
  applyMetadata(message, call.args.metadata !== undefined, content.metadata);
  message.edits++;
  if (!content.blocks) message.edited = { user: call.bot.botUserId, ts: call.world.nextTs() };
  call.book.show({ how: "edit", channel: channel.id, ts: message.ts, atMs: call.world.nowMs(), ...shownOf(message) });
  call.events.message(call.team, channel, {
    subtype: "message_changed",
    hidden: true,
    ts: call.world.nextTs(),
    message: wire(message),
    previous_message: before,
  });
  return { channel: channel.id, ts: message.ts, text: message.text, message: wire(message) };
}

/** Blocks stay when neither they nor a text were given; a text alone takes them away (chat.update's page, 2026-11-21). */
function applyBlocks(message: SlackMessage, blocks: Json[] | undefined, hasText: boolean): void {
  if (blocks?.length) message.blocks = blocks;
  else if (blocks || hasText) delete message.blocks;
}

function applyMetadata(message: SlackMessage, given: boolean, metadata: SlackMessage["metadata"]): void {
  if (metadata) message.metadata = metadata;
  else if (given) delete message.metadata;
}

function remove(call: Call): Json {
  needScope(call, "chat:write");
  const { channel, message } = ownMessage(call, call.args.ts);
  if (message.bot_id !== call.bot.botId) throw new SlackNo("cant_delete_message");
  forget(channel, message);
  call.book.show({ how: "delete", channel: channel.id, ts: message.ts, atMs: call.world.nowMs() });
  call.events.message(call.team, channel, deleted(call.world.nextTs(), message));
  return { channel: channel.id, ts: message.ts };
}

/** The event of a message that is gone. */
export function deleted(ts: string, message: SlackMessage): Json {
  return { subtype: "message_deleted", hidden: true, ts, deleted_ts: message.ts, previous_message: wire(message) };
}

function postEphemeral(call: Call): Json {
  needScope(call, "chat:write");
  const channel = writableChannel(call);
  const to = asText(call.args.user) ?? "";
  if (!channel.members.has(to)) throw new SlackNo("user_not_in_channel");
  const content = contentOf(call);
  const thread = threadArg(call, channel);
  const ts = call.world.nextTs();
  rememberEphemeral(call, {
    team: call.team.id,
    channel: channel.id,
    ts,
    to,
    text: content.text,
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(thread ? { thread_ts: thread } : {}),
    by: "method",
    deleted: false,
    edits: 0,
  });
  return { message_ts: ts };
}

/** Keeps what only one person sees, within the world's bound. */
export function rememberEphemeral({ world, book }: Pick<Call, "world" | "book">, ephemeral: Ephemeral): void {
  world.ephemerals.push(ephemeral);
  if (world.ephemerals.length > world.historyLimit) world.ephemerals.shift();
  const { channel, ts, text, blocks } = ephemeral;
  book.show({ how: "ephemeral", channel, ts, atMs: world.nowMs(), text, ...(blocks ? { blocks } : {}) });
}

type Ephemeral = Call["world"]["ephemerals"][number];

function getPermalink(call: Call): Json {
  const channel = channelArg(call);
  const ts = asText(call.args.message_ts) ?? "";
  if (!channelOf(call.world, channel.id).log.has(ts)) throw new SlackNo("message_not_found");
  const permalink = `https://${call.team.domain}.slack.com/archives/${channel.id}/p${ts.replace(".", "")}`;
  return { channel: channel.id, permalink };
}

import { flattened, TYPE } from "./component-rules.ts";
import type { Discord } from "./discord.ts";
import { attachmentsAfter, type Upload, withFilesResolved } from "./files.ts";
import { INTENT } from "./gateway.ts";
import { type AllowedMentions, type Mentioned, mentionedBy, textOf } from "./mentions.ts";
import { FLAG } from "./message-rules.ts";
import type { PostRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { wakeThread } from "./threads.ts";
import { wireMessage, wireMessageEvent, withoutContent } from "./wire.ts";
import type { Attachment, Channel, Component, Message } from "./world.ts";
import { keepNewest } from "./world.ts";

/** A message body that the judge let pass. */
export interface MessageBody {
  readonly content?: string | null;
  readonly components?: Component[] | null;
  readonly embeds?: unknown[] | null;
  readonly flags?: number | null;
  readonly attachments?: { id: string | number; description?: string | null }[] | null;
  readonly allowed_mentions?: AllowedMentions | null;
  readonly message_reference?: { message_id?: string; fail_if_not_exists?: boolean | null } | null;
  readonly nonce?: string | number | null;
  readonly enforce_nonce?: boolean | null;
}

export interface Draft {
  readonly authorId: string;
  readonly body: MessageBody;
  readonly uploads: readonly Upload[];
  readonly via: PostRecord["via"] | "person";
  readonly type?: number;
  readonly visibleTo?: string;
  readonly interaction?: Message["interaction"];
  readonly replyTo?: string;
  /** People's files, already stored. */
  readonly attachments?: readonly Attachment[];
  /** A deferred answer: seen as "thinking", filled later. */
  readonly loading?: boolean;
}

/** A new message: kept, counted, and told to the bot unless it is ephemeral. */
export function postMessage(discord: Discord, channel: Channel, draft: Draft): Message {
  const { world } = discord;
  const { body } = draft;
  const attachments =
    draft.attachments?.slice() ??
    attachmentsAfter(discord, channel.id, { asked: body.attachments, uploads: draft.uploads });
  const components = withFilesResolved(numbered(body.components ?? []), attachments);
  if (!draft.loading && !body.content && !components.length && !attachments.length && !body.embeds?.length) {
    throw new Refusal("emptyMessage");
  }
  const repliedTo = draft.replyTo === undefined ? undefined : channel.messages.get(draft.replyTo)?.authorId;
  const mentioned = mentionedBy(world, channel, {
    content: body.content ?? "",
    components,
    allowed: body.allowed_mentions,
    authorId: draft.authorId,
    repliedTo,
    isInteraction: draft.interaction !== undefined,
  });
  if (!draft.interaction) wakeThread(discord, channel, draft.authorId);
  const now = world.nowMs();
  const message: Message = {
    id: world.ids.next(),
    channelId: channel.id,
    guildId: channel.guildId,
    authorId: draft.authorId,
    type: draft.type ?? (draft.replyTo === undefined ? 0 : 19),
    content: body.content ?? "",
    components: components as Component[],
    embeds: body.embeds ?? [],
    attachments,
    flags: (body.flags ?? 0) | (draft.loading ? FLAG.loading : 0),
    mentions: mentioned.users,
    mentionRoles: mentioned.roles,
    mentionEveryone: mentioned.everyone,
    createdMs: now,
    editedMs: undefined,
    edits: 0,
    lateEditsMs: [],
    replyTo: draft.replyTo,
    nonce: body.nonce == null ? undefined : String(body.nonce),
    visibleTo: draft.visibleTo,
    interaction: draft.interaction,
  };
  channel.messages.set(message.id, message);
  keepNewest(channel.messages, world.limits.history);
  channel.lastMessageId = message.id;
  if (draft.via !== "person" && !draft.loading) notePost(discord, message, draft.via, mentioned);
  announce(discord, "MESSAGE_CREATE", message);
  return message;
}

/** Changes a message in place. Absent fields stay; mentions are read anew, with Discord's defaults. */
export function editMessage(
  discord: Discord,
  channel: Channel,
  message: Message,
  body: MessageBody,
  uploads: readonly Upload[],
): Message {
  const { world, records } = discord;
  if (channel.thread?.archived) throw new Refusal("archivedThread");
  countLateEdit(world.nowMs(), message, world.limits.lateEdits);
  const attachments = attachmentsAfter(discord, channel.id, { asked: body.attachments, uploads, before: message });
  if (body.components) message.components = withFilesResolved(numbered(body.components), attachments);
  message.attachments = attachments;
  if (body.content !== undefined) message.content = body.content ?? "";
  if (body.embeds !== undefined) message.embeds = body.embeds ?? [];
  if (typeof body.flags === "number") message.flags = (message.flags & ~FLAG.suppressEmbeds) | body.flags;
  const wasLoading = (message.flags & FLAG.loading) !== 0;
  message.flags &= ~FLAG.loading;
  const mentioned = mentionedBy(world, channel, {
    content: message.content,
    components: message.components,
    allowed: body.allowed_mentions,
    authorId: message.authorId,
    isInteraction: message.interaction !== undefined,
  });
  message.mentions = mentioned.users;
  message.mentionRoles = mentioned.roles;
  message.mentionEveryone = mentioned.everyone;
  message.editedMs = world.nowMs();
  if (wasLoading) notePost(discord, message, "interaction", mentioned);
  else {
    message.edits += 1;
    records.counters.edits += 1;
    notePing(discord, message, "edit", mentioned);
    noteUnfurl(discord, message);
  }
  announce(discord, "MESSAGE_UPDATE", message);
  return message;
}

/** Gone for everybody; the bot is told. */
export function removeMessage(discord: Discord, channel: Channel, message: Message): void {
  channel.messages.delete(message.id);
  if (message.visibleTo !== undefined) return;
  const data = { id: message.id, channel_id: channel.id, ...(channel.guildId && { guild_id: channel.guildId }) };
  discord.tell({ name: "MESSAGE_DELETE", data, intent: intentOf(message) }, channel.id);
}

/** All that a person reads in a message: its content, text displays, and labels of buttons after them. */
export function textIn(message: Pick<Message, "content" | "components">): string {
  const labels = flattened(message.components)
    .filter(({ component }) => component.type === TYPE.button)
    .map(({ component }) => `[${component.label ?? ""}]`);
  return [message.content, textOf(message.components), labels.join(" ")].filter(Boolean).join("\n");
}

/** Tells the bot of a message; ephemeral ones are between Discord and one person. */
export function announce(discord: Discord, name: "MESSAGE_CREATE" | "MESSAGE_UPDATE", message: Message): void {
  if (message.visibleTo !== undefined) return;
  const data = wireMessageEvent(discord.world, message);
  const without = () => withoutContent(discord.world, message, data);
  discord.tell({ name, data, without, intent: intentOf(message) }, message.channelId);
}

const intentOf = (message: Message) => (message.guildId === undefined ? INTENT.directMessages : INTENT.guildMessages);

function countLateEdit(nowMs: number, message: Message, most: number): void {
  const hour = 3_600_000;
  if (nowMs - message.createdMs <= hour) return;
  message.lateEditsMs = message.lateEditsMs.filter((ms) => nowMs - ms < hour);
  if (message.lateEditsMs.length >= most) throw new Refusal("tooManyLateEdits", [], 30_000);
  message.lateEditsMs.push(nowMs);
}

function notePost(discord: Discord, message: Message, via: PostRecord["via"], mentioned: Mentioned): void {
  const { records, world, marker } = discord;
  const text = textIn(message);
  records.counters.posts += 1;
  records.add("posts", {
    via,
    channelId: message.channelId,
    messageId: message.id,
    ephemeralTo: message.visibleTo,
    text,
    at: performance.now(),
    message: wireMessage(world, message),
  });
  const mark = marker?.(text);
  if (mark !== undefined) records.marked.set(mark, (records.marked.get(mark) ?? 0) + 1);
  notePing(discord, message, "post", mentioned);
  noteUnfurl(discord, message);
}

/** Discord fetches addresses in a content and shows what it finds, unless embeds are suppressed; never in components. */
function noteUnfurl({ records }: Discord, message: Message): void {
  const url = /(?<!<)https?:\/\/[^\s>)]+/.exec(message.content)?.[0];
  if (url === undefined || message.flags & (FLAG.suppressEmbeds | FLAG.componentsV2)) return;
  records.add("unfurls", { channelId: message.channelId, messageId: message.id, url });
}

function notePing(discord: Discord, message: Message, via: "post" | "edit", mentioned: Mentioned): void {
  const { users, roles, everyone } = mentioned;
  if (message.authorId !== discord.world.bot.id || (!users.length && !roles.length && !everyone)) return;
  discord.records.add("pings", { via, channelId: message.channelId, messageId: message.id, users, roles, everyone });
}

/** Discord numbers components that come without an id. */
function numbered(components: readonly Component[]): Component[] {
  const taken = new Set(flattened(components).map(({ component }) => component.id));
  let n = 0;
  const next = () => {
    do n += 1;
    while (taken.has(n));
    return n;
  };
  const number = (component: Component): Component => ({
    ...component,
    id: component.id || next(),
    ...(component.components && { components: component.components.map(number) }),
    ...(component.accessory && { accessory: number(component.accessory) }),
  });
  return components.map(number);
}

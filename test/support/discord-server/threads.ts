import type { Discord } from "./discord.ts";
import { INTENT } from "./gateway.ts";
import { may } from "./permissions.ts";
import { Refusal } from "./refusal.ts";
import { wireChannel } from "./wire.ts";
import { CHANNEL_TYPE, type Channel, type Message } from "./world.ts";

export interface ThreadRequest {
  readonly name: string;
  readonly auto_archive_duration?: number | null;
}

/** A new public thread, on a message (then it has the message's id) or without one. The bot is told. */
export function openThread(
  discord: Discord,
  parent: Channel,
  request: ThreadRequest,
  { ownerId, message }: { ownerId: string; message?: Message },
): Channel {
  const { world } = discord;
  if (message?.threadId !== undefined || world.channels.get(message?.id ?? "")) throw new Refusal("threadExists");
  if (world.channels.size > world.limits.activeThreads && activeIn(discord, parent) >= world.limits.activeThreads) {
    throw new Refusal("tooManyThreads");
  }
  const now = world.nowMs();
  const thread: Channel = {
    id: message?.id ?? world.ids.next(),
    type: CHANNEL_TYPE.publicThread,
    guildId: parent.guildId,
    parentId: parent.id,
    name: request.name,
    overwrites: new Map(),
    messages: new Map(),
    lastMessageId: null,
    thread: {
      ownerId,
      archived: false,
      locked: false,
      autoArchiveMinutes: request.auto_archive_duration ?? 4320,
      archiveChangedMs: now,
      createdMs: now,
      members: new Set([ownerId]),
      renamedAtMs: [],
    },
  };
  world.channels.set(thread.id, thread);
  if (message) message.threadId = thread.id;
  forgetOldThreads(discord);
  tellOf(discord, "THREAD_CREATE", thread, { newly_created: true });
  return thread;
}

/** What a person or the bot changes; the bot is told. */
export function changeThread(
  discord: Discord,
  thread: Channel,
  change: { archived?: boolean; locked?: boolean; name?: string; autoArchiveMinutes?: number },
): void {
  const state = thread.thread!;
  if (change.archived !== undefined && change.archived !== state.archived) {
    state.archived = change.archived;
    state.archiveChangedMs = discord.world.nowMs();
  }
  if (change.locked !== undefined) state.locked = change.locked;
  if (change.name !== undefined) thread.name = change.name;
  if (change.autoArchiveMinutes !== undefined) state.autoArchiveMinutes = change.autoArchiveMinutes;
  tellOf(discord, "THREAD_UPDATE", thread);
}

export function removeThread(discord: Discord, thread: Channel): void {
  const data = { id: thread.id, guild_id: thread.guildId, parent_id: thread.parentId, type: thread.type };
  discord.tell({ name: "THREAD_DELETE", data, intent: INTENT.guilds }, thread.id);
  discord.world.channels.delete(thread.id);
}

/** Discord archives a thread that was silent for its duration; here that is noticed when somebody looks. */
export function archiveIfSilent(discord: Discord, channel: Channel): void {
  const state = channel.thread;
  if (!state || state.archived) return;
  const last = channel.messages.get(channel.lastMessageId ?? "")?.createdMs ?? state.createdMs;
  const since = Math.max(last, state.archiveChangedMs);
  if (discord.world.nowMs() - since > state.autoArchiveMinutes * 60_000)
    changeThread(discord, channel, { archived: true });
}

/** Writing into an archived thread opens it, and makes the writer a member; a locked one takes only moderators. */
export function wakeThread(discord: Discord, channel: Channel, authorId: string): void {
  const state = channel.thread;
  if (!state) return;
  if (state.locked && !may(discord.world, channel, authorId, "MANAGE_THREADS")) throw new Refusal("lockedThread");
  if (state.archived) changeThread(discord, channel, { archived: false });
  state.members.add(authorId);
}

const activeIn = ({ world }: Discord, parent: Channel) =>
  [...world.channels.values()].filter((one) => one.parentId === parent.id && one.thread?.archived === false).length;

function forgetOldThreads({ world }: Discord): void {
  if (world.channels.size <= world.limits.history) return;
  const threads = [...world.channels.values()].filter((one) => one.thread);
  for (const old of threads.slice(0, Math.max(0, threads.length - world.limits.history))) world.channels.delete(old.id);
}

function tellOf(discord: Discord, name: string, thread: Channel, more: Record<string, unknown> = {}): void {
  const data = { ...wireChannel(thread, discord.world.bot.id), ...more };
  discord.tell({ name, data, intent: INTENT.guilds }, thread.id);
}

import { type Call, channelOf, created, messageOf, need, nothing, ok, type Reply, type Route } from "./call.ts";
import { postMessage } from "./messages.ts";
import { may } from "./permissions.ts";
import { Refusal } from "./refusal.ts";
import { changeThread, openThread, removeThread, type ThreadRequest } from "./threads.ts";
import { wireChannel, wireDirect, wireThreadMember } from "./wire.ts";
import { CHANNEL_TYPE, type Channel } from "./world.ts";

const CHANNEL = "/channels/{channel_id}";

export const CHANNEL_ROUTES: readonly Route[] = [
  { method: "GET", path: CHANNEL, handle: get },
  { method: "PATCH", path: CHANNEL, handle: change },
  { method: "DELETE", path: CHANNEL, handle: remove },
  { method: "POST", path: `${CHANNEL}/messages/{message_id}/threads`, handle: threadOnMessage },
  { method: "POST", path: `${CHANNEL}/threads`, handle: threadAlone },
  { method: "GET", path: `${CHANNEL}/thread-members`, handle: members },
  {
    method: "PUT",
    path: `${CHANNEL}/thread-members/@me`,
    handle: (call) => setMember(call, call.discord.world.bot.id, true),
  },
  {
    method: "DELETE",
    path: `${CHANNEL}/thread-members/@me`,
    handle: (call) => setMember(call, call.discord.world.bot.id, false),
  },
  {
    method: "PUT",
    path: `${CHANNEL}/thread-members/{user_id}`,
    handle: (call) => setMember(call, call.params.user_id ?? "", true),
  },
  {
    method: "DELETE",
    path: `${CHANNEL}/thread-members/{user_id}`,
    handle: (call) => setMember(call, call.params.user_id ?? "", false),
  },
  { method: "GET", path: `${CHANNEL}/threads/archived/public`, handle: archived },
  { method: "GET", path: "/guilds/{guild_id}/threads/active", handle: active },
];

const RENAMES = { most: 2, perMs: 600_000 };

function get(call: Call): Reply {
  const { world } = call.discord;
  const channel = channelOf(call);
  return ok(channel.type === CHANNEL_TYPE.direct ? wireDirect(world, channel) : wireChannel(channel, world.bot.id));
}

interface ThreadChange {
  readonly name?: string | null;
  readonly archived?: boolean | null;
  readonly locked?: boolean | null;
  readonly auto_archive_duration?: number | null;
}

/** Only threads change here: Piloto has no business with the rest of a server. */
function change(call: Call): Reply {
  const { discord } = call;
  const { world } = discord;
  const channel = channelOf(call);
  const body = (call.body ?? {}) as ThreadChange;
  const state = channel.thread;
  if (!state) throw new Refusal("missingPermissions");
  const moderates = may(world, channel, world.bot.id, "MANAGE_THREADS");
  if (!moderates && (state.ownerId !== world.bot.id || body.locked != null)) throw new Refusal("missingPermissions");
  if (state.locked && !moderates) throw new Refusal("missingPermissions");
  if (state.archived && body.archived !== false) throw new Refusal("archivedThread");
  if (body.name != null && body.name !== channel.name) countRename(call, channel);
  changeThread(discord, channel, {
    archived: body.archived ?? undefined,
    locked: body.locked ?? undefined,
    name: body.name ?? undefined,
    autoArchiveMinutes: body.auto_archive_duration ?? undefined,
  });
  return ok(wireChannel(channel, world.bot.id));
}

/** About two renames in ten minutes; then Discord makes the caller wait for the rest of them. */
function countRename({ discord }: Call, channel: Channel): void {
  const now = discord.world.nowMs();
  const state = channel.thread!;
  state.renamedAtMs = state.renamedAtMs.filter((ms) => now - ms < RENAMES.perMs);
  if (state.renamedAtMs.length >= RENAMES.most) {
    throw new Refusal("renamedTooOften", [], RENAMES.perMs - (now - state.renamedAtMs[0]!));
  }
  state.renamedAtMs.push(now);
}

function remove(call: Call): Reply {
  const channel = channelOf(call);
  if (!channel.thread) throw new Refusal("missingPermissions");
  need(call, channel, "MANAGE_THREADS");
  const before = wireChannel(channel);
  removeThread(call.discord, channel);
  return ok(before);
}

function threadOnMessage(call: Call): Reply {
  const { discord } = call;
  const channel = channelOf(call);
  if (channel.type !== CHANNEL_TYPE.text)
    throw new Refusal("invalidForm", ["type: Cannot execute action on this channel type"]);
  const message = messageOf(call, channel);
  need(call, channel, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY");
  const ownerId = discord.world.bot.id;
  const thread = openThread(discord, channel, call.body as ThreadRequest, { ownerId, message });
  return created(wireChannel(thread, ownerId));
}

function threadAlone(call: Call): Reply {
  const { discord } = call;
  const channel = channelOf(call);
  need(call, channel, "CREATE_PUBLIC_THREADS");
  const request = call.body as ThreadRequest & { type?: number | null };
  if (request.type != null && request.type !== CHANNEL_TYPE.publicThread) {
    throw new Refusal("invalidForm", ["type: Only public threads (11) exist in this Discord."]);
  }
  const ownerId = discord.world.bot.id;
  const thread = openThread(discord, channel, request, { ownerId });
  const body = { content: request.name, allowed_mentions: { parse: [] } };
  postMessage(discord, channel, { authorId: ownerId, body, uploads: [], via: "person", type: 18 });
  return created(wireChannel(thread, ownerId));
}

function threadOf(call: Call): Channel & { thread: NonNullable<Channel["thread"]> } {
  const channel = channelOf(call);
  if (!channel.thread) throw new Refusal("invalidForm", ["channel_id: Not a thread."]);
  return channel as Channel & { thread: NonNullable<Channel["thread"]> };
}

function members(call: Call): Reply {
  const thread = threadOf(call);
  return ok([...thread.thread.members].map((id) => wireThreadMember(thread, id)));
}

function setMember(call: Call, userId: string, isIn: boolean): Reply {
  const { thread } = threadOf(call);
  if (thread.archived) throw new Refusal("archivedThread");
  if (!call.discord.world.users.has(userId)) throw new Refusal("unknownUser");
  if (isIn) thread.members.add(userId);
  else thread.members.delete(userId);
  return nothing;
}

const threadsOf = (call: Call, of: (one: Channel) => boolean) =>
  [...call.discord.world.channels.values()].filter((one) => one.thread && of(one));

function listed(call: Call, threads: readonly Channel[]) {
  const { id } = call.discord.world.bot;
  const mine = threads.filter((one) => one.thread!.members.has(id));
  return {
    threads: threads.map((one) => wireChannel(one, id)),
    members: mine.map((one) => wireThreadMember(one, id)),
  };
}

function archived(call: Call): Reply {
  const channel = channelOf(call);
  need(call, channel, "READ_MESSAGE_HISTORY");
  const found = threadsOf(call, (one) => one.parentId === channel.id && one.thread!.archived).reverse();
  const limit = Math.min(100, Number(call.query.get("limit") ?? 50));
  return ok({ ...listed(call, found.slice(0, limit)), has_more: found.length > limit });
}

function active(call: Call): Reply {
  const { world } = call.discord;
  const found = threadsOf(
    call,
    (one) =>
      one.guildId === call.params.guild_id && !one.thread!.archived && may(world, one, world.bot.id, "VIEW_CHANNEL"),
  );
  return ok(listed(call, found));
}

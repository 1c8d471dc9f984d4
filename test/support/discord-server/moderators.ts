import type { Discord } from "./discord.ts";
import { INTENT } from "./gateway.ts";
import { removeMessage } from "./messages.ts";
import { addChannel, addRoleTo } from "./new-world.ts";
import { messageAnywhere, type Named, placeOf, userOf } from "./people.ts";
import { bits, type PermissionName } from "./permissions.ts";
import { changeThread, openThread, removeThread } from "./threads.ts";
import { wireChannel, wireGuildCreate, wireMember, wireUser } from "./wire.ts";
import { type Channel, findBy, type Guild } from "./world.ts";

/** What owners and moderators of a server do. Guild defaults to the first one. */
export interface Moderators {
  deleteMessage(message: Named): void;
  deleteThread(thread: string): void;
  archiveThread(thread: string): void;
  unarchiveThread(thread: string): void;
  lockThread(thread: string): void;
  /** A thread made by a person; gives its id. */
  createThread(user: string, name: string, on: { message?: Named; in?: string }): string;
  createChannel(name: string, guild?: string): string;
  createRole(name: string, guild?: string): string;
  deleteChannel(channel: string): void;
  /** The bot loses the guild: GUILD_DELETE, and 50001 from then on. */
  kickBot(guild?: string): void;
  inviteBot(guild?: string): void;
  /** The token dies: 401, and the gateway closes with 4004. */
  revokeToken(): void;
  /** Denies a permission in a channel to the bot or to a person; takes effect at once. */
  removePermission(channel: string, permission: PermissionName, of?: string): void;
  restorePermission(channel: string, permission: PermissionName, of?: string): void;
  addRole(user: string, role: string, guild?: string): void;
  removeRole(user: string, role: string, guild?: string): void;
  /** The person takes no direct messages from the bot any more. */
  closeDms(user: string): void;
}

export function moderators(discord: Discord): Moderators {
  const { world } = discord;
  const guildOf = (wanted?: string): Guild =>
    wanted === undefined
      ? [...world.guilds.values()][0]!
      : findBy("guild", world.guilds.values(), wanted, (one) => one.name);
  const guildEvent = (name: string, channel: Channel) =>
    discord.tell({ name, data: wireChannel(channel), intent: INTENT.guilds }, channel.id);

  return {
    deleteMessage(target) {
      const { channel, message } = messageAnywhere(discord, target);
      removeMessage(discord, channel, message);
    },
    deleteThread: (thread) => removeThread(discord, placeOf(discord, thread)),
    archiveThread: (thread) => changeThread(discord, placeOf(discord, thread), { archived: true }),
    unarchiveThread: (thread) => changeThread(discord, placeOf(discord, thread), { archived: false }),
    lockThread: (thread) => changeThread(discord, placeOf(discord, thread), { locked: true, archived: true }),
    createThread(user, name, on) {
      const ownerId = userOf(discord, user).id;
      const found = on.message && messageAnywhere(discord, on.message);
      const parent = found?.channel ?? placeOf(discord, on.in);
      return openThread(discord, parent, { name }, { ownerId, message: found?.message }).id;
    },
    createChannel(name, guild) {
      const channel = addChannel(world, guildOf(guild), name);
      guildEvent("CHANNEL_CREATE", channel);
      return channel.id;
    },
    createRole: (name, guild) => addRoleTo(world, guildOf(guild), name, 0n),
    deleteChannel(wanted) {
      const channel = placeOf(discord, wanted);
      guildEvent("CHANNEL_DELETE", channel);
      world.channels.delete(channel.id);
    },
    kickBot(wanted) {
      const guild = guildOf(wanted);
      guild.members.delete(world.bot.id);
      discord.tell({ name: "GUILD_DELETE", data: { id: guild.id }, intent: INTENT.guilds });
    },
    inviteBot(wanted) {
      const guild = guildOf(wanted);
      const role = [...guild.roles.values()].find((one) => one.name === "Piloto")!;
      guild.members.set(world.bot.id, { userId: world.bot.id, roles: new Set([role.id]), joinedMs: world.nowMs() });
      discord.tell({ name: "GUILD_CREATE", data: wireGuildCreate(world, guild), intent: INTENT.guilds });
    },
    revokeToken() {
      discord.token = "revoked";
      discord.gateway.closeAll(4004);
    },
    removePermission: (channel, permission, of) => overwrite(channel, permission, of, true),
    restorePermission: (channel, permission, of) => overwrite(channel, permission, of, false),
    addRole: (user, role, guild) => setRole(user, role, guild, true),
    removeRole: (user, role, guild) => setRole(user, role, guild, false),
    closeDms(user) {
      userOf(discord, user).closedDms = true;
    },
  };

  function overwrite(wanted: string, permission: PermissionName, of: string | undefined, deny: boolean): void {
    const channel = placeOf(discord, wanted);
    const place = channel.parentId === undefined ? channel : world.channels.get(channel.parentId)!;
    const id = of === undefined ? world.bot.id : userOf(discord, of).id;
    const before = place.overwrites.get(id) ?? { kind: "member" as const, allow: 0n, deny: 0n };
    const bit = bits(permission);
    place.overwrites.set(id, { ...before, deny: deny ? before.deny | bit : before.deny & ~bit });
    discord.gateway.dispatch({ name: "CHANNEL_UPDATE", data: wireChannel(place), intent: INTENT.guilds });
  }

  function setRole(user: string, wanted: string, guildName: string | undefined, isHeld: boolean): void {
    const guild = guildOf(guildName);
    const person = userOf(discord, user);
    const role = findBy("role", guild.roles.values(), wanted, (one) => one.name);
    const member = guild.members.get(person.id)!;
    if (isHeld) member.roles.add(role.id);
    else member.roles.delete(role.id);
    const data = { ...wireMember(member), guild_id: guild.id, user: wireUser(person) };
    discord.gateway.dispatch({ name: "GUILD_MEMBER_UPDATE", data, intent: INTENT.members });
  }
}

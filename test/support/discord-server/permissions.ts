import type { Channel, Guild, World } from "./world.ts";

/** The bits that Piloto meets: https://discord.com/developers/docs/topics/permissions */
export const PERMISSIONS = {
  ADMINISTRATOR: 1n << 3n,
  MANAGE_GUILD: 1n << 5n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
} as const;

export type PermissionName = keyof typeof PERMISSIONS;

const EVERYTHING = Object.values(PERMISSIONS).reduce((all, bit) => all | bit, 0n);

/** What everybody may do in a new server, and what the bot's role adds. */
export const ORDINARY = bits(
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "EMBED_LINKS",
  "ATTACH_FILES",
  "READ_MESSAGE_HISTORY",
  "USE_APPLICATION_COMMANDS",
  "CREATE_PUBLIC_THREADS",
  "SEND_MESSAGES_IN_THREADS",
);

export function bits(...names: PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | PERMISSIONS[name], 0n);
}

/** What a member may do in a channel; a thread asks its parent. In a direct message: everything ordinary. */
export function permissionsIn(world: World, channel: Channel, userId: string): bigint {
  if (channel.guildId === undefined) return ORDINARY;
  const guild = world.guilds.get(channel.guildId);
  if (!guild) return 0n;
  const place = channel.parentId === undefined ? channel : world.channels.get(channel.parentId);
  const member = guild.members.get(userId);
  if (!member || !place) return 0n;
  const base = basePermissions(guild, userId, member.roles);
  if (base & PERMISSIONS.ADMINISTRATOR) return EVERYTHING;
  return withOverwrites(base, place, guild.id, userId, member.roles);
}

export const may = (world: World, channel: Channel, userId: string, name: PermissionName): boolean =>
  (permissionsIn(world, channel, userId) & PERMISSIONS[name]) !== 0n;

function basePermissions(guild: Guild, userId: string, roles: ReadonlySet<string>): bigint {
  if (guild.ownerId === userId) return EVERYTHING;
  let sum = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const role of roles) sum |= guild.roles.get(role)?.permissions ?? 0n;
  return sum;
}

/** The order is Discord's: @everyone, then all roles together, then the member. */
function withOverwrites(base: bigint, place: Channel, everyone: string, userId: string, roles: ReadonlySet<string>) {
  let result = apply(base, place.overwrites.get(everyone));
  let allow = 0n;
  let deny = 0n;
  for (const role of roles) {
    allow |= place.overwrites.get(role)?.allow ?? 0n;
    deny |= place.overwrites.get(role)?.deny ?? 0n;
  }
  result = apply(result, { allow, deny });
  return apply(result, place.overwrites.get(userId));
}

const apply = (base: bigint, change?: { allow: bigint; deny: bigint }) =>
  change ? (base & ~change.deny) | change.allow : base;

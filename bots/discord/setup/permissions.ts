/** What Piloto needs in a channel, with Discord's bits and names. Source: discord-api-docs, topics/permissions. */
export const CHANNEL_PERMISSIONS = {
  ViewChannel: { bit: 1n << 10n, told: "View Channel" },
  SendMessages: { bit: 1n << 11n, told: "Send Messages" },
  SendMessagesInThreads: { bit: 1n << 38n, told: "Send Messages in Threads" },
  CreatePublicThreads: { bit: 1n << 35n, told: "Create Public Threads" },
  AttachFiles: { bit: 1n << 15n, told: "Attach Files" },
  ReadMessageHistory: { bit: 1n << 16n, told: "Read Message History" },
} as const;

const ADMINISTRATOR = 1n << 3n;

/** All of them, as an invite link asks for them. */
export const ALL_PERMISSIONS = Object.values(CHANNEL_PERMISSIONS).reduce((bits, { bit }) => bits | bit, 0n);

export interface Overwrite {
  readonly id: string;
  /** 0 a role, 1 a member. */
  readonly type: number;
  readonly allow: string;
  readonly deny: string;
}

export interface MemberFacts {
  readonly guildId: string;
  readonly userId: string;
  readonly roleIds: readonly string[];
  /** Permissions of every role of the guild, by id; the role of everybody has the guild's id. */
  readonly roles: ReadonlyMap<string, bigint>;
}

/** A member's permissions in a channel, as Discord computes them: roles, then overwrites of everybody, roles, member. */
export function permissionsIn(overwrites: readonly Overwrite[], member: MemberFacts): bigint {
  const { guildId, userId, roleIds, roles } = member;
  const base = [guildId, ...roleIds].reduce((bits, id) => bits | (roles.get(id) ?? 0n), 0n);
  if ((base & ADMINISTRATOR) !== 0n) return ~0n;
  const apply = (bits: bigint, { allow, deny }: { allow: bigint; deny: bigint }) => (bits & ~deny) | allow;
  const of = (list: readonly Overwrite[]) => ({
    allow: list.reduce((bits, one) => bits | BigInt(one.allow), 0n),
    deny: list.reduce((bits, one) => bits | BigInt(one.deny), 0n),
  });
  const everybody = of(overwrites.filter(({ id }) => id === guildId));
  const byRole = of(overwrites.filter(({ id, type }) => type === 0 && roleIds.includes(id)));
  const own = of(overwrites.filter(({ id, type }) => type === 1 && id === userId));
  return apply(apply(apply(base, everybody), byRole), own);
}

/** Names of what is missing. */
export function missingIn(bits: bigint): string[] {
  return Object.values(CHANNEL_PERMISSIONS).flatMap(({ bit, told }) => ((bits & bit) === 0n ? [told] : []));
}

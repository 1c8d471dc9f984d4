import { z } from "zod";
import type { AccountId } from "../../../core/domain/ids.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { discordAccount, discordRole } from "../discord-ids.ts";

const User = z.looseObject({
  id: z.string(),
  username: z.string().optional(),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});
const Member = z.looseObject({ nick: z.string().nullish(), roles: z.array(z.string()).default([]) });

/** A message as Discord sends or lists it: https://discord.com/developers/docs/resources/message#message-object */
export const DiscordMessage = z.looseObject({
  id: z.string().regex(/^\d{1,20}$/),
  channel_id: z.string().regex(/^\d{1,20}$/),
  guild_id: z.string().nullish(),
  type: z.number().default(0),
  author: User,
  member: Member.nullish(),
  webhook_id: z.string().nullish(),
  content: z.string().default(""),
  mentions: z.array(User.extend({ member: Member.partial().nullish() })).default([]),
  attachments: z.array(z.unknown()).default([]),
});
export type DiscordMessage = z.infer<typeof DiscordMessage>;

/** Who did something in Discord: the account, its roles in that server at that moment, and what people call it. */
export interface Who {
  readonly account: AccountId;
  readonly groups: readonly AccountId[];
  readonly name: string;
}

export function whoIs(
  user: z.infer<typeof User>,
  member: { readonly nick?: string | null; readonly roles?: readonly string[] } | null | undefined,
  guild: string | null | undefined,
): Who {
  const called = member?.nick || user.global_name || user.username || user.id;
  // The role of everybody has the server's own id, and Discord does not list it.
  const roles = guild ? [guild, ...(member?.roles ?? [])] : [];
  return { account: discordAccount(user.id), groups: roles.map(discordRole), name: plainLine(called, 80) || user.id };
}

/** Ordinary messages and replies. All other kinds are notices of Discord's own. */
const SPOKEN = [0, 19];

/** Whether a person wrote it. What bots and webhooks write is never a request. */
export const isSpoken = ({ type, author, webhook_id }: DiscordMessage, ownId: string | undefined): boolean =>
  SPOKEN.includes(type) && author.bot !== true && !webhook_id && author.id !== ownId;

export const isMentioned = ({ mentions }: DiscordMessage, ownId: string | undefined): boolean =>
  ownId !== undefined && mentions.some(({ id }) => id === ownId);

/** The words as people read them: names in the place of ids, without the call to Piloto itself. */
export function wordsOf({ content, mentions }: DiscordMessage, ownId: string | undefined): string {
  const names = new Map(mentions.map((user) => [user.id, whoIs(user, user.member, undefined).name]));
  return content
    .replace(/<@!?(\d{1,20})>/g, (whole, id: string) =>
      id === ownId ? "" : names.has(id) ? `@${names.get(id)}` : whole,
    )
    .replace(/<a?:(\w{1,40}):\d{1,20}>/g, ":$1:")
    .replace(/[ \t]{2,}/g, " ")
    .trim();
}

import type { AccountId, ChatId } from "../../core/domain/ids.ts";
import { accountOf } from "../shared/chat-face.ts";

export const DISCORD = "discord";

/** A conversation: a thread or channel of a guild, or a direct message. */
export interface DiscordChat {
  /** Absent: a direct message. */
  readonly guild?: string;
  /** A thread is a channel of its own. */
  readonly channel: string;
}

/** `discord:<guild>/<channel or thread>`, or `discord:dm/<channel>`. */
export const chatIdOf = ({ guild, channel }: DiscordChat): ChatId => `${DISCORD}:${guild ?? "dm"}/${channel}` as ChatId;

const CHAT = /^discord:(dm|\d{1,20})\/(\d{1,20})$/;

/** `undefined` for a chat of another face, or one that no Discord made. */
export function discordChat(chatId: ChatId): DiscordChat | undefined {
  const [, guild, channel] = CHAT.exec(chatId) ?? [];
  if (!guild || !channel) return undefined;
  return guild === "dm" ? { channel } : { guild, channel };
}

/** `discord:<user>`: user ids are unique over all guilds. */
export const discordAccount = (user: string): AccountId => accountOf(DISCORD, user);

/** `discord:role/<role>`: role ids are unique over all guilds. The role of everybody has the guild's own id. */
export const discordRole = (role: string): AccountId => accountOf(DISCORD, "role", role);

/** The user of an account of this face. */
export function userOf(account: AccountId): string | undefined {
  return /^discord:(\d{1,20})$/.exec(account)?.[1];
}

/** What makes a message unique, however often it is delivered. */
export const messageKey = (channel: string, message: string): string => `${DISCORD}:${channel}/${message}`;

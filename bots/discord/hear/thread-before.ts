import { Routes } from "discord.js";
import { z } from "zod";
import type { IncomingMessage } from "../../../core/domain/chat.ts";
import { cutAt } from "../../../core/domain/plain-text.ts";
import { discordAccount } from "../discord-ids.ts";
import { troubleOf } from "../post/trouble.ts";
import type { HearDeps } from "./hear-deps.ts";
import { DiscordMessage, wordsOf } from "./message-event.ts";

const MOST_MESSAGES = 30;
const MOST_CHARACTERS = 12_000;
const MOST_OF_ONE = 2_000;

/**
 * What was said in a thread before Piloto was called into it: the latest 30 messages, the newest kept first. Words of
 * others, never a request. Without the permission to read there is none, and the call is worked on all the same.
 */
export async function threadBefore(
  channel: string,
  before: string,
  { rest, logger, counts, ownId }: HearDeps,
): Promise<NonNullable<IncomingMessage["thread"]>> {
  try {
    const query = { limit: String(MOST_MESSAGES), before };
    const listed = z.array(z.unknown()).parse(await rest.call("get", Routes.channelMessages(channel), { query }));
    let room = MOST_CHARACTERS;
    const said = listed.flatMap((one) => {
      const message = DiscordMessage.safeParse(one).data;
      if (!message || message.author.id === ownId()) return [];
      const text = cutAt(wordsOf(message, ownId()), MOST_OF_ONE);
      room -= text.length;
      return text === "" || room < 0 ? [] : [{ account: discordAccount(message.author.id), text }];
    });
    return said.reverse();
  } catch (error) {
    counts.add("contextMissing");
    logger.warn(
      { channel, trouble: troubleOf(error) ?? String(error) },
      "A thread cannot be read, so Piloto works without it.",
    );
    return [];
  }
}

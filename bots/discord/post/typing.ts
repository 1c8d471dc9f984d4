import { Routes } from "discord.js";
import type { ChatId } from "../../../core/domain/ids.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { discordChat } from "../discord-ids.ts";
import type { DiscordRest } from "./discord-rest.ts";
import { troubleOf } from "./trouble.ts";

/** "Piloto is typing", from a message until the first word of the answer. Best effort. */
export interface Typing {
  begin(chatId: ChatId): void;
  end(chatId: ChatId): void;
  stop(): void;
}

/** Discord shows it for ten seconds. */
const EVERY_MS = 8_000;
const LONGEST_MS = 3 * 60_000;

export function createTyping(rest: DiscordRest, { clock, logger }: { clock: Clock; logger: Logger }): Typing {
  const begun = new Map<ChatId, AbortController>();

  async function keepTyping(chatId: ChatId, channel: string, signal: AbortSignal): Promise<void> {
    const endMs = clock.nowMs() + LONGEST_MS;
    try {
      while (!signal.aborted && clock.nowMs() < endMs) {
        await rest.call("post", Routes.channelTyping(channel));
        if (!signal.aborted) await clock.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      logger.debug(
        { chat: chatId, trouble: troubleOf(error) ?? String(error) },
        "Could not show that Piloto is typing.",
      );
    } finally {
      if (begun.get(chatId)?.signal === signal) begun.delete(chatId);
    }
  }

  return {
    begin(chatId) {
      const chat = discordChat(chatId);
      if (!chat || begun.has(chatId)) return;
      const ending = new AbortController();
      begun.set(chatId, ending);
      void keepTyping(chatId, chat.channel, ending.signal);
    },
    end(chatId) {
      begun.get(chatId)?.abort();
      begun.delete(chatId);
    },
    stop() {
      for (const ending of begun.values()) ending.abort();
      begun.clear();
    },
  };
}

import { chatIdOf } from "../../bots/discord/discord-ids.ts";
import { createAskedLast } from "../../bots/discord/post/asked-last.ts";
import { createChannelMessages } from "../../bots/discord/post/channel-messages.ts";
import { createCounts } from "../../bots/discord/post/counts.ts";
import { createDiscordPlatform } from "../../bots/discord/post/discord-platform.ts";
import { createDiscordRest } from "../../bots/discord/post/discord-rest.ts";
import { createTyping } from "../../bots/discord/post/typing.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { systemClock } from "../../src/clock.ts";
import type { DiscordServer } from "../support/discord-server/discord-server.ts";
import { silentLogger } from "../support/silent-logger.ts";

/** The real time, moved on together with Discord's own. */
export interface ShiftedClock extends Clock {
  advance(ms: number): void;
}

export function shiftedClock(discord: DiscordServer): ShiftedClock {
  const real = systemClock();
  let ahead = 0;
  return {
    nowMs: () => real.nowMs() + ahead,
    sleep: (ms, signal) => real.sleep(Math.min(ms, 20), signal),
    advance(ms) {
      ahead += ms;
      discord.advance(ms);
    },
  };
}

/** The platform alone, as one process has it. */
export function platformOn(discord: DiscordServer, stores: Stores, clock: Clock, token = discord.token) {
  const counts = createCounts();
  const logger = silentLogger();
  const rest = createDiscordRest({ token, apiUrl: discord.api, clock, counts });
  const messages = createChannelMessages(rest);
  const typing = createTyping(rest, { clock, logger });
  const askedLast = createAskedLast();
  const platform = createDiscordPlatform({
    ...{ messages, typing, askedLast, client: () => undefined, stores, clock, logger, counts },
    mayPreview: () => true,
  });
  return { platform, counts, rest, messages, typing, logger };
}

/** A channel of its own, as a chat. */
export function newChat(discord: DiscordServer) {
  const channel = discord.createChannel(`c${discord.world.channels.size}`);
  return { channel, chatId: chatIdOf({ guild: discord.guildId, channel }) };
}

/** What people read in a place: without what makes it harmless. */
export const readIn = (discord: DiscordServer, channel: string): string =>
  discord
    .messagesIn(channel)
    .map((message) => discord.textOf(message))
    .join("\n")
    .replaceAll("\u200B", "")
    .replace(/\\([^0-9A-Za-z\s])/g, "$1");

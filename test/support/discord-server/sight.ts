import type { Discord } from "./discord.ts";
import { textIn } from "./messages.ts";
import { messageAnywhere, type Named, placeOf } from "./people.ts";
import type { PostRecord } from "./records.ts";
import type { Message } from "./world.ts";

/** What tests and benches look at. */
export interface Sight {
  /** All messages of a channel or thread as they stand, oldest first, ephemeral ones too. */
  messagesIn(channel: string): Message[];
  /** A message as it stands; fails when it is gone. */
  message(id: string): Message;
  /** Content, text displays and button labels. */
  textOf(message: Named): string;
  /** The thread on a message, or undefined. */
  threadOf(message: Named): string | undefined;
  /** Waits for a post of the bot that fits, past or future, newest first, and gives the message as it stands. */
  posted(fits: (post: PostRecord) => boolean, withinMs?: number): Promise<Message>;
  /** Waits until something is so; fails after `withinMs` of real time (default 5000) with the latest requests. */
  until(isSo: () => boolean, what: string, withinMs?: number): Promise<void>;
  /** Markers that were posted more than once, with how often. Needs the `marker` option. */
  duplicatePosts(): Map<string, number>;
  /** Edits of each message of the bot that still exists. */
  editsPerMessage(): Map<string, number>;
}

export function sight(discord: Discord): Sight {
  const { records, world } = discord;
  const self: Sight = {
    messagesIn: (channel) => [...placeOf(discord, channel).messages.values()],
    message: (id) => messageAnywhere(discord, { id }).message,
    textOf: (message) => textIn(messageAnywhere(discord, message).message),
    threadOf: (message) => messageAnywhere(discord, message).message.threadId,
    async posted(fits, withinMs) {
      const found = () => records.posts.findLast(fits);
      await self.until(() => found() !== undefined, "the bot posts what was described", withinMs);
      const { messageId: id, channelId } = found()!;
      return messageAnywhere(discord, { id, channelId }).message;
    },
    async until(isSo, what, withinMs = 5000) {
      const deadline = Date.now() + withinMs;
      while (!isSo()) {
        if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain until ${what}.\n${latest(discord)}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    duplicatePosts: () => new Map([...records.marked].filter(([, times]) => times > 1)),
    editsPerMessage() {
      const all = [...world.channels.values()].flatMap((channel) => [...channel.messages.values()]);
      return new Map(all.filter((one) => one.authorId === world.bot.id).map((one) => [one.id, one.edits]));
    },
  };
  return self;
}

function latest({ records }: Discord): string {
  const requests = records.requests
    .slice(-8)
    .map((one) => `  ${one.method} ${one.route} → ${one.status} ${one.code ?? ""}`);
  const violations = records.violations.slice(-3).map((one) => `  refused: ${one.problems.join("; ")}`);
  return [`The latest requests:`, ...requests, ...violations].join("\n");
}

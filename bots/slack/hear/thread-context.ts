import { z } from "zod";
import type { IncomingMessage } from "../../../core/domain/chat.ts";
import { cutAt } from "../../../core/domain/plain-text.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { type SlackThread, slackAccount } from "../slack-ids.ts";
import { cleanText } from "./clean-text.ts";
import type { HearDeps } from "./hear-deps.ts";
import { isLater } from "./held-threads.ts";
import { wordsOf } from "./message-event.ts";

type Context = NonNullable<IncomingMessage["thread"]>;

const Reply = z.looseObject({
  ts: z.string(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
});

const MOST_MESSAGES = 30;
const MOST_CHARACTERS = 12_000;
const MOST_OF_ONE = 2_000;
const PAGE = 200;
const MOST_PAGES = 5;

/**
 * What was said in a thread before Piloto was called into it: the latest 30 messages, newest kept first where it gets
 * too long. Words of others, so never a request. Without the scope, or when Slack does not answer, there is none: the
 * call itself is worked on all the same.
 */
export async function threadBefore(
  { team, channel, root }: SlackThread,
  beforeTs: string,
  bot: SlackBot,
  { logger, state }: Pick<HearDeps, "logger" | "state">,
): Promise<Context> {
  try {
    const replies = await lastReplies(bot, { channel, root, beforeTs });
    const said = replies.flatMap((reply) => {
      const text = cutAt(cleanText(wordsOf(reply), { bot: bot.user }), MOST_OF_ONE);
      const isOwn = reply.user === bot.user || (bot.botId !== undefined && reply.bot_id === bot.botId);
      const who = reply.user ?? reply.bot_id;
      return isOwn || !who || text === "" ? [] : [{ account: slackAccount(team, who), text }];
    });
    return withinCharacters(said);
  } catch (error) {
    const { code, why } = explainFailure(error);
    state.count("contextMissing");
    logger.warn({ team, channel, code }, `A thread cannot be read, so Piloto works without it. ${why}`);
    return [];
  }
}

/** Slack gives the oldest first, page by page. */
async function lastReplies(
  bot: SlackBot,
  { channel, root, beforeTs }: { channel: string; root: string; beforeTs: string },
) {
  let latest: z.infer<typeof Reply>[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = { channel, ts: root, latest: beforeTs, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const { messages = [], response_metadata: more } = await bot.client.conversations.replies(asked);
    const read = messages.flatMap((message) => Reply.safeParse(message).data ?? []);
    latest = [...latest, ...read.filter(({ ts }) => isLater(beforeTs, ts))].slice(-MOST_MESSAGES);
    cursor = more?.next_cursor;
    if (!cursor) break;
  }
  return latest;
}

function withinCharacters(said: Context): Context {
  let room = MOST_CHARACTERS;
  const newestFirst = [...said].reverse();
  const kept = newestFirst.filter(({ text }) => {
    room -= text.length;
    return room >= 0;
  });
  return kept.reverse();
}

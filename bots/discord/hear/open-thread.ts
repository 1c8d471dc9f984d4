import { Routes } from "discord.js";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { patiently } from "../post/patiently.ts";
import { reasonOf, troubleOf } from "../post/trouble.ts";
import { LIMITS } from "../show/limits.ts";
import type { HearDeps } from "./hear-deps.ts";

const DAY_MINUTES = 1440;

/**
 * Opens a thread on a message and gives its id, which is the message's own: a second time changes nothing. `undefined`
 * where Piloto may not: it answers in the channel then.
 */
export async function openThread(
  channel: string,
  message: string,
  about: string,
  { rest, channels, clock, logger, counts, language }: HearDeps,
): Promise<string | undefined> {
  if (!channels.mayStartThread(channel)) return refused("forbidden");
  const name = plainLine(words(language).chatFace.threadName(about), LIMITS.threadName);
  try {
    const body = { name, auto_archive_duration: DAY_MINUTES };
    await patiently(() => rest.call("post", Routes.threads(channel, message), { body }), { clock });
    counts.add("threads");
    return message;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === "thread-exists") return message;
    if (trouble === undefined) throw error;
    return refused(trouble);
  }

  function refused(trouble: Parameters<typeof reasonOf>[0]): undefined {
    counts.add("threadsRefused");
    logger.warn(
      { channel, trouble, why: reasonOf(trouble) },
      "No thread could be opened; Piloto answers in the channel.",
    );
  }
}

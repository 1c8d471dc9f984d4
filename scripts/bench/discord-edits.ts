import { REAL_LIMITS } from "../../test/support/discord-server/rate-limits.ts";
import type { DiscordBenchWorld } from "./discord-world.ts";

export interface EditsOfRun {
  readonly steps: number;
  /** Of all messages of the bot in the run's thread. */
  readonly edits: number;
}

const WITHIN_MS = 120_000;
const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";

/** Runs from mention to their last card, many at once, under Discord's limits. */
export async function measureEdits(
  { discord, people, channels }: DiscordBenchWorld,
  runs: number,
): Promise<EditsOfRun[]> {
  discord.setLimits(REAL_LIMITS);
  const threads = Array.from({ length: runs }, (_, n) => {
    const user = people[n % people.length]!;
    return discord.mention(user, ASK, { in: channels[n % channels.length] }).id;
  });
  await Promise.all(
    threads.map(async (thread, n) => {
      const shown = (text: string) => () => cardWith(discord, thread, text) !== undefined;
      await discord.until(shown("[Confirm]"), "a card is there", WITHIN_MS);
      discord.press(cardWith(discord, thread, "[Confirm]")!, "Confirm", people[(n + 1) % people.length]!);
      await discord.until(shown("Done · "), "a run is done", WITHIN_MS);
    }),
  );
  return threads.map((thread) => {
    const mine = discord.messagesIn(thread).filter((one) => one.authorId === discord.botId);
    const steps = Number(/Done · (\d+) step/.exec(mine.map((one) => discord.textOf(one)).join("\n"))?.[1]);
    return { steps, edits: mine.reduce((sum, one) => sum + one.edits, 0) };
  });
}

function cardWith(discord: DiscordBenchWorld["discord"], thread: string, text: string) {
  if (!discord.world.channels.has(thread)) return undefined;
  return discord.messagesIn(thread).find((one) => one.authorId === discord.botId && discord.textOf(one).includes(text));
}

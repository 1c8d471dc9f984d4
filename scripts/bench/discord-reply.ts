import type { DiscordBenchWorld } from "./discord-world.ts";

/**
 * Where people talk with the bot: a thread each, and the direct messages of as many others. In both the bot answers in
 * the same place, so that the opening of a thread is not compared with a plain answer.
 */
export interface TalkPlace {
  readonly channel: string;
  /** Asks something there that a model answers in words; with a mention where others could be meant. */
  ask(): void;
}

const REPLY_WITHIN_MS = 20_000;
const TICK_MS = 1;
const QUESTION = "what can you do?";

export function talkPlaces({ discord, channels }: DiscordBenchWorld, people: readonly string[]): TalkPlace[] {
  const half = people.length / 2;
  const direct = people.slice(0, half).map((user): TalkPlace => {
    const { channelId } = discord.directMessage(user, QUESTION);
    return { channel: channelId, ask: () => void discord.directMessage(user, QUESTION) };
  });
  const threads = people.slice(half).map((user, n): TalkPlace => {
    const thread = discord.createThread(user, `talk ${n}`, {
      message: discord.say(user, "a talk", { in: channels[n % channels.length] }),
    });
    return { channel: thread, ask: () => void discord.mention(user, QUESTION, { in: thread }) };
  });
  return [...direct, ...threads];
}

/** Milliseconds from each question to the first thing that is seen after it. One place after the other. */
export async function measureReplies(
  { discord }: DiscordBenchWorld,
  places: readonly TalkPlace[],
  { times, everyMs }: { times: number; everyMs: number },
): Promise<number[]> {
  const took: Promise<number>[] = [];
  for (let n = 0; n < times * places.length; n++) {
    const { channel, ask } = places[n % places.length]!;
    const saidAt = performance.now();
    ask();
    took.push(firstPost(discord, channel, saidAt));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, everyMs - (performance.now() - saidAt))));
  }
  return Promise.all(took);
}

async function firstPost({ posts }: DiscordBenchWorld["discord"], channel: string, since: number): Promise<number> {
  while (performance.now() - since < REPLY_WITHIN_MS) {
    const post = posts.slice(-200).find((one) => one.channelId === channel && one.at > since);
    if (post) return post.at - since;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  throw new Error(`Nothing was answered in ${channel} within ${REPLY_WITHIN_MS} ms.`);
}

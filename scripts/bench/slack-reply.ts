import { everyDue } from "./slack-ack.ts";
import type { SlackActs } from "./slack-acts.ts";
import type { SlackBenchWorld } from "./slack-world.ts";

const REPLY_WITHIN_MS = 20_000;

/** Milliseconds from a question to the first thing that stands in its thread. Ascending. */
export async function measureReplies(
  { slack }: SlackBenchWorld,
  acts: SlackActs,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number[]> {
  const all: Promise<number>[] = [];
  const startMs = performance.now();
  await everyDue(
    () => startMs + (all.length / perSecond) * 1_000,
    startMs + seconds * 1_000,
    () => {
      const saidMs = performance.now();
      const { channel, ts } = acts.question();
      const isThere = () => slack.thread(channel, ts).length > 1;
      all.push(slack.until("a reply is there", isThere, REPLY_WITHIN_MS).then(() => performance.now() - saidMs));
    },
  );
  return (await Promise.all(all)).sort((a, b) => a - b);
}

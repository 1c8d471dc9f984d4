import type { Life } from "./chat-app-life.ts";
import type { SlackActs } from "./slack-acts.ts";
import type { SlackBenchWorld } from "./slack-world.ts";

type Name = keyof SlackActs;

/** Of a hundred acts: what a Piloto in busy channels gets. Eight of them ask for work. */
const SHARES: readonly (readonly [Name, number])[] = [
  ["chatter", 46],
  ["repetition", 22],
  ["correction", 12],
  ["aside", 12],
  ["question", 3],
  ["wish", 2],
  ["press", 1],
  ["reply", 1],
  ["slash", 1],
];
const MIX = SHARES.flatMap(([name, share]) =>
  Array.from({ length: share }, (_, n) => ({ name, at: (n + 0.5) / share })),
)
  .sort((a, b) => a.at - b.at)
  .map(({ name }) => name);
/** Deliveries that wait for their acknowledgement at the same time. */
const AT_ONCE = 48;
const QUIET_WITHIN_MS = 120_000;

export interface MemoryUse {
  readonly beforeMb: number;
  readonly afterMb: number;
  readonly events: number;
  readonly seconds: number;
}

/** Memory of a Piloto after a warm-up, and after so many events more. Both times idle, its garbage collected. */
export async function measureMemory(
  world: SlackBenchWorld,
  life: Life,
  acts: SlackActs,
  { warmUp, events }: { warmUp: number; events: number },
): Promise<MemoryUse> {
  await deliver(world, acts, warmUp);
  const beforeMb = await life.settledRssMb();
  const startMs = performance.now();
  const delivered = await deliver(world, acts, events);
  const seconds = (performance.now() - startMs) / 1_000;
  return { beforeMb, afterMb: await life.settledRssMb(), events: delivered, seconds };
}

/** As fast as they are acknowledged; resolves when the work that came of them is done too. */
async function deliver({ slack }: SlackBenchWorld, acts: SlackActs, events: number): Promise<number> {
  const before = slack.deliveries.counts.acked;
  const done = () => slack.deliveries.counts.acked - before;
  for (let n = 0; done() + slack.deliveries.pending < events; n++) {
    acts[MIX[n % MIX.length]!]();
    if (slack.deliveries.pending < AT_ONCE) continue;
    await slack.until("there is room", () => slack.deliveries.pending < AT_ONCE / 2, 30_000);
  }
  await calm(slack);
  return done();
}

/** Nothing is delivered and nothing was shown for two seconds. */
export async function calm(slack: SlackBenchWorld["slack"], withinMs = QUIET_WITHIN_MS): Promise<void> {
  const untilMs = performance.now() + withinMs;
  const state = () => [...slack.shownCounts.values(), slack.deliveries.counts.sent].join();
  for (let last = ""; performance.now() < untilMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    if (last === state() && slack.deliveries.pending === 0) return;
    last = state();
  }
  throw new Error(`Something still went on in Slack after ${withinMs} ms.`);
}

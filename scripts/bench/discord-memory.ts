import type { Asked } from "../../test/support/discord-server/people.ts";
import type { Life } from "./chat-app-life.ts";
import type { DiscordActs } from "./discord-acts.ts";
import { spread } from "./discord-mix.ts";
import type { DiscordBenchWorld } from "./discord-world.ts";

/** Of two hundred: what a Piloto in busy channels gets. Discord says some of it twice. */
const MIX = spread<keyof DiscordActs>([
  ["chatter", 140],
  ["complete", 44],
  ["edit", 8],
  ["menu", 2],
  ["greeting", 2],
  ["confirm", 2],
  ["cancel", 1],
  ["wish", 1],
]);
const SAID_TWICE = 0.1;
const AT_ONCE = 50;
const ANSWERED_WITHIN_MS = 20_000;
const QUIET_WITHIN_MS = 180_000;

export interface MemoryUse {
  readonly beforeMb: number;
  readonly afterMb: number;
  readonly seconds: number;
  /** Interactions that had no answer. */
  readonly lost: number;
}

/** Memory of a Piloto after a warm-up, and after so many events more. Both times idle, its garbage collected. */
export async function measureMemory(
  world: DiscordBenchWorld,
  life: Life,
  acts: DiscordActs,
  { warmUp, events }: { warmUp: number; events: number },
): Promise<MemoryUse> {
  world.discord.gateway.trouble.duplicateRate = SAID_TWICE;
  await deliver(world, acts, warmUp);
  const beforeMb = await life.settledRssMb();
  const startMs = performance.now();
  const lost = await deliver(world, acts, events);
  const seconds = (performance.now() - startMs) / 1_000;
  return { beforeMb, afterMb: await life.settledRssMb(), seconds, lost };
}

/** As fast as interactions are answered; resolves when the work that came of all is done too. */
async function deliver(world: DiscordBenchWorld, acts: DiscordActs, events: number): Promise<number> {
  let lost = 0;
  for (let n = 0; n < events; ) {
    const begun: Promise<readonly Asked[]>[] = [];
    for (const until = Math.min(n + AT_ONCE, events); n < until; n++) {
      const act = acts[MIX[n % MIX.length]!]();
      if (act instanceof Promise) begun.push(act);
    }
    const asked = (await Promise.all(begun)).flat();
    await Promise.all(asked.map((one) => one.answered(ANSWERED_WITHIN_MS).catch(() => (lost += 1))));
  }
  await calm(world);
  return lost;
}

/** Nothing was asked of Discord for two seconds. */
export async function calm({ discord }: DiscordBenchWorld, withinMs = QUIET_WITHIN_MS): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    const { requests } = discord.counters;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    if (discord.counters.requests === requests) return;
  }
  throw new Error(`Piloto still asked something of Discord after ${withinMs} ms.`);
}

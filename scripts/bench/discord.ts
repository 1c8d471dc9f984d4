import type { Life } from "./chat-app-life.ts";
import { measureAcks } from "./discord-ack.ts";
import { discordActs } from "./discord-acts.ts";
import { measureEdits } from "./discord-edits.ts";
import { calm, measureMemory } from "./discord-memory.ts";
import { measureReplies, talkPlaces } from "./discord-reply.ts";
import { type DiscordBenchWorld, openDiscordBenchWorld } from "./discord-world.ts";
import type { Bench, BenchContext, Figure } from "./figure.ts";
import { percentile } from "./runs-latency.ts";

/** How fast Piloto is in Discord, beside a discord.js bot that only echoes, and whether it stays small. */
export const bench: Bench = {
  name: "discord",
  summary:
    "acknowledgements, replies beside a bare discord.js echo, memory, edits (--seconds N, --events N, --quick; parts: reply ack edits memory)",
  async run(context) {
    const asked = readArgs(context.args);
    const figures: Figure[] = [];
    for (const part of asked.parts) figures.push(...(await onePart(part, asked, context.log)));
    return figures;
  },
};

interface Asked {
  readonly seconds: number;
  readonly events: number;
  readonly isQuick: boolean;
  readonly parts: readonly string[];
}

function readArgs(args: readonly string[]): Asked {
  const isQuick = args.includes("--quick");
  const after = (name: string, otherwise: number) =>
    args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise;
  const parts = Object.keys(PARTS).filter((part) => args.includes(part));
  return {
    seconds: after("--seconds", isQuick ? 8 : 30),
    events: after("--events", isQuick ? 5_000 : 50_000),
    isQuick,
    parts: parts.length > 0 ? parts : Object.keys(PARTS),
  };
}

async function onePart(part: string, asked: Asked, log: BenchContext["log"]): Promise<Figure[]> {
  const world = await openDiscordBenchWorld({
    ...{ people: 80, channels: 10, timeFactor: 0, callMs: part === "edits" ? 400 : 0 },
    server: { history: 500 },
  });
  try {
    const figures = await PARTS[part]!(world, asked, log);
    for (const { route, problems } of world.discord.violations.slice(0, 5)) log(`refused: ${route} ${problems}`);
    return figures;
  } finally {
    await world.stop();
  }
}

/** Discord's way to a bot and its answer to a call, about; on the loopback both would take nothing. */
const DISCORD_TAKES = { gatewayMs: 50, restMs: 100 };

type Part = (world: DiscordBenchWorld, asked: Asked, log: BenchContext["log"]) => Promise<Figure[]>;

const PARTS: Readonly<Record<string, Part>> = {
  async reply(world, { isQuick }, log) {
    const times = isQuick ? 2 : 4;
    world.discord.setDelay(DISCORD_TAKES);
    const far = await bothReply(world, times);
    world.discord.setDelay({});
    const near = await bothReply(world, times);
    const { restMs } = DISCORD_TAKES;
    log(`first visible reply, median: Piloto ${far.ours.toFixed(1)} ms, bare echo ${far.theirs.toFixed(1)} ms`);
    return [
      atMost("reply_ratio", (far.ours + restMs) / (far.theirs + restMs), { unit: "ratio", goal: 1.5 }),
      told("reply_ratio_loopback", near.ours / near.theirs, "ratio"),
      told("reply_ms_loopback", near.ours, "ms"),
      told("echo_reply_ms_loopback", near.theirs, "ms"),
    ];
  },
  async ack(world, { seconds }, log) {
    const { tookMs, lost } = await lived(world.wake, async () => {
      const acts = discordActs(world, 2);
      for (let n = 0; n < 60; n++) acts.wish();
      await calm(world);
      await measureAcks(acts, 20, 3);
      const times = await measureAcks(acts, 100, seconds);
      await calm(world);
      return times;
    });
    log(`${tookMs.length} interactions, ${lost} not answered; median ${percentile(tookMs, 0.5).toFixed(1)} ms`);
    return [
      atMost("ack_p99_ms", percentile(tookMs, 0.99), { unit: "ms", goal: 300 }),
      told("acks_missing", lost, "count"),
    ];
  },
  async edits(world, { isQuick }, log) {
    const runs = await lived(world.wake, () => measureEdits(world, isQuick ? 8 : 40));
    const most = Math.max(...runs.map(({ edits }) => edits));
    log(`${runs.length} runs of ${runs[0]?.steps} steps under Discord's limits; at most ${most} edits in a thread`);
    const over = Math.max(...runs.map(({ edits, steps }) => edits - (1 + steps)));
    return [atMost("edits_per_run_over", over, { unit: "count", goal: 0 })];
  },
  async memory(world, { events, isQuick }, log) {
    const warmUp = isQuick ? 2_000 : 8_000;
    const use = await lived(world.wake, (life) =>
      measureMemory(world, life, discordActs(world, 3), { warmUp, events }),
    );
    const { beforeMb, afterMb, seconds, lost } = use;
    log(`${beforeMb.toFixed(0)} MB, after ${events} events in ${seconds.toFixed(0)} s ${afterMb.toFixed(0)} MB`);
    return [
      atMost("rss_growth_mb", afterMb - beforeMb, { unit: "MB", goal: 30 }),
      told("memory_events", events, "count"),
      told("memory_unanswered", lost, "count"),
    ];
  },
};

/** Medians of both, each in its own lives. Piloto would answer later what its people asked the echo: they differ. */
async function bothReply(world: DiscordBenchWorld, times: number) {
  const half = world.people.length / 2;
  const theirs = await lived(world.wakeEcho, () => repliesOf(world, world.people.slice(half), times));
  const ours = await lived(world.wake, () => repliesOf(world, world.people.slice(0, half), times));
  return { ours: median(ours), theirs: median(theirs) };
}

/** Eight questions a second: discord.js asks Discord at most 50 times a second, and Piloto shows that it is at work. */
async function repliesOf(world: DiscordBenchWorld, people: readonly string[], times: number): Promise<number[]> {
  const places = talkPlaces(world, people);
  // Not counted: places are learnt, connections are opened, the code is compiled.
  await measureReplies(world, places, { times: 1, everyMs: 120 });
  await calm(world);
  return measureReplies(world, places, { times, everyMs: 120 });
}

async function lived<T>(start: () => Promise<Life>, work: (life: Life) => Promise<T>): Promise<T> {
  const life = await start();
  try {
    return await work(life);
  } finally {
    await life.stop();
  }
}

const median = (times: number[]): number =>
  percentile(
    times.sort((a, b) => a - b),
    0.5,
  );

const told = (name: string, value: number, unit: string): Figure => ({ name, value, unit, goal: "", holds: true });

function atMost(name: string, value: number, { unit, goal }: { unit: string; goal: number }): Figure {
  return { name, value, unit, goal: `<= ${goal}`, holds: value <= goal };
}

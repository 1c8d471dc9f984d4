import { copyFileSync } from "node:fs";
import path from "node:path";
import { openSqlite } from "../../storage/index.ts";
import { seededRandom } from "../../test/support/discord-server/faults.ts";
import type { Life } from "./chat-app-life.ts";
import { chaosWrongs, type Wrongs } from "./discord-chaos-check.ts";
import { type ChaosPeople, chaosPeople } from "./discord-chaos-people.ts";
import { calm } from "./discord-memory.ts";
import { type DiscordBenchWorld, openDiscordBenchWorld } from "./discord-world.ts";
import type { Bench, BenchContext, Figure } from "./figure.ts";

/** Everything goes wrong at once, for thousands of deliveries; then it is counted what became of them. */
export const bench: Bench = {
  name: "discord-chaos",
  summary:
    "a broken Discord and a killed Piloto: nothing twice, nothing lost (--deliveries N, --seed N, --keep FOLDER)",
  async run({ args, log }) {
    const asked = readArgs(args);
    const world = await openDiscordBenchWorld({
      ...{ people: 30, channels: 8, timeFactor: 0.002, callMs: 15 },
      server: { seed: asked.seed, history: 1_000_000 },
    });
    try {
      const people = chaosPeople(world, asked.seed);
      const lives = await wildTime(world, people, asked, log);
      await quietTime(world, people, log);
      await lives.at(-1)?.stop();
      const wrongs = await chaosWrongs(world, people);
      return figuresOf(world, people, { kills: lives.length - 1, wrongs, log });
    } finally {
      if (asked.keep) keep(world, asked.keep);
      await world.stop();
    }
  },
};

interface Asked {
  readonly deliveries: number;
  readonly seed: number;
  /** Where the database and the log are put in the end. */
  readonly keep: string | undefined;
}

function readArgs(args: readonly string[]): Asked {
  const after = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  return {
    deliveries: Number(after("--deliveries") ?? 10_000),
    seed: Number(after("--seed") ?? 1),
    keep: after("--keep"),
  };
}

function keep({ outside, logFile }: DiscordBenchWorld, folder: string): void {
  copyFileSync(path.join(outside.folder, "piloto.db"), path.join(folder, "piloto.db"));
  copyFileSync(logFile, path.join(folder, "piloto.log"));
}

const RATES = {
  "429": 0.03,
  "5xx-before": 0.02,
  "5xx-after": 0.03,
  "cut-before": 0.01,
  "cut-after": 0.02,
} as const;
const SAID_TWICE = 0.15;
const OUT_OF_ORDER = 0.1;
const MOST_OPEN = 50;
const LOOK_EVERY_MS = 60;
/** Deliveries a second, as long as Piloto keeps up: discord.js asks Discord at most 50 times a second. */
const PER_SECOND = 32;
/** Of what people do, besides what they do at cards: so much needs work of Piloto's. */
const ASKS = 0.12;
const KILL_AFTER_MS = { least: 3_000, more: 6_000 };
const TROUBLE_EVERY_MS = 1_500;
const LONGEST_MS = 400_000;

/** Until Discord has told what was asked for. Piloto is killed again and again, and started at once. */
async function wildTime(
  world: DiscordBenchWorld,
  people: ChaosPeople,
  { deliveries, seed }: Asked,
  log: BenchContext["log"],
): Promise<Life[]> {
  const { discord } = world;
  const random = seededRandom(seed + 1);
  const lives: Life[] = [await world.wake()];
  people.introduce();
  await calm(world);
  discord.chaos(RATES);
  Object.assign(discord.gateway.trouble, { duplicateRate: SAID_TWICE, reorderRate: OUT_OF_ORDER });
  const startMs = performance.now();
  const isOver = () => people.delivered() >= deliveries || performance.now() - startMs > LONGEST_MS;
  const killing = killAgainAndAgain(world, people, lives, { random, isOver });
  const breaking = breakTheLine(world, { random, isOver });
  let toldAtMs = startMs;
  while (!isOver()) {
    const due = ((performance.now() - startMs) / 1_000) * PER_SECOND;
    for (let left = due - people.delivered(); left > 0; left--) {
      if (random() < ASKS && people.open() < MOST_OPEN) people.ask();
      else people.pass();
    }
    people.look();
    if (performance.now() - toldAtMs > 15_000) {
      toldAtMs = performance.now();
      log(`${people.delivered()} deliveries, ${lives.length - 1} kills, ${people.open()} open cards`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  await Promise.all([killing, breaking]);
  return lives;
}

interface Wild {
  readonly random: () => number;
  readonly isOver: () => boolean;
}

async function killAgainAndAgain(
  world: DiscordBenchWorld,
  people: ChaosPeople,
  lives: Life[],
  { random, isOver }: Wild,
): Promise<void> {
  while (!isOver()) {
    await sleep(KILL_AFTER_MS.least + random() * KILL_AFTER_MS.more);
    if (random() < 0.5) await nextPress(people, random() * 40);
    await lives.at(-1)?.kill();
    lives.push(await world.wake());
  }
}

/** Every other kill comes right after somebody pressed something: most often Confirm. */
async function nextPress({ deeds }: ChaosPeople, afterMs: number): Promise<void> {
  const { presses } = deeds;
  for (let waitedMs = 0; deeds.presses === presses && waitedMs < 3_000; waitedMs += 2) await sleep(2);
  await sleep(afterMs);
}

/** The connection is cut, closed, asked to come back, resumed, or its session is gone. */
async function breakTheLine({ discord }: DiscordBenchWorld, { random, isOver }: Wild): Promise<void> {
  const { gateway } = discord;
  while (!isOver()) {
    await sleep(TROUBLE_EVERY_MS * (0.5 + random()));
    const drawn = random();
    if (drawn < 0.3) gateway.cut();
    else if (drawn < 0.45) gateway.closeAll(4000);
    else if (drawn < 0.6) gateway.askToReconnect();
    else if (drawn < 0.7) gateway.invalidateSessions(true);
    else if (drawn < 0.8) gateway.invalidateSessions(false);
    else discord.sendUnreadable();
  }
}

const QUIET_MS = 120_000;

/** Discord is well again and Piloto lives: people finish what they began. */
async function quietTime(world: DiscordBenchWorld, people: ChaosPeople, log: BenchContext["log"]): Promise<void> {
  const { discord, outside } = world;
  discord.chaos({});
  Object.assign(discord.gateway.trouble, { duplicateRate: 0, reorderRate: 0 });
  const stores = await openSqlite({ folder: outside.folder });
  const startMs = performance.now();
  const isAllTold = async () => {
    const left = await stores.read(async (tx) => ({
      due: await tx.outbox.nextDueMs("discord"),
      waiting: (await tx.messages.chatsWaiting(1)).length,
    }));
    return left.due === undefined && left.waiting === 0 && people.open() === 0 && discord.gateway.connected > 0;
  };
  for (let isQuiet = false; !isQuiet && performance.now() - startMs < QUIET_MS; isQuiet = await isAllTold()) {
    while (performance.now() - startMs < QUIET_MS && !(await isAllTold())) {
      people.look();
      await sleep(LOOK_EVERY_MS * 3);
    }
    await calm(world);
  }
  await stores.close();
  log(`quiet after ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
}

function figuresOf(
  { discord }: DiscordBenchWorld,
  people: ChaosPeople,
  { kills, wrongs, log }: { kills: number; wrongs: Wrongs; log: BenchContext["log"] },
): Figure[] {
  const { gateway, counters } = discord;
  log(JSON.stringify({ ...people.deeds, ...wrongs.counted }));
  log(JSON.stringify({ gateway: gateway.counts, status: counters.byStatus }));
  const { duplicatePosts, lostFinals, doubleRuns, unfinished, unheard, cutOff } = wrongs;
  for (const [name, list] of Object.entries({ duplicatePosts, lostFinals, doubleRuns, unfinished, unheard, cutOff })) {
    for (const wrong of list.slice(0, 8)) log(`${name}: ${wrong}`);
  }
  for (const { route, problems } of discord.violations.slice(0, 8)) log(`refused: ${route} ${problems.join("; ")}`);
  return [
    { name: "deliveries", value: people.delivered(), unit: "count", goal: "", holds: true },
    { name: "kills", value: kills, unit: "count", goal: "", holds: true },
    { name: "runs_done", value: wrongs.counted.done, unit: "count", goal: "> 0", holds: wrongs.counted.done > 0 },
    none("duplicate_posts", duplicatePosts),
    none("lost_finals", lostFinals),
    none("double_runs", doubleRuns),
    none("runs_unfinished", unfinished),
    none("unheard", unheard),
    none("asks_cut_off", cutOff),
  ];
}

const none = (name: string, wrongs: readonly string[]): Figure => ({
  name,
  value: wrongs.length,
  unit: "count",
  goal: "0",
  holds: wrongs.length === 0,
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

import { copyFileSync } from "node:fs";
import path from "node:path";
import { openSqlite } from "../../storage/index.ts";
import { seeded } from "../../test/support/seeded.ts";
import type { Life } from "./chat-app-life.ts";
import type { Bench, BenchContext, Figure } from "./figure.ts";
import { isOfPiloto } from "./slack-chaos-card.ts";
import { chaosWrongs, type Wrongs } from "./slack-chaos-check.ts";
import { type ChaosPeople, chaosPeople } from "./slack-chaos-people.ts";
import { calm } from "./slack-memory.ts";
import { openSlackBenchWorld, type SlackBenchWorld } from "./slack-world.ts";

/** Everything goes wrong at once, for thousands of deliveries; then it is counted what became of them. */
export const bench: Bench = {
  name: "slack-chaos",
  summary: "a broken Slack and a killed Piloto: nothing twice, nothing lost (--deliveries N, --seed N, --keep FILE)",
  async run({ args, log }) {
    const asked = readArgs(args);
    const world = await openSlackBenchWorld({
      ...{ teams: 40, channelsPerTeam: 8, usersPerTeam: 3, timeFactor: 0.002, callMs: 60, seed: asked.seed },
      // Slack's own pauses are a minute and five; its memory is long enough for all of it.
      server: { historyLimit: 100_000, keepLatest: 1_000_000, retryDelaysMs: [1_000, 4_000, 12_000] },
    });
    try {
      const people = chaosPeople(world, asked.seed);
      const lives = await wildTime(world, people, asked, log);
      await quietTime(world, people, log);
      await lives.at(-1)?.stop();
      const wrongs = await chaosWrongs(world, people.meant);
      if (asked.keep) copyFileSync(path.join(world.outside.folder, "piloto.db"), asked.keep);
      return figuresOf(world, people, { kills: lives.length - 1, wrongs, log });
    } finally {
      await world.stop();
    }
  },
};

interface Asked {
  readonly deliveries: number;
  readonly seed: number;
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

const RATES = {
  calls: {
    "429": 0.03,
    "ratelimited-200": 0.01,
    "5xx-before": 0.02,
    "5xx-after": 0.03,
    "cut-before": 0.01,
    "cut-after": 0.02,
    "ok-false": 0.01,
  },
  duplicate: 0.15,
  delayMs: 400,
  cut: 0.004,
  refresh: 0.006,
} as const;
const MOST_OPEN = 60;
const LOOK_EVERY_MS = 60;
/** Deliveries a second, as long as Piloto keeps up. */
const PER_SECOND = 45;
/** Chance, each time people look, that Slack delivers something old again. */
const REPEATED = 0.3;
const KILL_AFTER_MS = { least: 1_000, more: 4_000 };
const AIM_WITHIN_MS = 2_000;
const LONGEST_MS = 360_000;

/** Until Slack has delivered what was asked for. Piloto is killed again and again, and started at once. */
async function wildTime(
  world: SlackBenchWorld,
  people: ChaosPeople,
  { deliveries, seed }: Asked,
  log: BenchContext["log"],
): Promise<Life[]> {
  const { slack } = world;
  const random = seeded(seed + 1);
  const lives: Life[] = [await world.wake()];
  slack.chaos({ seed, rates: RATES });
  const startMs = performance.now();
  const isOver = () => slack.deliveries.counts.sent >= deliveries || performance.now() - startMs > LONGEST_MS;
  const killing = (async () => {
    while (!isOver()) {
      await sleep(KILL_AFTER_MS.least + random() * KILL_AFTER_MS.more);
      // Every other kill comes right after a Confirm.
      const confirms = people.deeds.confirms;
      const isAimed = lives.length % 2 === 0;
      if (isAimed) await until(() => people.deeds.confirms > confirms, AIM_WITHIN_MS);
      if (isAimed) await sleep(random() * 300);
      await lives.at(-1)?.kill();
      lives.push(await world.wake());
    }
  })();
  let toldAtMs = startMs;
  while (!isOver()) {
    const due = ((performance.now() - startMs) / 1_000) * PER_SECOND;
    if (slack.deliveries.counts.sent < due && people.open() < MOST_OPEN) people.ask();
    people.look();
    if (random() < REPEATED) people.repeat();
    if (performance.now() - toldAtMs > 15_000) {
      toldAtMs = performance.now();
      log(`${slack.deliveries.counts.sent} deliveries, ${lives.length - 1} kills, ${people.open()} open cards`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  await killing;
  return lives;
}

const QUIET_MS = 100_000;

/** Slack is well again and Piloto lives: people finish what they began. */
async function quietTime(world: SlackBenchWorld, people: ChaosPeople, log: BenchContext["log"]): Promise<void> {
  const { slack, outside } = world;
  slack.calm();
  const stores = await openSqlite({ folder: outside.folder });
  const startMs = performance.now();
  const isAllTold = async () => {
    const left = await stores.read(async (tx) => ({
      due: await tx.outbox.nextDueMs("slack"),
      waiting: (await tx.messages.chatsWaiting(1)).length,
    }));
    return left.due === undefined && left.waiting === 0 && slack.deliveries.pending === 0 && people.open() === 0;
  };
  while (performance.now() - startMs < QUIET_MS && !(await isAllTold())) {
    people.look();
    await sleep(LOOK_EVERY_MS * 3);
  }
  await stores.close();
  await calm(slack);
  log(`quiet after ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
}

function figuresOf(
  { slack }: SlackBenchWorld,
  { deeds }: ChaosPeople,
  { kills, wrongs, log }: { kills: number; wrongs: Wrongs; log: BenchContext["log"] },
): Figure[] {
  log(`${JSON.stringify({ ...deeds, ...wrongs.counted })} faults ${JSON.stringify(slack.struck)}`);
  const { duplicatePosts, lostFinals, doubleRuns, unfinished, unheard } = wrongs;
  for (const [name, list] of Object.entries({ duplicatePosts, lostFinals, doubleRuns, unfinished, unheard })) {
    for (const wrong of list.slice(0, 8)) log(`${name}: ${wrong}`);
  }
  for (const problem of [...slack.violations, ...slack.bugs].slice(0, 8)) log(`Slack: ${String(problem)}`);
  return [
    { name: "deliveries", value: slack.deliveries.counts.sent, unit: "count", goal: "", holds: true },
    { name: "deliveries_of_people", value: ofPeople(slack), unit: "count", goal: "", holds: true },
    { name: "kills", value: kills, unit: "count", goal: "", holds: true },
    { name: "runs_done", value: wrongs.counted.done, unit: "count", goal: "> 0", holds: wrongs.counted.done > 0 },
    none("duplicate_posts", duplicatePosts),
    none("lost_finals", lostFinals),
    none("double_runs", doubleRuns),
    none("runs_unfinished", unfinished),
    { name: "unheard", value: unheard.length, unit: "count", goal: "", holds: true },
  ];
}

/** Without what Slack tells an app of its own messages. */
const ofPeople = ({ deliveries }: SlackBenchWorld["slack"]): number =>
  deliveries.latest.reduce((sum, delivery) => sum + (isOfPiloto(delivery) ? 0 : delivery.attempts), 0);

const none = (name: string, wrongs: readonly string[]): Figure => ({
  name,
  value: wrongs.length,
  unit: "count",
  goal: "0",
  holds: wrongs.length === 0,
});

async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!isSo() && performance.now() < untilMs) await sleep(5);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

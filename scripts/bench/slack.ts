import path from "node:path";
import { type Life, startScript } from "./chat-app-life.ts";
import type { Bench, BenchContext, Figure } from "./figure.ts";
import { percentile } from "./runs-latency.ts";
import { measureAcks } from "./slack-ack.ts";
import { slackActs } from "./slack-acts.ts";
import { calm, measureMemory } from "./slack-memory.ts";
import { measureReplies } from "./slack-reply.ts";
import { type BenchTeam, openSlackBenchWorld, type SlackBenchWorld } from "./slack-world.ts";

/** How fast Piloto is in Slack, beside a Bolt app that only echoes, and whether it stays small. */
export const bench: Bench = {
  name: "slack",
  summary:
    "acknowledgements, replies beside a bare Bolt echo, memory (--seconds N, --events N, --quick; parts: ack reply memory)",
  async run(context) {
    const asked = readArgs(context.args);
    const world = await openSlackBenchWorld({
      ...{ teams: 80, channelsPerTeam: 6, usersPerTeam: 2, timeFactor: 0, callMs: 0, seed: 1 },
      server: { historyLimit: 400, keepLatest: 500 },
    });
    try {
      const figures: Figure[] = [];
      for (const part of asked.parts) figures.push(...(await PARTS[part]!(world, asked, context.log)));
      for (const problem of [...world.slack.violations, ...world.slack.bugs].slice(0, 5)) context.log(String(problem));
      return figures;
    } finally {
      await world.stop();
    }
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

/** Slack's Web API answers a call after about this long from outside; on the loopback it would take nothing. */
const SLACK_TAKES_MS = 100;

type Part = (world: SlackBenchWorld, asked: Asked, log: BenchContext["log"]) => Promise<Figure[]>;

const PARTS: Readonly<Record<string, Part>> = {
  async reply(world, { isQuick }, log) {
    const seconds = isQuick ? 4 : 6;
    const piloto: number[] = [];
    const echo: number[] = [];
    for (let round = 0; round < (isQuick ? 1 : 2); round++) {
      echo.push(
        ...(await lived(
          () => wakeEcho(world),
          () => repliesOf(world, echoTeams(world), seconds),
        )),
      );
      piloto.push(...(await lived(world.wake, () => repliesOf(world, ourTeams(world), seconds))));
    }
    const [ours, theirs] = [piloto, echo].map(median) as [number, number];
    log(`to the call that shows a reply, median: Piloto ${ours.toFixed(1)} ms, bare echo ${theirs.toFixed(1)} ms`);
    const ratio = (ours + SLACK_TAKES_MS) / (theirs + SLACK_TAKES_MS);
    return [
      atMost("reply_ratio", ratio, { unit: "ratio", goal: 1.5 }),
      told("reply_ratio_loopback", ours / theirs, "ratio"),
      told("reply_ms", ours, "ms"),
      told("echo_reply_ms", theirs, "ms"),
    ];
  },
  async ack(world, { seconds }, log) {
    const { tookMs, lost } = await lived(world.wake, async () => {
      const acts = slackActs(world, ourTeams(world), 2);
      await measureAcks(acts, 20, 3);
      const times = await measureAcks(acts, 100, seconds);
      await calm(world.slack);
      return times;
    });
    log(`${tookMs.length} events acknowledged, ${lost} not; median ${percentile(tookMs, 0.5).toFixed(1)} ms`);
    return [
      atMost("ack_p99_ms", percentile(tookMs, 0.99), { unit: "ms", goal: 300 }),
      told("acks_missing", lost, "count"),
    ];
  },
  async memory(world, { events, isQuick }, log) {
    const use = await lived(world.wake, (life) =>
      measureMemory(world, life, slackActs(world, ourTeams(world), 3), { warmUp: isQuick ? 2_000 : 5_000, events }),
    );
    const { beforeMb, afterMb, events: delivered, seconds } = use;
    log(`${beforeMb.toFixed(0)} MB, after ${delivered} events in ${seconds.toFixed(0)} s ${afterMb.toFixed(0)} MB`);
    return [
      atMost("rss_growth_mb", afterMb - beforeMb, { unit: "MB", goal: 30 }),
      told("memory_events", delivered, "count"),
    ];
  },
};

/** Piloto would answer later what its people asked the echo. */
const ourTeams = ({ teams }: SlackBenchWorld) => teams.slice(0, teams.length / 2);
const echoTeams = ({ teams }: SlackBenchWorld) => teams.slice(teams.length / 2);

async function repliesOf(world: SlackBenchWorld, teams: readonly BenchTeam[], seconds: number): Promise<number[]> {
  const acts = slackActs(world, teams, 1);
  await caughtUp(world);
  world.slack.latencyMs = SLACK_TAKES_MS;
  // Not counted: connections are opened, names and groups of everybody are asked for, the code is compiled.
  await measureReplies(world, acts, { perSecond: 20, seconds: 5 });
  const times = await measureReplies(world, acts, { perSecond: 20, seconds });
  world.slack.latencyMs = 0;
  await calm(world.slack);
  return times;
}

/** What was said in an earlier life is read again after a start. */
async function caughtUp({ slack }: SlackBenchWorld): Promise<void> {
  const reads = () =>
    (slack.callCounts.get("conversations.replies") ?? 0) + (slack.callCounts.get("conversations.history") ?? 0);
  for (let last = -1; last !== reads(); ) {
    last = reads();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
}

async function lived<T>(start: () => Promise<Life>, work: (life: Life) => Promise<T>): Promise<T> {
  const life = await start();
  try {
    return await work(life);
  } finally {
    await life.stop();
  }
}

async function wakeEcho({ slack, teams, logFile }: SlackBenchWorld): Promise<Life> {
  const bots = Object.fromEntries(
    teams.map(({ id }) => {
      const { botToken, botUserId, botId } = slack.team(id).installation ?? {};
      return [id, { botToken, botUserId, botId }];
    }),
  );
  const life = await startScript(path.join("scripts", "bench", "slack-echo.ts"), {
    cwd: process.cwd(),
    env: { ECHO_BOTS: JSON.stringify(bots), SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl },
    logFile: `${logFile}.echo`,
  });
  await slack.until("the echo is connected", () => slack.link.open >= 1, 20_000);
  return life;
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

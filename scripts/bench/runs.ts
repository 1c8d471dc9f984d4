import type { Bench, Figure } from "./figure.ts";
import { measureOpenapi4mb } from "./openapi.ts";
import { confirmToStepMs, percentile } from "./runs-latency.ts";
import { measureStart } from "./runs-start.ts";
import { measureSteps } from "./runs-steps.ts";

/** How fast plans run, how soon Piloto is there, and what a large service costs. Part names as arguments pick parts. */
export const bench: Bench = {
  name: "runs",
  summary:
    "durable steps a second, confirm to first step, start, memory, a large service (parts: steps latency history start openapi)",
  async run({ args, log }) {
    const figures: Figure[] = [];
    for (const [name, measure] of Object.entries(PARTS)) {
      if (args.length > 0 && !args.includes(name)) continue;
      log(`measuring ${name} …`);
      figures.push(...(await measure(log)));
    }
    return figures;
  },
};

type Measure = (log: (text: string) => void) => Promise<Figure[]>;

const PARTS: Readonly<Record<string, Measure>> = {
  async steps(log) {
    const one = await measureSteps(1, { steps: 2000, rounds: 5 });
    const many = await measureSteps(64, { steps: 100, rounds: 5 });
    for (const [name, rate] of [
      ["1 run", one],
      ["64 runs", many],
    ] as const) {
      log(
        `${name}: ${rate.stepsPerSecond.toFixed(0)} steps/s over ${rate.commitsPerSecond.toFixed(0)} commits/s, ${rate.cpuMicrosPerStep.toFixed(0)} µs CPU a step`,
      );
    }
    return [
      atLeast("steps_per_commit_1", one.ratio, { unit: "ratio", goal: 0.35 }),
      atLeast("steps_per_commit_64", many.ratio, { unit: "ratio", goal: 1.5 }),
    ];
  },
  async latency() {
    const times = await confirmToStepMs({ active: 1_000, presses: 200, messages: 0 });
    return [atMost("confirm_to_step_p99_ms", percentile(times, 0.99), { unit: "ms", goal: 100 })];
  },
  async history(log) {
    const few: number[] = [];
    const many: number[] = [];
    for (let round = 0; round < 3; round++) {
      few.push(...(await confirmToStepMs({ active: 0, presses: 100, messages: 10_000 })));
      many.push(...(await confirmToStepMs({ active: 0, presses: 100, messages: 1_000_000 })));
    }
    const [before, after] = [few, many].map((times) =>
      percentile(
        times.sort((a, b) => a - b),
        0.5,
      ),
    ) as [number, number];
    log(`confirm to step, median: ${before.toFixed(2)} ms with 10 k messages, ${after.toFixed(2)} ms with 1 M`);
    return [atMost("history_slowdown", after / before, { unit: "ratio", goal: 1.5 })];
  },
  async start() {
    // The first start of a checkout may build.
    await measureStart();
    const rounds = [await measureStart(), await measureStart(), await measureStart()];
    const median = (pick: (one: (typeof rounds)[number]) => number) => rounds.map(pick).sort((a, b) => a - b)[1]!;
    return [
      atMost(
        "ready_ms",
        median((one) => one.readyMs),
        { unit: "ms", goal: 1500 },
      ),
      atMost(
        "idle_rss_mb",
        median((one) => one.idleRssMb),
        { unit: "MB", goal: 150 },
      ),
    ];
  },
  async openapi() {
    const { ms, rssMb } = await measureOpenapi4mb();
    return [
      atMost("openapi_4mb_ms", ms, { unit: "ms", goal: 3000 }),
      atMost("openapi_4mb_rss_mb", rssMb, { unit: "MB", goal: 400 }),
    ];
  },
};

function atLeast(name: string, value: number, { unit, goal }: { unit: string; goal: number }): Figure {
  return { name, value, unit, goal: `>= ${goal}`, holds: value >= goal };
}

function atMost(name: string, value: number, { unit, goal }: { unit: string; goal: number }): Figure {
  return { name, value, unit, goal: `<= ${goal}`, holds: value <= goal };
}

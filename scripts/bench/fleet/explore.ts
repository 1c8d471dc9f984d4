// node scripts/house/run.mjs scripts/bench/fleet/explore.ts --scenario W1 --load 1.42 --seeds 1,2,3 --policy pinned
// Plays policies in virtual time and prints a table. More: --count 4000 --fleet FILE.json --trace FILE
// --plan '{"PC1":["llama:32b"],…}' (of `pinned`) --class interactive --warm 150 --mix .4,.3,.2,.1
// --limits: the bounds beside it; --clairvoyant 500: the best that so many tries with full knowledge find
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { clairvoyant } from "./clairvoyant.ts";
import { limitsOf } from "./limits.ts";
import type { BenchFleet } from "./pc-spec.ts";
import { FLEET_MINI, readBenchFleet } from "./pc-spec.ts";
import type { ModelPlan } from "./rivals-haproxy.ts";
import { planByHand } from "./rivals-pinned.ts";
import type { Policy } from "./simulate.ts";
import { simulate } from "./simulate.ts";
import type { SimSummary } from "./simulate-metrics.ts";
import { mean, summarise } from "./simulate-metrics.ts";
import { pilotoPolicies, rivalPolicies } from "./simulate-policies.ts";
import type { HandPlan } from "./simulate-rivals.ts";
import type { TraceRow } from "./trace.ts";
import { readTrace } from "./trace.ts";
import { DEFAULT_LOADS, makeWorkload } from "./workload.ts";
import type { Scenario, Workload } from "./workload-shapes.ts";
import { SCENARIOS } from "./workload-shapes.ts";

interface Exploration {
  readonly scenario: Scenario;
  readonly loads: readonly (number | undefined)[];
  readonly seeds: readonly number[];
  readonly count: number;
  readonly warmUp: number;
  readonly fleet: BenchFleet;
  readonly mix?: readonly number[];
  readonly trace?: readonly TraceRow[];
  readonly class?: string;
}

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "W1" },
    load: { type: "string" },
    seeds: { type: "string", default: "1" },
    policy: { type: "string", default: "piloto,pinned" },
    count: { type: "string", default: "4000" },
    warm: { type: "string", default: "150" },
    fleet: { type: "string" },
    trace: { type: "string" },
    plan: { type: "string" },
    class: { type: "string" },
    mix: { type: "string" },
    limits: { type: "boolean", default: false },
    clairvoyant: { type: "string" },
  },
});

const fleet = values.fleet ? readBenchFleet(readFileSync(values.fleet, "utf8")) : FLEET_MINI;
const plan: HandPlan = values.plan ? JSON.parse(values.plan) : byPc(planByHand(fleet));
const policies = new Map<string, Policy>([...rivalPolicies(plan), ...pilotoPolicies()]);
const chosen = values.policy.split(",").map((name) => {
  const policy = policies.get(name);
  if (!policy) throw new Error(`There is no policy ${name}, only ${[...policies.keys()].join(", ")}.`);
  return [name, policy] as const;
});
explore(readExploration());

function byPc(plan: ModelPlan): HandPlan {
  const found: Record<string, string[]> = {};
  for (const [model, names] of plan) for (const name of names) found[name] = [...(found[name] ?? []), model];
  return found;
}

function readExploration(): Exploration {
  const scenario = SCENARIOS.find((name) => name === values.scenario);
  if (!scenario) throw new Error(`There is no scenario ${values.scenario}, only ${SCENARIOS.join(", ")}.`);
  return {
    scenario,
    loads: values.load?.split(",").map(Number) ?? [undefined],
    seeds: values.seeds.split(",").map(Number),
    count: Number(values.count),
    warmUp: Number(values.warm),
    fleet,
    ...(values.mix && { mix: values.mix.split(",").map(Number) }),
    ...(values.trace && { trace: readTrace(readFileSync(values.trace, "utf8")) }),
    class: values.class,
  };
}

function explore(exploration: Exploration): void {
  const { scenario, loads, fleet } = exploration;
  const columns =
    "policy         load   mean    p50    p95    p99   flow makespan loads unload loadS  hit  err lost dup est2  ms";
  console.log(
    `${scenario}, ${fleet.pcs.length} PCs, seeds ${exploration.seeds.join()}, ${exploration.count} requests\n${columns}`,
  );
  for (const perSecond of loads) {
    for (const [name, policy] of chosen) {
      const startedMs = performance.now();
      const runs = exploration.seeds.map((seed) => play(exploration, policy, seed, perSecond));
      const tookMs = (performance.now() - startedMs) / runs.length;
      console.log(row(name, perSecond ?? DEFAULT_LOADS[scenario], averaged(runs), tookMs));
      if (runs.length > 1) console.log(`  means by seed: ${runs.map((run) => run.mean.toFixed(2)).join("  ")}`);
    }
    if (values.limits) tellLimits(exploration, perSecond);
    if (values.clairvoyant) tellClairvoyant(exploration, perSecond, Number(values.clairvoyant));
  }
}

function workloadOf(exploration: Exploration, seed: number, perSecond: number | undefined): Workload {
  return makeWorkload({ ...exploration, models: exploration.fleet.models.map(({ name }) => name), seed, perSecond });
}

function tellLimits(exploration: Exploration, perSecond: number | undefined): void {
  for (const seed of exploration.seeds) {
    const limits = limitsOf({ fleet: exploration.fleet, workload: workloadOf(exploration, seed, perSecond) });
    const cells = Object.entries(limits).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    console.log(`  limits, seed ${seed}: ${cells.join("  ")}`);
  }
}

function tellClairvoyant(exploration: Exploration, perSecond: number | undefined, evaluations: number): void {
  const { fleet, seeds } = exploration;
  for (const seed of seeds) {
    const workload = workloadOf(exploration, seed, perSecond);
    const search = { evaluations, budgetMs: Number.POSITIVE_INFINITY, plans: [plan] };
    const {
      best,
      inOrder,
      from,
      policies: found,
    } = clairvoyant({ fleet, workload, policies: new Map(chosen), ...search });
    const ratios = [...found].map(
      ([name, { mean: of }]) => `${name} ${of.toFixed(2)} (${(of / best.mean).toFixed(2)})`,
    );
    console.log(
      `  clairvoyant, seed ${seed}: ${best.mean.toFixed(2)} by ${from}; in order ${inOrder.mean.toFixed(2)}; ${ratios.join("  ")}`,
    );
  }
}

function play(exploration: Exploration, policy: Policy, seed: number, perSecond: number | undefined): SimSummary {
  const { fleet, class: only } = exploration;
  const workload = workloadOf(exploration, seed, perSecond);
  const result = simulate({ fleet, workload, policy });
  return summarise(result, ({ request }) => !only || request.class === only);
}

function averaged(runs: readonly SimSummary[]): SimSummary {
  const names = Object.keys(runs[0]!) as (keyof SimSummary)[];
  return Object.fromEntries(names.map((name) => [name, mean(runs.map((run) => run[name]))])) as unknown as SimSummary;
}

function row(name: string, perSecond: number, s: SimSummary, tookMs: number): string {
  const cell = (value: number, width: number, digits: number) => value.toFixed(digits).padStart(width);
  return [
    name.padEnd(13),
    cell(perSecond, 5, 2),
    ...[s.mean, s.p50, s.p95, s.p99, s.flow].map((value) => cell(value, 6, value < 100 ? 2 : 0)),
    cell(s.makespan, 8, 0),
    cell(s.loads, 5, 0),
    cell(s.unloads, 6, 0),
    cell(s.loadSeconds, 5, 0),
    cell(s.prefixHits, 4, 2),
    cell(s.errors, 4, 0),
    cell(s.lost, 4, 0),
    cell(s.duplicated, 3, 0),
    cell(s.estimatesWithin2, 4, 2),
    cell(tookMs, 5, 0),
  ].join(" ");
}

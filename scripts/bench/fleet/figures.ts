import type { Figure } from "../figure.ts";
import type { Interval } from "./metrics.ts";
import { ratioOfMeans, ratioOfPercentiles } from "./metrics.ts";
import type { Plays } from "./play-all.ts";
import type { PlayKey } from "./play-plan.ts";
import type { ScenarioRun, SystemRun } from "./play-scenario.ts";
import type { SystemName } from "./systems.ts";

const GOALS: readonly (readonly [name: string, key: PlayKey, rival: SystemName, most: number])[] = [
  ["w1_mean_vs_pinned", "w1", "pinned", 0.9],
  ["w1_mean_vs_least_conn", "w1", "least_conn", 0.05],
  ["w2_mean_vs_pinned", "w2", "pinned", 0.8],
  ["w3_mean_vs_pinned", "w3", "pinned", 0.5],
  ["w5_mean_vs_pinned", "w5", "pinned", 0.5],
];

/** What was played over HTTP, as figures. Those whose scenario was not played are absent. */
export function playFigures(plays: Plays): Figure[] {
  return [
    ...GOALS.flatMap(([name, key, rival, most]) => {
      const runs = plays.get(key);
      return runs ? ratioFigures(name, ratioOfMeans(runs.map((run) => pairOf(run, rival))), most) : [];
    }),
    ...faultFigures(plays.get("w5") ?? []),
    ...priorityFigures(plays),
  ];
}

/** A ratio with its goal, and the ends of its 95 % interval. */
export function ratioFigures(name: string, { value, low, high }: Interval, most: number): Figure[] {
  const told = (end: string, at: number): Figure[] =>
    Number.isFinite(at) ? [{ name: `${name}_ci_${end}`, value: at, unit: "ratio", goal: "", holds: true }] : [];
  return [
    { name, value, unit: "ratio", goal: `<= ${most}`, holds: value <= most },
    ...told("low", low),
    ...told("high", high),
  ];
}

function pairOf(run: ScenarioRun, rival: SystemName): { ours: number[]; theirs: number[] } {
  return { ours: firstTimes(run.systems.get("piloto")!), theirs: firstTimes(run.systems.get(rival)!) };
}

const firstTimes = ({ played }: SystemRun) => played.map(({ firstMs }) => firstMs);

function faultFigures(runs: readonly ScenarioRun[]): Figure[] {
  if (runs.length === 0) return [];
  const ours = runs.map(({ systems }) => systems.get("piloto")!);
  const none = (name: string, value: number): Figure => ({ name, value, unit: "count", goal: "0", holds: value === 0 });
  return [
    none(
      "w5_lost",
      ours.reduce((sum, { unanswered }) => sum + unanswered.length, 0),
    ),
    none(
      "w5_duplicated",
      ours.reduce((sum, { totals }) => sum + totals.duplicated, 0),
    ),
  ];
}

const OVERLOAD_MOST = 1.2;

/** Interactive requests with the batch load over the same without it. */
function priorityFigures(plays: Plays): Figure[] {
  const [loaded, alone] = [plays.get("w6"), plays.get("w6_alone")];
  if (!loaded || !alone) return [];
  const times = (runs: readonly ScenarioRun[]) => runs.map((run) => interactiveTimes(run.systems.get("piloto")!));
  return ratioFigures("w6_interactive_p95_ratio", ratioOfPercentiles(times(loaded), times(alone), 0.95), OVERLOAD_MOST);
}

const interactiveTimes = ({ played }: SystemRun): number[] =>
  played.filter((request) => request.class === "interactive").map(({ firstMs }) => firstMs);

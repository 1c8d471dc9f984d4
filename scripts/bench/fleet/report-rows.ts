import { type Interval, meanOverSeeds, type Summary, summarise } from "./metrics.ts";
import type { Plays } from "./play-all.ts";
import { PLAY_KINDS, type PlayKey } from "./play-plan.ts";
import type { ScenarioRun, SystemRun } from "./play-scenario.ts";
import type { Played } from "./play-shapes.ts";
import { SYSTEM_NAMES, type SystemName } from "./systems.ts";

/** One system in one scenario, over all seeds. Times in virtual seconds. */
export interface ReportRow extends Summary {
  readonly system: SystemName;
  /** The mean, with the interval over the seeds. */
  readonly meanOverSeeds: Interval;
  /** To the last byte, on average. */
  readonly flow: number;
  /** A run. */
  readonly loads: number;
  readonly evicted: number;
  /** Requests that their client had to send again. */
  readonly again: number;
  /** Over all runs: not answered when the play ended, and answered more than once. */
  readonly unanswered: number;
  readonly twice: number;
  readonly prefixHits: number;
  readonly cpuUsPerRequest: number;
}

export interface ReportTable {
  readonly key: PlayKey;
  readonly title: string;
  /** Requests a virtual second. */
  readonly perSecond: number;
  readonly seeds: number;
  readonly requests: number;
  readonly busyShare: number;
  readonly lateP99Ms: number;
  readonly rows: readonly ReportRow[];
}

/** What was played, table by table, in the order of the specification. */
export function reportTables(plays: Plays): ReportTable[] {
  return PLAY_KINDS.flatMap(({ key, title, perSecond }) => {
    const runs = plays.get(key);
    if (!runs || runs.length === 0) return [];
    const systems = SYSTEM_NAMES.filter((name) => runs[0]!.systems.has(name));
    const rows = systems.map((system) => rowOf(system, runs, key));
    return {
      key,
      title: key === "w6" ? `${title}: only the interactive tenth` : title,
      perSecond,
      seeds: runs.length,
      requests: rows[0]!.count,
      busyShare: Math.max(...runs.map((run) => run.busyShare)),
      lateP99Ms: Math.max(...runs.map((run) => run.lateP99Ms)),
      rows,
    };
  });
}

function rowOf(system: SystemName, runs: readonly ScenarioRun[], key: PlayKey): ReportRow {
  const ours = runs.map(({ systems }) => systems.get(system)!);
  const times = ours.map((run) => firstTimesOf(run, key).map((ms) => ms / 1000));
  const mean = (of: (run: SystemRun) => number) => meanOverSeeds(ours.map(of)).value;
  const sum = (of: (run: SystemRun) => number) => ours.reduce((total, run) => total + of(run), 0);
  return {
    system,
    ...summarise(times.flat()),
    meanOverSeeds: meanOverSeeds(times.map((list) => summarise(list).mean)),
    flow: mean(({ played }) => summarise(countedIn(key, played).map(({ endMs }) => endMs / 1000)).mean),
    loads: mean(({ totals }) => totals.loads),
    evicted: mean(({ totals }) => totals.unloads),
    again: sum(({ played }) => played.filter(({ attempts }) => attempts > 1).length),
    unanswered: sum(({ unanswered }) => unanswered.length),
    twice: sum(({ totals }) => totals.duplicated),
    prefixHits:
      sum(({ totals }) => totals.prefixHits) /
      Math.max(
        1,
        sum(({ totals }) => totals.answers),
      ),
    cpuUsPerRequest: mean(({ cpuUsPerRequest }) => cpuUsPerRequest),
  };
}

/** Times to first token, in virtual milliseconds. */
export const firstTimesOf = (run: SystemRun, key: PlayKey): number[] =>
  countedIn(key, run.played).map(({ firstMs }) => firstMs);

/** Under overload only what people wait for. */
const countedIn = (key: PlayKey, played: readonly Played[]): readonly Played[] =>
  key === "w6" ? played.filter((request) => request.class === "interactive") : played;

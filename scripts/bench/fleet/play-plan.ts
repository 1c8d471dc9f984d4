import type { BenchFleet } from "./pc-spec.ts";
import type { ScenarioPlan } from "./play-scenario.ts";
import { SYSTEM_NAMES, type SystemName } from "./systems.ts";
import type { TraceRow } from "./trace.ts";
import { makeWorkload } from "./workload.ts";
import type { Scenario } from "./workload-shapes.ts";

/** A scenario at one load, as tables and figures name it. */
export type PlayKey = "w1_low" | "w1" | "w1_high" | "w2" | "w3" | "w4" | "w5" | "w6" | "w6_alone";

/** How much is played. */
export interface PlaySize {
  readonly seeds: number;
  /** Measured requests of a run; of `w6_alone` a tenth is left. 0: it is not played. */
  requests(key: PlayKey): number;
  /** Requests before them. */
  readonly warmUp: number;
  readonly scale: number;
  /** Real milliseconds between two pieces of an answer. */
  readonly flushMs: number;
  /** Virtual time that answers are waited for after the last request. */
  readonly drainMs: number;
  /** Only the systems that figures compare. */
  readonly isShort: boolean;
}

export const FULL_SIZE: PlaySize = {
  seeds: 5,
  requests: (key) => (key === "w3" || key === "w5" ? 700 : 550),
  warmUp: 80,
  scale: 20,
  flushMs: 50,
  drainMs: 200_000,
  isShort: false,
};

/** What goals hang on, and as much of it as shows the effect: half a minute in all. */
const SHORT_REQUESTS: Readonly<Partial<Record<PlayKey, number>>> = {
  w1: 250,
  w1_high: 160,
  w2: 250,
  w3: 300,
  w5: 300,
  w6: 550,
  w6_alone: 550,
};

export const QUICK_SIZE: PlaySize = {
  seeds: 1,
  requests: (key) => SHORT_REQUESTS[key] ?? 0,
  warmUp: 40,
  scale: 20,
  flushMs: 50,
  drainMs: 90_000,
  isShort: true,
};

/** One run: a scenario at one load with one seed. */
export interface PlayItem extends ScenarioPlan {
  readonly key: PlayKey;
  readonly seed: number;
}

interface Kind {
  readonly key: PlayKey;
  readonly title: string;
  readonly scenario: Scenario;
  readonly perSecond: number;
  /** What the short form plays. */
  readonly short: readonly SystemName[];
}

const TWO: readonly SystemName[] = ["piloto", "pinned"];

/** The scenarios of the specification with their loads, in requests a second of virtual time. */
export const PLAY_KINDS: readonly Kind[] = [
  { key: "w1_low", title: "W1 steady, low load", scenario: "W1", perSecond: 0.71, short: TWO },
  { key: "w1", title: "W1 steady, mid load", scenario: "W1", perSecond: 1.42, short: SYSTEM_NAMES },
  { key: "w1_high", title: "W1 steady, high load", scenario: "W1", perSecond: 2.13, short: TWO },
  { key: "w2", title: "W2 bursts", scenario: "W2", perSecond: 1.42, short: TWO },
  { key: "w3", title: "W3 the mix of models turns over", scenario: "W3", perSecond: 0.71, short: TWO },
  { key: "w4", title: "W4 long chats", scenario: "W4", perSecond: 1.42, short: TWO },
  { key: "w5", title: "W5 PCs die, hang and slow down", scenario: "W5", perSecond: 0.71, short: TWO },
  { key: "w6", title: "W6 interactive under overload", scenario: "W6", perSecond: 2.8, short: ["piloto"] },
  { key: "w6_alone", title: "W6 the interactive part alone", scenario: "W6-alone", perSecond: 2.8, short: ["piloto"] },
];

export interface PlayWhat {
  readonly fleet: BenchFleet;
  readonly trace?: readonly TraceRow[];
  /** Of `W1` to `W6`; all when absent. */
  readonly scenarios?: readonly string[];
}

/** Everything that is to be played, seed by seed. */
export function planPlays(size: PlaySize, { fleet, trace, scenarios }: PlayWhat): PlayItem[] {
  const kinds = PLAY_KINDS.filter(
    ({ key, scenario }) => size.requests(key) > 0 && (!scenarios || scenarios.includes(scenario.slice(0, 2))),
  );
  const seeds = Array.from({ length: size.seeds }, (_, index) => index + 1);
  return seeds.flatMap((seed) => kinds.map((kind) => itemOf(kind, seed, size, { fleet, ...(trace && { trace }) })));
}

function itemOf(kind: Kind, seed: number, size: PlaySize, { fleet, trace }: PlayWhat): PlayItem {
  const { key, title, scenario, perSecond } = kind;
  const systems = size.isShort ? kind.short : SYSTEM_NAMES;
  const workload = makeWorkload({
    scenario,
    perSecond,
    count: size.requests(key),
    seed,
    models: fleet.models.map(({ name }) => name),
    warmUp: size.warmUp,
    ...(trace && { trace }),
  });
  return { key, title, seed, workload, systems, drainMs: size.drainMs };
}

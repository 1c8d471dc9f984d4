import type { ModelRules } from "./shapes.ts";

/** What the slow loop looks at. */
export interface PlacementView {
  readonly nowMs: number;
  readonly nodes: readonly PlacementNode[];
  /** By model: only those that are asked for, were lately, or are pinned. */
  readonly demand: ReadonlyMap<string, ModelDemand>;
  readonly rules: ReadonlyMap<string, ModelRules>;
  /**
   * Learned: how fast one request alone is served there, and how long a load takes. Never undefined: where nothing was
   * measured it is guessed from the PC's and the model's other measurements.
   */
  rates(node: string, model: string): { readonly serviceMs: number; readonly loadMs: number };
  /**
   * Learned: with `b` answers under way on a PC each takes `b` to this power times as long as alone; absent: guessed.
   */
  readonly contention?: number;
  /** Slots that a copy would have there, as set or learned; absent: taken from the copies that are there. */
  slots?(node: string, model: string): number | undefined;
}

export interface PlacementNode {
  readonly name: string;
  /** Up, not drained, breaker closed. */
  readonly isUsable: boolean;
  readonly vramBytes?: number;
  readonly maxLoaded?: number;
  readonly labels: readonly string[];
  readonly taints: readonly string[];
  /** Models on its disk, with the memory they take. */
  readonly models: ReadonlyMap<string, number>;
  readonly copies: readonly PlacementCopy[];
}

export interface PlacementCopy {
  readonly model: string;
  readonly state: "loading" | "ready" | "leaving" | "foreign";
  readonly sinceMs: number;
  readonly lastUsedMs: number;
  readonly inFlight: number;
  readonly slots: number;
}

export interface ModelDemand {
  /** Measured and forecast, requests a second. */
  readonly arrivalsPerS: number;
  /** The part of them that is interactive, 0 to 1. */
  readonly interactiveShare: number;
  readonly waiting: number;
  /** Of those, the interactive ones; absent: as many as their share of the arrivals. */
  readonly waitingInteractive?: number;
  /** How long the oldest that waits has waited. */
  readonly oldestWaitMs: number;
  /** Of a typical request: prompt tokens and generated tokens, smoothed. */
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** The wanted copies. What is there and not named here is kept, marked as the first to go. */
export interface PlacementPlan {
  readonly loads: readonly PlacementLoad[];
  /** By `node` then model: copies that are wanted where they are, with how much (for keep_alive: the most wanted longest). */
  readonly keep: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Why, for people: one short sentence for each load. */
  readonly reasons: readonly string[];
  /** How many moves were tried: what the plan cost, counted and not timed. */
  readonly tried?: number;
}

export interface PlacementLoad {
  readonly node: string;
  readonly model: string;
  /** Copies that must be gone first, idle or not (they get no more work); some may be on their way out already. */
  readonly evict: readonly string[];
  /** Mean milliseconds of waiting that it saves over the horizon, less what it costs: always above nought. */
  readonly gainMs: number;
}

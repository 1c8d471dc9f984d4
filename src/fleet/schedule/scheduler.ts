import type { PlacementOptions } from "./place-options.ts";
import type {
  Command,
  Explanation,
  FleetRequest,
  ModelRules,
  NodeFacts,
  Outcome,
  SchedulerOverview,
  WaitEstimate,
} from "./shapes.ts";
import type { Tuning } from "./tuning.ts";

/**
 * Decides which request goes to which PC and which models live where. Pure: every call takes the time (milliseconds on
 * one monotonic clock) and `step` returns what is to be done; the same calls give the same commands.
 *
 * - Fast loop: filter, score, bind, late: a request waits in one central queue and is bound when a slot on a suitable
 *   copy is free.
 * - Slow loop: which copies live where, from measured demand, with priced eviction.
 *
 * After any report, and at `nextAtMs`, the caller calls `step` and does what it says.
 */
export interface Scheduler {
  /** A PC as it was seen now. Replaces what was known; a PC that went down gives its requests back. */
  setNode(facts: NodeFacts, nowMs: number): void;
  /** A PC that is no longer in the settings. */
  removeNode(name: string, nowMs: number): void;
  add(request: FleetRequest, nowMs: number): void;
  /** A request that waits is forgotten; one that was sent must be ended with `end`. `false`: it does not wait. */
  cancel(id: number, nowMs: number): boolean;
  firstToken(id: number, nowMs: number): void;
  /** Frees the slot. A failure before the first token puts the request back into the queue, for another PC. */
  end(id: number, outcome: Outcome, nowMs: number): void;
  loadEnded(
    node: string,
    model: string,
    /** `isBusy`: the PC was only full, and is asked again in a moment. */
    result: { readonly isLoaded: boolean; readonly why?: string; readonly isBusy?: boolean },
    nowMs: number,
  ): void;
  unloadEnded(node: string, model: string, nowMs: number): void;
  step(nowMs: number): Command[];
  /** When `step` has something to do though nothing was reported; `undefined`: never. */
  nextAtMs(): number | undefined;
  /** For a request that waits; `undefined` when it does not. */
  estimate(id: number, nowMs: number): WaitEstimate | undefined;
  /** What would happen to such a request now. Changes nothing. */
  explain(request: Omit<FleetRequest, "id">, nowMs: number): Explanation;
  /** The last decisions, newest first. */
  decisions(): readonly Explanation[];
  overview(nowMs: number): SchedulerOverview;
  /** What was learned (rates, load times, slots), as JSON, to start with the next time. */
  memory(): unknown;
}

export interface SchedulerOptions {
  readonly rules?: ReadonlyMap<string, ModelRules>;
  /** Weights of the shares; 1 for who is not named. */
  readonly weights?: ReadonlyMap<string, number>;
  /** What `memory` gave; anything else is ignored. */
  readonly memory?: unknown;
  /** Requests that may wait; the caller asks before `add`. */
  readonly maxWaiting?: number;
  /** The longest a PC may keep a model after a request, in seconds; absent or below nought: as long as is useful. */
  readonly keepAtMostS?: number;
  /** How long requests without a deadline of their own may wait, by class, in milliseconds. */
  readonly waitMs?: { readonly interactive: number; readonly batch: number };
  /** Other numbers than those of `TUNING` and `PLACEMENT_OPTIONS`, to explore. */
  readonly tuning?: Partial<Tuning>;
  readonly placement?: Partial<PlacementOptions>;
}

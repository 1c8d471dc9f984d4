import type { PcFault } from "./pc-shapes.ts";
import type { TraceRow } from "./trace.ts";

/** One request of a workload. */
export interface SimRequest {
  readonly id: number;
  readonly atMs: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly class: "interactive" | "batch";
  readonly session: string;
  readonly hashIds?: readonly number[];
  /** Comes before the measured part, so that caches and learned rates are not cold. */
  readonly isWarmUp: boolean;
}

export interface TimedFault {
  readonly atMs: number;
  readonly pc: string;
  readonly fault: PcFault;
}

export interface Workload {
  /** By time of arrival; ids rise with it. */
  readonly requests: readonly SimRequest[];
  readonly faults: readonly TimedFault[];
  /** When the first measured request comes. */
  readonly measuredFromMs: number;
}

export const SCENARIOS = ["W1", "W2", "W3", "W4", "W5", "W6", "W6-alone"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface WorkloadOptions {
  readonly scenario: Scenario;
  /** Requests a second; absent: as `DEFAULT_LOADS` has it. */
  readonly perSecond?: number;
  readonly count: number;
  readonly seed: number;
  /** The models, from small to large, and what part of the requests each gets. */
  readonly models: readonly string[];
  readonly mix?: readonly number[];
  readonly trace?: readonly TraceRow[];
  /** Unmeasured requests before the others, from another seed. */
  readonly warmUp?: number;
}

/** A request before it has a number. */
export type DraftRequest = Omit<SimRequest, "id" | "isWarmUp">;

/**
 * What part of the requests each model gets, from small to large: fleet-mini's mix for four models; for another number
 * of them the first is asked for most and the last least.
 * @throws Error when a mix was given that has another number of parts than there are models
 */
export function mixOf({ models, mix }: Pick<WorkloadOptions, "models" | "mix">): readonly number[] {
  if (mix && mix.length !== models.length) {
    throw new Error(`A mix needs a part for each of the ${models.length} models, this one has ${mix.length}.`);
  }
  return mix ?? (models.length === 4 ? [0.35, 0.35, 0.2, 0.1] : models.map((_, at) => models.length - at));
}

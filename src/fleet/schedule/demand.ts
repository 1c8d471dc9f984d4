import type { FleetRequest } from "./shapes.ts";
import type { Tuning } from "./tuning.ts";

/** What the newest request adds to a mean, at least. */
const MEAN_PART = 0.01;

/** How often a model is asked for, and by what kind of request; smoothed, and decaying while nobody asks. */
export interface Demand {
  fast: number;
  slow: number;
  interactive: number;
  atMs: number;
  firstMs: number;
  /** Means over about the last hundred requests: what a copy can serve is reckoned from them. */
  promptTokens: number;
  answerTokens: number;
  seen: number;
  answered: number;
  /** When an interactive request came last. */
  interactiveAtMs: number;
}

export function noDemand(nowMs: number): Demand {
  return {
    fast: 0,
    slow: 0,
    interactive: 0,
    atMs: nowMs,
    firstMs: nowMs,
    promptTokens: 0,
    answerTokens: 0,
    seen: 0,
    answered: 0,
    interactiveAtMs: Number.NEGATIVE_INFINITY,
  };
}

/** A request came. */
export function countArrival(
  demand: Demand,
  request: FleetRequest,
  answerTokens: number,
  nowMs: number,
  tuning: Tuning,
): void {
  decay(demand, nowMs, tuning);
  demand.fast += 1000 / tuning.demandFastMs;
  demand.slow += 1000 / tuning.demandSlowMs;
  if (request.class === "interactive") {
    demand.interactive += 1000 / tuning.demandSlowMs;
    demand.interactiveAtMs = nowMs;
  }
  demand.seen += 1;
  demand.promptTokens += Math.max(MEAN_PART, 1 / demand.seen) * (request.promptTokens - demand.promptTokens);
  if (demand.answered === 0) demand.answerTokens += (answerTokens - demand.answerTokens) / demand.seen;
}

/** An answer is complete. Guesses are of the middle answer; only what was written tells the mean. */
export function countAnswer(demand: Demand, answerTokens: number): void {
  demand.answered += 1;
  demand.answerTokens += Math.max(MEAN_PART, 1 / (demand.answered + 2)) * (answerTokens - demand.answerTokens);
}

/** Requests a second, measured over two spans and weighed: the short one sees a change first. */
export function arrivalsPerS(demand: Demand, nowMs: number, tuning: Tuning): number {
  decay(demand, nowMs, tuning);
  const fast = demand.fast / warmUp(demand, nowMs, tuning.demandFastMs);
  const slow = demand.slow / warmUp(demand, nowMs, tuning.demandSlowMs);
  return tuning.fastShare * fast + (1 - tuning.fastShare) * slow;
}

/** Interactive requests a second. */
export function interactivePerS(demand: Demand, nowMs: number, tuning: Tuning): number {
  decay(demand, nowMs, tuning);
  return demand.interactive / warmUp(demand, nowMs, tuning.demandSlowMs);
}

export function interactiveShare(demand: Demand): number {
  return demand.slow > 0 ? Math.min(1, demand.interactive / demand.slow) : 1;
}

/** A mean over a span that has not been lived through yet is too low by this factor; at least ten seconds count. */
function warmUp(demand: Demand, nowMs: number, spanMs: number): number {
  return 1 - Math.exp(-Math.max(10_000, nowMs - demand.firstMs) / spanMs);
}

function decay(demand: Demand, nowMs: number, tuning: Tuning): void {
  const passedMs = nowMs - demand.atMs;
  if (passedMs <= 0) return;
  demand.fast *= Math.exp(-passedMs / tuning.demandFastMs);
  const slowly = Math.exp(-passedMs / tuning.demandSlowMs);
  demand.slow *= slowly;
  demand.interactive *= slowly;
  demand.atMs = nowMs;
}

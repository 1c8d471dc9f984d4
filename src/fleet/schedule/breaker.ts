import type { Tuning } from "./tuning.ts";

/** Keeps work from a PC that fails: closed, open after failures in a row, half-open after a growing cool-down. */
export interface Breaker {
  state: "closed" | "open" | "half-open";
  failures: number;
  /** How often it opened without a success since. */
  opened: number;
  untilMs: number;
}

export function closedBreaker(): Breaker {
  return { state: "closed", failures: 0, opened: 0, untilMs: 0 };
}

/** A request failed there, other than by its own fault. On trial, one failure is enough. */
export function breakerFailure(breaker: Breaker, nowMs: number, tuning: Tuning): void {
  breaker.failures += 1;
  if (breaker.state === "open") return;
  if (breaker.state === "closed" && breaker.failures < tuning.breakerFailures) return;
  breaker.state = "open";
  breaker.untilMs = nowMs + Math.min(tuning.breakerMaxMs, tuning.breakerMs * 2 ** Math.min(breaker.opened, 10));
  breaker.opened += 1;
}

/** The PC did what it was asked. */
export function breakerSuccess(breaker: Breaker): void {
  breaker.failures = 0;
  if (breaker.state === "closed") return;
  breaker.state = "closed";
  breaker.opened = 0;
}

/** It came back after it was down: tried out, one request at a time. */
export function breakerReturn(breaker: Breaker): void {
  if (breaker.state !== "half-open") breaker.state = "half-open";
  breaker.failures = 0;
}

/** @returns whether its state changed: open for long enough becomes half-open */
export function breakerTick(breaker: Breaker, nowMs: number): boolean {
  if (breaker.state !== "open" || nowMs < breaker.untilMs) return false;
  breaker.state = "half-open";
  return true;
}

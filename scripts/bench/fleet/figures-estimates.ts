import { roundWait } from "../../../core/domain/round-wait.ts";
import type { Figure } from "../figure.ts";
import type { Plays } from "./play-all.ts";
import type { PlayKey } from "./play-plan.ts";

const STEADY: readonly PlayKey[] = ["w1_low", "w1", "w1_high"];
const GOAL_SHARE = 0.9;
/** What may be called "a moment": twice what it says at most. */
const MOMENT_MS = 20_000;

/**
 * Of those who were told in W1 how long they would wait, the part that was told right: what they read (rounded, as
 * chats show it) within a factor of two of what they then waited.
 */
export function estimateFigures(plays: Plays): Figure[] {
  const estimates = STEADY.flatMap((key) => plays.get(key) ?? []).flatMap(
    ({ systems }) => systems.get("piloto")?.estimates ?? [],
  );
  if (estimates.length === 0) return [];
  const right = estimates.filter(({ shownMs, waitedMs }) => isRight(roundWait(shownMs), waitedMs)).length;
  const value = right / estimates.length;
  return [
    { name: "estimates_within_2x", value, unit: "share", goal: `>= ${GOAL_SHARE}`, holds: value >= GOAL_SHARE },
    { name: "estimates_shown", value: estimates.length, unit: "count", goal: "", holds: true },
  ];
}

function isRight(readMs: number, waitedMs: number): boolean {
  if (readMs === 0) return waitedMs < MOMENT_MS;
  return waitedMs >= readMs / 2 && waitedMs <= readMs * 2;
}

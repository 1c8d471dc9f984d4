import type { WaitEstimate } from "../schedule/shapes.ts";

/** Whoever is sent sooner is told nothing. */
export const FIRST_NOTICE_MS = 50;
/** Nobody is told more often. */
export const NOTICE_EVERY_MS = 2000;

/** Whether a guess differs so much from the one that was told that its hearer should know. */
export function isNews(
  told: { readonly wait: WaitEstimate; readonly atMs: number } | undefined,
  wait: WaitEstimate,
  nowMs: number,
): boolean {
  if (!told) return true;
  const before = told.wait;
  if (before.why !== wait.why || before.node !== wait.node) return true;
  if (before.aboutMs === undefined || wait.aboutMs === undefined) return before.aboutMs !== wait.aboutMs;
  const expectedMs = Math.max(0, before.aboutMs - (nowMs - told.atMs));
  return Math.abs(wait.aboutMs - expectedMs) > Math.max(1000, before.aboutMs / 3);
}

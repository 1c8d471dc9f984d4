import { setTimeout as wait } from "node:timers/promises";
import type { Stores } from "../../core/ports/stores.ts";

/** Longest pause between two looks, should a commit of another process go unheard. */
const LOOK_EVERY_MS = 500;

/**
 * Looks after every commit until `look` finds something, or `withinMs` is over: then `undefined`.
 * Commits of other processes count too.
 */
export async function waitUntil<T>(
  stores: Stores,
  withinMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = performance.now() + withinMs;
  let wake = new AbortController();
  const stopListening = stores.onCommit(() => wake.abort());
  try {
    for (;;) {
      wake = new AbortController();
      const found = await look();
      if (found !== undefined) return found;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return undefined;
      await pause(Math.min(leftMs, LOOK_EVERY_MS), wake.signal);
    }
  } finally {
    stopListening();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

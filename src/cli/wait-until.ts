import { setTimeout as wait } from "node:timers/promises";
import type { Stores } from "../../core/ports/stores.ts";

/** Longest pause between two looks, should a commit of another process go unheard. */
const LOOK_EVERY_MS = 500;

/**
 * Looks after every commit until `look` finds something, or `withinMs` is over: then `undefined`.
 * Commits of other processes count too.
 * @throws the reason of `diskFailed` when nothing can come any more
 */
export async function waitUntil<T>(
  { stores, diskFailed }: { readonly stores: Stores; readonly diskFailed?: AbortSignal },
  withinMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = performance.now() + withinMs;
  let wake = new AbortController();
  const wakeUp = () => wake.abort();
  const stopListening = stores.onCommit(wakeUp);
  diskFailed?.addEventListener("abort", wakeUp);
  try {
    for (;;) {
      wake = new AbortController();
      const found = await look();
      if (found !== undefined) return found;
      diskFailed?.throwIfAborted();
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return undefined;
      await pause(Math.min(leftMs, LOOK_EVERY_MS), wake.signal);
    }
  } finally {
    stopListening();
    diskFailed?.removeEventListener("abort", wakeUp);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

import type { Clock } from "../ports/clock.ts";

/** Sleep that an event ends: a wake between two sleeps is not lost. */
export interface Waker {
  readonly isStopped: boolean;
  /** Aborts when stopped. */
  readonly stopping: AbortSignal;
  readonly wake: () => void;
  stop(): void;
  /** Until `atMs` (`undefined`: for ever), or the next wake; returns at once after a wake that nobody slept through. */
  sleepUntil(atMs: number | undefined): Promise<void>;
  /** The next wake or stop, for those who only watch. */
  nextWake(): Promise<void>;
}

/** The longest single sleep: timers of more than 24.8 days fire at once. */
const LONGEST_SLEEP_MS = 3_600_000;

export function createWaker(clock: Clock): Waker {
  const stop = new AbortController();
  const watchers = new Set<() => void>();
  let isWoken = false;
  let sleeping: AbortController | undefined;

  function wake(): void {
    isWoken = true;
    sleeping?.abort();
    for (const watcher of watchers) watcher();
    watchers.clear();
  }

  return {
    get isStopped() {
      return stop.signal.aborted;
    },
    stopping: stop.signal,
    wake,
    stop() {
      stop.abort();
      wake();
    },
    async sleepUntil(atMs) {
      if (!isWoken && !stop.signal.aborted) {
        sleeping = new AbortController();
        const ms = atMs === undefined ? LONGEST_SLEEP_MS : Math.min(LONGEST_SLEEP_MS, atMs - clock.nowMs());
        await clock.sleep(ms, sleeping.signal);
        sleeping = undefined;
      }
      isWoken = false;
    },
    nextWake: () => new Promise((resolve) => void (stop.signal.aborted ? resolve() : watchers.add(resolve))),
  };
}

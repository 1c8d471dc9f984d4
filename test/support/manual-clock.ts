import type { Clock, IdSource } from "../../core/ports/clock.ts";

/** Time that moves only when the test moves it. */
export interface ManualClock extends Clock {
  /** Moves time on and wakes whoever slept until then, in order. */
  advance(ms: number): Promise<void>;
  readonly sleepers: number;
}

export function manualClock(startMs = Date.UTC(2026, 0, 5, 9, 0, 0)): ManualClock {
  let now = startMs;
  const sleeping = new Set<{ untilMs: number; wake: () => void }>();
  return {
    nowMs: () => now,
    sleep(ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { untilMs: now + ms, wake };
        function wake() {
          sleeping.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        }
        signal?.addEventListener("abort", wake, { once: true });
        sleeping.add(sleeper);
      });
    },
    async advance(ms) {
      const target = now + ms;
      for (;;) {
        const next = [...sleeping].filter((s) => s.untilMs <= target).sort((a, b) => a.untilMs - b.untilMs)[0];
        if (!next) break;
        now = Math.max(now, next.untilMs);
        next.wake();
        await settle();
      }
      now = target;
      await settle();
    },
    get sleepers() {
      return sleeping.size;
    },
  };
}

/** Lets everything run that is ready to run. */
export async function settle(rounds = 20): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Ids that count: `id-00000001`, `id-00000002`… */
export function countingIds(prefix = "id"): IdSource {
  let n = 0;
  return { next: () => `${prefix}-${String(++n).padStart(8, "0")}` };
}

import type { Clock } from "../core/ports/clock.ts";

/** The computer's time, kept from going back when somebody sets the clock. */
export function systemClock(): Clock {
  let latestMs = 0;
  return {
    nowMs() {
      latestMs = Math.max(latestMs, Date.now());
      return latestMs;
    },
    sleep(ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        // Longer delays than Node's timer holds fire at once; waking early is harmless, the caller looks again.
        const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1));
        timer.unref();
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
  };
}

import type { Clock } from "../../core/ports/clock.ts";
import { systemClock } from "../../src/clock.ts";

/** A clock that runs so many times as fast as the computer's, from now on. */
export function fastClock(times: number): Clock {
  const clock = systemClock();
  const startMs = performance.now();
  const beganMs = clock.nowMs();
  return {
    nowMs: () => beganMs + (performance.now() - startMs) * times,
    sleep: (ms, signal) => clock.sleep(ms / times, signal),
  };
}

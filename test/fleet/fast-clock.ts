import type { Clock } from "../../core/ports/clock.ts";
import { systemClock } from "../../src/clock.ts";

/** A clock that runs so many times as fast as the computer's. */
export function fastClock(times: number): Clock {
  const clock = systemClock();
  const startMs = performance.now();
  const beganMs = clock.nowMs();
  return {
    nowMs: () => beganMs + (performance.now() - startMs) * times,
    sleep: (ms, signal) => clock.sleep(Math.max(1, ms / times), signal),
  };
}

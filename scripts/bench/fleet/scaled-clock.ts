import type { Clock } from "../../../core/ports/clock.ts";
import { systemClock } from "../../../src/clock.ts";

/** A clock that runs `scale` times as fast as real time, from now on. */
export function scaledClock(scale: number): Clock {
  const real = systemClock();
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  return {
    nowMs: () => startedAtMs + (performance.now() - startedMs) * scale,
    sleep: (ms, signal) => real.sleep(ms / scale, signal),
  };
}

import type { Clock } from "../../core/ports/clock.ts";

/** Aborts a request when a phase of it takes too long, or when its caller gives up. */
export interface PhaseTimer {
  /** For the request: aborts with the caller's signal and when a phase is over its time. */
  readonly signal: AbortSignal;
  /** Starts a phase; the one before it ends. The same phase may begin again for each piece that arrives. */
  begin(phase: string, ms: number): void;
  /** The phase that ran out of time, if one did. */
  expired(): { readonly phase: string; readonly ms: number } | undefined;
  /** Must be called once at the end; the signal then no longer follows anything. */
  end(): void;
}

/** One timer follows one request. `totalMs` bounds all phases together. */
export function createPhaseTimer(clock: Clock, caller: AbortSignal, totalMs: number): PhaseTimer {
  const own = new AbortController();
  const over = new AbortController();
  const startedMs = clock.nowMs();
  let current: { phase: string; ms: number; untilMs: number } | undefined;
  let expired: { phase: string; ms: number } | undefined;
  let wakeUp = new AbortController();
  let isWatching = false;

  const onCallerAbort = () => own.abort(caller.reason);
  if (caller.aborted) onCallerAbort();
  else caller.addEventListener("abort", onCallerAbort, { once: true });

  /** One sleeper for all phases: a phase that begins anew only moves the time it looks at. */
  async function watch(): Promise<void> {
    if (isWatching) return;
    isWatching = true;
    while (!over.signal.aborted && !own.signal.aborted && current) {
      const untilMs = Math.min(current.untilMs, startedMs + totalMs);
      if (clock.nowMs() >= untilMs) {
        const isTotal = untilMs < current.untilMs;
        expired = isTotal ? { phase: "answer", ms: totalMs } : { phase: current.phase, ms: current.ms };
        own.abort(new Error(`${expired.phase} took longer than ${expired.ms} ms`));
        break;
      }
      wakeUp = new AbortController();
      await clock.sleep(untilMs - clock.nowMs(), wakeUp.signal);
    }
    isWatching = false;
  }

  return {
    signal: own.signal,
    begin(phase, ms) {
      const untilMs = clock.nowMs() + ms;
      const isEarlier = current !== undefined && untilMs < current.untilMs;
      current = { phase, ms, untilMs };
      if (isEarlier) wakeUp.abort();
      void watch();
    },
    expired: () => expired,
    end() {
      caller.removeEventListener("abort", onCallerAbort);
      over.abort();
      wakeUp.abort();
    },
  };
}

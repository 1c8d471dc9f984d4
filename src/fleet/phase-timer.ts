import type { Clock } from "../../core/ports/clock.ts";
import type { Due, Timers } from "./timers.ts";

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
export function createPhaseTimer(
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  caller: AbortSignal,
  totalMs: number,
): PhaseTimer {
  const own = new AbortController();
  const endsMs = clock.nowMs() + totalMs;
  let phase = "answer";
  let phaseMs = totalMs;
  let untilMs = endsMs;
  let due: Due | undefined;
  let expired: { phase: string; ms: number } | undefined;

  const onCallerAbort = () => own.abort(caller.reason);
  if (caller.aborted) onCallerAbort();
  else caller.addEventListener("abort", onCallerAbort, { once: true });

  /** A phase that begins anew only moves the time it looks at. */
  function look(): void {
    due = undefined;
    if (own.signal.aborted) return;
    const nextMs = Math.min(untilMs, endsMs);
    if (clock.nowMs() < nextMs) {
      due = timers.at(nextMs, look);
      return;
    }
    expired = endsMs < untilMs ? { phase: "answer", ms: totalMs } : { phase, ms: phaseMs };
    own.abort(new Error(`${expired.phase} took longer than ${expired.ms} ms`));
  }

  return {
    signal: own.signal,
    begin(next, ms) {
      phase = next;
      phaseMs = ms;
      untilMs = clock.nowMs() + ms;
      if (due && due.atMs <= untilMs) return;
      due?.cancel();
      due = timers.at(Math.min(untilMs, endsMs), look);
    },
    expired: () => expired,
    end() {
      caller.removeEventListener("abort", onCallerAbort);
      due?.cancel();
      due = undefined;
    },
  };
}

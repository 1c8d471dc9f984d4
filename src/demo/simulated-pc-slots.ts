import type { Clock } from "../../core/ports/clock.ts";
import type { Effect, PcLimits, SlotRequest } from "./simulated-pc-rules.ts";
import { createPcRules } from "./simulated-pc-rules.ts";

/** The PC has no place left in its line: Ollama's 503. */
export class PcBusy extends Error {}

/** The rules of a PC, kept going by a clock, for callers that wait. */
export interface PcSlots {
  /**
   * Waits for a slot, loading the model when needed. When `signal` aborts the request leaves its line (or aborts
   * its load) and the promise rejects with the signal's reason; afterwards `release` must be called once.
   */
  take(request: Omit<SlotRequest, "id">, signal: AbortSignal): Promise<{ release: () => void }>;
  unload(model: string): void;
  readonly rules: ReturnType<typeof createPcRules>;
  stop(): void;
}

export function createPcSlots(limits: PcLimits, clock: Clock, events: string[]): PcSlots {
  const rules = createPcRules(limits);
  const callers = new Map<number, { start: () => void; refuse: () => void }>();
  let lastId = 0;
  let timer = new AbortController();

  function apply(effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "start") callers.get(effect.id)?.start();
      else if (effect.kind === "refuse") callers.get(effect.id)?.refuse();
      else events.push(`${effect.kind} ${effect.model}`);
    }
    timer.abort();
    const next = rules.nextAtMs();
    if (next === undefined) return;
    timer = new AbortController();
    const { signal } = timer;
    void clock.sleep(next - clock.nowMs(), signal).then(() => {
      if (!signal.aborted) apply(rules.advance(clock.nowMs()));
    });
  }

  return {
    rules,
    take(request, signal) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const release = () => {
          if (callers.delete(id)) apply(rules.leave(id, clock.nowMs()));
          signal.removeEventListener("abort", giveUp);
        };
        function giveUp() {
          release();
          reject(signal.reason);
        }
        callers.set(id, {
          start: () => {
            signal.removeEventListener("abort", giveUp);
            resolve({ release });
          },
          refuse: () => {
            callers.delete(id);
            signal.removeEventListener("abort", giveUp);
            reject(new PcBusy());
          },
        });
        if (signal.aborted) return giveUp();
        signal.addEventListener("abort", giveUp, { once: true });
        apply(rules.arrive({ ...request, id }, clock.nowMs()));
      });
    },
    unload: (model) => apply(rules.unload(model, clock.nowMs())),
    stop: () => timer.abort(),
  };
}

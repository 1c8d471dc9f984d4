import type { PcModel } from "../../scripts/bench/fleet/pc-model.ts";
import { createPcModel } from "../../scripts/bench/fleet/pc-model.ts";
import type { PcEvent, PcRequest } from "../../scripts/bench/fleet/pc-shapes.ts";
import type { BenchPc } from "../../scripts/bench/fleet/pc-spec.ts";

/** Round numbers: a load of `big` takes 10 s, of the others 2 s; 1000 tokens of a prompt and 10 of an answer a second each. */
export const MODELS = ["a:1b", "b:1b", "c:1b"]
  .map((name) => ({ name, sizeGB: 2, prefillTokensPerS: 1000, decodeTokensPerS: 10 }))
  .concat({ name: "big:1b", sizeGB: 10, prefillTokensPerS: 1000, decodeTokensPerS: 10 });

export const SPEC: BenchPc = {
  name: "PC",
  speed: 1,
  vramGB: 10,
  loadGBps: 1,
  models: MODELS.map(({ name }) => name),
  slots: 2,
  maxLoaded: 3,
};

/** A PC whose events are kept with their times, and a clock that the test moves. */
export function onePc(more: Partial<BenchPc> = {}) {
  const pc = createPcModel({ ...SPEC, ...more }, MODELS);
  const happened: { atMs: number; event: PcEvent }[] = [];
  let nowMs = 0;
  let lastId = 0;
  const note = (events: readonly PcEvent[]) => happened.push(...events.map((event) => ({ atMs: nowMs, event })));
  return {
    pc,
    happened,
    nowMs: () => nowMs,
    send(model: string, request: Partial<PcRequest> = {}): number {
      const id = ++lastId;
      note(pc.send({ id, model, promptTokens: 1000, answerTokens: 10, ...request }, nowMs));
      return id;
    },
    disconnect: (id: number) => note(pc.disconnect(id, nowMs)),
    fault: (fault: Parameters<PcModel["fault"]>[0]) => note(pc.fault(fault, nowMs)),
    unload: (model: string) => note(pc.unload(model, nowMs)),
    /** Moves time on, from event to event. */
    until(ms: number): void {
      while (pc.nextAtMs() <= ms) {
        nowMs = Math.max(nowMs, pc.nextAtMs());
        note(pc.advance(nowMs));
      }
      nowMs = ms;
    },
    /** When it happened: `first-token 1`, `loaded a:1b`; `undefined`: it did not. */
    at: (what: string) => happened.find(({ event }) => told(event) === what)?.atMs,
    order: () => happened.map(({ event }) => told(event)),
  };
}

const told = (event: PcEvent) => `${event.kind} ${"id" in event ? event.id : event.model}`;

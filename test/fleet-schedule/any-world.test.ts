import fc from "fast-check";
import { expect, test } from "vitest";
import { createScheduler } from "../../src/fleet/schedule/create-scheduler.ts";
import type { Scheduler } from "../../src/fleet/schedule/scheduler.ts";
import type { Command, Fault, FleetRequest, NodeFacts, Outcome } from "../../src/fleet/schedule/shapes.ts";
import { pc } from "./play.ts";

const MODELS = ["a", "b", "c"];
const PCS = ["one", "two", "three"];
const FAULTS: readonly Fault[] = ["unreachable", "broken", "busy", "missing", "silent", "cut-off"];

/** One thing that happens; numbers pick who it happens to. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      pick: fc.nat(),
      tokens: fc.nat(9000),
      batch: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("done" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("token" as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("fail" as const), pick: fc.nat(), fault: fc.constantFrom(...FAULTS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("load" as const), pick: fc.nat(), isLoaded: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("see" as const),
      pick: fc.nat(),
      health: fc.constantFrom("up" as const, "up" as const, "down" as const),
      holds: fc.subarray(MODELS),
      isDrained: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20_000) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

/** Plays whatever happens, and holds the scheduler to its promises on the way. */
class World {
  readonly scheduler: Scheduler = createScheduler({ waitMs: { interactive: 100_000, batch: 300_000 } });
  nowMs = 0;
  #id = 0;
  readonly slots = new Map<string, number>();
  readonly waiting = new Map<number, FleetRequest>();
  readonly sent = new Map<number, { request: FleetRequest; node: string; hasToken: boolean }>();
  readonly ended: number[] = [];
  readonly loads: { node: string; model: string }[] = [];
  readonly unloads: { node: string; model: string }[] = [];
  readonly log: string[] = [];

  constructor(slots: readonly number[]) {
    for (const [index, name] of PCS.entries()) {
      this.slots.set(name, slots[index]!);
      this.see(name, { holds: [MODELS[index]!] });
    }
  }

  see(name: string, facts: Partial<NodeFacts> & { holds?: readonly string[] }): void {
    this.scheduler.setNode(
      pc(name, { has: MODELS, vramBytes: 12e9, slots: this.slots.get(name), ...facts }),
      this.nowMs,
    );
  }

  happens(one: Happening): void {
    const { scheduler, nowMs } = this;
    if (one.kind === "add") {
      this.#id += 1;
      const kind = one.batch ? "batch" : "interactive";
      const more = { model: MODELS[one.pick % 3]!, share: `s${one.pick % 2}`, class: kind } as const;
      const request: FleetRequest = { id: this.#id, promptTokens: one.tokens, affinity: `c${one.pick % 5}`, ...more };
      this.waiting.set(request.id, request);
      scheduler.add(request, nowMs);
    } else if (one.kind === "wait") this.#pass(one.ms);
    else if (one.kind === "see")
      this.see(PCS[one.pick % 3]!, { ...one, resident: new Map(one.holds.map((m) => [m, {}])) });
    else if (one.kind === "remove") scheduler.removeNode(PCS[one.pick % 3]!, nowMs);
    else if (one.kind === "load") this.#loadEnds(one);
    else if (one.kind === "cancel") this.#cancel(pick([...this.waiting.keys()], one.pick));
    else this.#report(one, pick([...this.sent.keys()], one.pick));
    this.step();
  }

  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= 1000) {
      this.nowMs += Math.min(1000, left);
      this.step();
    }
  }

  #cancel(id: number | undefined): void {
    if (id === undefined) return;
    expect(this.scheduler.cancel(id, this.nowMs)).toBe(true);
    this.waiting.delete(id);
    this.ended.push(id);
  }

  #loadEnds({ pick: at, isLoaded }: { pick: number; isLoaded: boolean }): void {
    const load = pick(this.loads, at);
    if (load !== undefined) {
      this.loads.splice(this.loads.indexOf(load), 1);
      this.scheduler.loadEnded(load.node, load.model, { isLoaded, why: "no room" }, this.nowMs);
    }
    for (const { node, model } of this.unloads.splice(0)) this.scheduler.unloadEnded(node, model, this.nowMs);
  }

  #report(one: Happening, id: number | undefined): void {
    if (id === undefined) return;
    const sent = this.sent.get(id)!;
    if (one.kind === "token") {
      sent.hasToken = true;
      this.scheduler.firstToken(id, this.nowMs);
    } else if (one.kind === "done") this.end(id, { kind: "done", answerTokens: 50, promptTokens: 100 });
    else if (one.kind === "leave") this.end(id, { kind: "cancelled" });
    else if (one.kind === "fail") {
      this.end(id, { kind: "failed", fault: one.fault, isBeforeFirstToken: !sent.hasToken, why: "so it went" });
    }
  }

  end(id: number, outcome: Outcome): void {
    const sent = this.sent.get(id)!;
    this.sent.delete(id);
    if (outcome.kind === "failed" && outcome.isBeforeFirstToken) this.waiting.set(id, sent.request);
    else this.ended.push(id);
    this.scheduler.end(id, outcome, this.nowMs);
  }

  step(): void {
    for (const command of this.scheduler.step(this.nowMs)) this.#do(command);
    const taken = new Map<string, number>();
    for (const { node, request } of this.sent.values()) {
      const pair = `${node} ${request.model}`;
      taken.set(pair, (taken.get(pair) ?? 0) + 1);
      expect(taken.get(pair)).toBeLessThanOrEqual(this.slots.get(node)!);
    }
  }

  #do(command: Command): void {
    this.log.push(JSON.stringify(command));
    if (command.kind === "send") {
      expect(this.waiting.delete(command.request.id)).toBe(true);
      this.sent.set(command.request.id, { request: command.request, node: command.node, hasToken: false });
    } else if (command.kind === "give-up") {
      expect(this.waiting.delete(command.request.id)).toBe(true);
      this.ended.push(command.request.id);
    } else if (command.kind === "load") this.loads.push(command);
    else if (command.kind === "unload") this.unloads.push(command);
    else {
      expect(this.sent.has(command.id)).toBe(true);
      this.end(command.id, { kind: "failed", fault: "unreachable", isBeforeFirstToken: true, why: command.why });
    }
  }

  /** Everything is well from now on: what is left must come to an end. */
  settle(): void {
    for (const name of PCS) this.see(name, {});
    for (let round = 0; round < 400 && this.waiting.size + this.sent.size > 0; round += 1) {
      this.happens({ kind: "load", pick: 0, isLoaded: true });
      for (const id of [...this.sent.keys()]) this.happens({ kind: "done", pick: [...this.sent.keys()].indexOf(id) });
      this.happens({ kind: "wait", ms: 1000 });
    }
  }
}

function pick<T>(from: readonly T[], at: number): T | undefined {
  return from[at % Math.max(1, from.length)];
}

const life = fc.tuple(
  fc.tuple(...PCS.map(() => fc.integer({ min: 1, max: 3 }))),
  fc.array(happening, { maxLength: 120 }),
);

test("whatever happens, every request ends exactly once, caps hold and no slot is lost", () => {
  fc.assert(
    fc.property(life, ([slots, happenings]) => {
      const world = new World(slots);
      for (const one of happenings) world.happens(one);
      world.settle();
      expect([...world.ended].sort((a, b) => a - b)).toEqual(
        Array.from({ length: world.ended.length }, (_, at) => at + 1),
      );
      expect([...world.waiting.keys(), ...world.sent.keys()]).toEqual([]);
      const { copies, nodes } = world.scheduler.overview(world.nowMs);
      expect([...copies, ...nodes].filter((one) => one.inFlight !== 0)).toEqual([]);
    }),
    { seed: 5, numRuns: 120 },
  );
});

test("the same reports give the same commands", () => {
  fc.assert(
    fc.property(life, ([slots, happenings]) => {
      const [one, other] = [new World(slots), new World(slots)];
      for (const world of [one, other]) for (const happening of happenings) world.happens(happening);
      expect(one.log).toEqual(other.log);
    }),
    { seed: 5, numRuns: 25 },
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Effect, PcLimits, SlotRequest } from "../../src/demo/simulated-pc-rules.ts";
import { createPcRules } from "../../src/demo/simulated-pc-rules.ts";

const limits: PcLimits = { vramBytes: 20, maxLoaded: 3, maxPending: 4, keepAliveMs: 300_000 };
let lastId = 0;
const request = (model: string, more: Partial<SlotRequest> = {}): SlotRequest => ({
  id: ++lastId,
  model,
  sizeBytes: 8,
  loadMs: 0,
  slots: 1,
  loadOptions: "ctx=auto",
  contextLength: 4096,
  ...more,
});
const told = (effects: Effect[]) => effects.map((e) => ("model" in e ? `${e.kind} ${e.model}` : `${e.kind} ${e.id}`));

test("a model is loaded once and its requests take turns in its slots", () => {
  const rules = createPcRules(limits);
  const [a, b] = [request("m", { loadMs: 100 }), request("m", { loadMs: 100 })];
  expect(told(rules.arrive(a, 0))).toEqual(["loading m"]);
  expect(told(rules.arrive(b, 10))).toEqual([]);
  expect(rules.nextAtMs()).toBe(100);
  expect(told(rules.advance(100))).toEqual(["loaded m", `start ${a.id}`]);
  expect(told(rules.leave(a.id, 200))).toEqual([`start ${b.id}`]);
});

test("the idle model with the shortest keep-alive goes, not the least recently used", () => {
  const rules = createPcRules(limits);
  const [old, young] = [request("old"), request("young", { keepAliveMs: 1000 })];
  rules.arrive(old, 0);
  rules.leave(old.id, 1);
  rules.arrive(young, 2);
  rules.leave(young.id, 3);
  expect(told(rules.arrive(request("new"), 4))).toContain("unloaded young");
});

test("while the first pending request waits for a busy model, everybody behind it waits", () => {
  const rules = createPcRules({ ...limits, maxLoaded: 2 });
  const [a, b] = [request("a"), request("b")];
  rules.arrive(a, 0);
  rules.arrive(b, 0);
  rules.leave(b.id, 1);
  const heavy = request("heavy", { sizeBytes: 20 });
  expect(told(rules.arrive(heavy, 2))).toEqual(["unloaded b"]);
  expect(told(rules.arrive(request("light", { sizeBytes: 1 }), 3))).toEqual([]);
  expect(told(rules.leave(a.id, 4)).slice(0, 3)).toEqual(["unloaded a", "loading heavy", "loaded heavy"]);
});

test("other load options load the model afresh", () => {
  const rules = createPcRules(limits);
  const a = request("m");
  rules.arrive(a, 0);
  const b = request("m", { loadOptions: "ctx=8192" });
  expect(told(rules.arrive(b, 1))).toEqual([]);
  expect(told(rules.leave(a.id, 2))).toEqual(["unloaded m", "loading m", "loaded m", `start ${b.id}`]);
});

test("a model leaves memory when its keep-alive is over", () => {
  const rules = createPcRules(limits);
  const a = request("m", { keepAliveMs: 500 });
  rules.arrive(a, 0);
  rules.leave(a.id, 100);
  expect(rules.nextAtMs()).toBe(600);
  expect(told(rules.advance(599))).toEqual([]);
  expect(told(rules.advance(600))).toEqual(["unloaded m"]);
});

test("whatever comes, slots and memory are never overdrawn and every request ends", () => {
  const step = fc.record({
    model: fc.constantFrom("a", "b", "c", "d"),
    loadOptions: fc.constantFrom("x", "y"),
    loadMs: fc.constantFrom(0, 50),
    keepAliveMs: fc.constantFrom(undefined, 0, 100),
    waitMs: fc.constantFrom(0, 10, 200),
    leaves: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rules = createPcRules({ ...limits, maxPending: 1000 });
      const open = new Set<number>();
      const started = new Set<number>();
      let nowMs = 0;
      const note = (effects: Effect[]) => {
        for (const effect of effects) if (effect.kind === "start") started.add(effect.id);
        const resident = rules.resident();
        expect(resident.reduce((sum, entry) => sum + entry.sizeBytes, 0)).toBeLessThanOrEqual(limits.vramBytes);
        expect(resident.every((entry) => entry.active <= 2)).toBe(true);
      };
      for (const { waitMs, leaves, ...more } of steps) {
        nowMs += waitMs;
        note(rules.advance(nowMs));
        const next = request(more.model, { ...more, slots: 2 });
        open.add(next.id);
        note(rules.arrive(next, nowMs));
        const leaver = [...open][leaves % open.size]!;
        if (leaves % 3 === 0) {
          open.delete(leaver);
          note(rules.leave(leaver, nowMs));
        }
      }
      for (let rounds = 0; open.size > 0; rounds++) {
        expect(rounds).toBeLessThan(500);
        nowMs += 100;
        note(rules.advance(nowMs));
        for (const id of [...open].filter((candidate) => started.has(candidate))) {
          open.delete(id);
          note(rules.leave(id, nowMs));
        }
      }
      expect(rules.counts()).toEqual({ active: 0, waiting: 0, pending: 0 });
    }),
  );
});

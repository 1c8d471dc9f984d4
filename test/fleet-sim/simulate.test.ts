import { expect, test } from "vitest";
import { FLEET_MINI, readBenchFleet } from "../../scripts/bench/fleet/pc-spec.ts";
import type { Policy, Sent } from "../../scripts/bench/fleet/simulate.ts";
import { simulate } from "../../scripts/bench/fleet/simulate.ts";
import { summarise } from "../../scripts/bench/fleet/simulate-metrics.ts";
import { pilotoPolicies, rivalPolicies } from "../../scripts/bench/fleet/simulate-policies.ts";
import { HAND_PLAN } from "../../scripts/bench/fleet/simulate-rivals.ts";
import { makeWorkload } from "../../scripts/bench/fleet/workload.ts";
import type { WorkloadOptions } from "../../scripts/bench/fleet/workload-shapes.ts";

const fleet = FLEET_MINI;
const models = fleet.models.map(({ name }) => name);
const policies = new Map([...rivalPolicies(), ...pilotoPolicies()]);
const NAMES = ["least-conn", "round-robin", "haproxy", "pinned", "piloto"] as const;
const work = (more: Partial<WorkloadOptions> = {}) =>
  makeWorkload({ scenario: "W1", count: 300, seed: 3, models, warmUp: 40, ...more });
const play = (name: string, more: Partial<WorkloadOptions> = {}) =>
  simulate({ fleet, workload: work(more), policy: policies.get(name)! });

test.each(NAMES)("%s plays the same workload the same way every time", (name) => {
  const told = () => play(name).records.map(({ firstMs, doneMs, pc }) => [firstMs, doneMs, pc]);
  expect(told()).toEqual(told());
});

test.each(NAMES)("with %s every request is answered once, by a PC that has its model, after it came", (name) => {
  const { records } = play(name);
  expect(records).toHaveLength(300);
  const wrong = records.filter(
    ({ request, firstMs = -1, doneMs = -1, answers, pc = 0 }) =>
      answers !== 1 || firstMs < request.atMs || doneMs < firstMs || !fleet.pcs[pc]!.models.includes(request.model),
  );
  expect(wrong).toEqual([]);
});

test.each(NAMES)("with %s nobody is lost while PCs die, hang, slow down and come back", (name) => {
  const summary = summarise(play(name, { scenario: "W5" }));
  expect(summary).toMatchObject({ requests: 300, lost: 0, duplicated: 0 });
});

test("the pinned rival never loads a model after its start", () => {
  expect(summarise(play("pinned", { perSecond: 2.13 }))).toMatchObject({ loads: 0, unloads: 0 });
});

test("the hand plan fits the memory of every PC and names every model", () => {
  for (const { name, vramGB, maxLoaded, models: pulled } of fleet.pcs) {
    const held = HAND_PLAN[name]!;
    const sizeGB = held.reduce((sum, model) => sum + fleet.models.find((one) => one.name === model)!.sizeGB, 0);
    expect(sizeGB).toBeLessThanOrEqual(vramGB);
    expect(held.length).toBeLessThanOrEqual(maxLoaded);
    expect(pulled).toEqual(expect.arrayContaining([...held]));
  }
  expect(new Set(Object.values(HAND_PLAN).flat())).toEqual(new Set(models));
});

test("blind balancers load models over and over, and pay for it", () => {
  const [blind, pinned] = ["least-conn", "pinned"].map((name) => summarise(play(name, { perSecond: 0.71 })));
  expect(blind!.loads).toBeGreaterThan(50);
  expect(blind!.mean).toBeGreaterThan(3 * pinned!.mean);
});

test("a client whose answer breaks off asks again, and the time counts from its first word on", () => {
  const workload = work({ count: 20, warmUp: 0 });
  const faults = [{ atMs: workload.requests[5]!.atMs, pc: "PC1", fault: { kind: "error", afterTokens: 3 } as const }];
  const toFirst: Policy = (world) => ({
    arrive: (ask) => void world.send(0, ask),
    event: (_: Sent) => undefined,
  });
  const { records } = simulate({ fleet, workload: { ...workload, faults }, policy: toFirst });
  const broken = records.filter(({ errors }) => errors > 0);
  expect(broken).toHaveLength(1);
  expect(broken[0]!.answers).toBe(1);
  expect(broken[0]!.firstMs! - broken[0]!.request.atMs).toBeGreaterThan(1000);
});

test("PCs and models are read from a file, and what is wrong in it is named", () => {
  const [one] = fleet.pcs;
  expect(readBenchFleet(JSON.stringify(fleet))).toEqual(fleet);
  expect(() => readBenchFleet(JSON.stringify({ ...fleet, pcs: [{ ...one, models: ["gone:1b"] }] }))).toThrow(
    'PC1 has the model gone:1b, which is not among "models".',
  );
  expect(() => readBenchFleet(JSON.stringify({ ...fleet, pcs: [{ ...one, vramGB: 0 }] }))).toThrow("vramGB");
});

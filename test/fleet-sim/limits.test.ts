import { expect, test } from "vitest";
import { clairvoyant } from "../../scripts/bench/fleet/clairvoyant.ts";
import { limitsOf, meanFlowOfSrpt } from "../../scripts/bench/fleet/limits.ts";
import { leastSeconds } from "../../scripts/bench/fleet/limits-capacity.ts";
import type { BenchFleet } from "../../scripts/bench/fleet/pc-spec.ts";
import { FLEET_MINI } from "../../scripts/bench/fleet/pc-spec.ts";
import { simulate } from "../../scripts/bench/fleet/simulate.ts";
import { summarise } from "../../scripts/bench/fleet/simulate-metrics.ts";
import { rivalPolicies } from "../../scripts/bench/fleet/simulate-policies.ts";
import { HAND_PLAN } from "../../scripts/bench/fleet/simulate-rivals.ts";
import { makeWorkload } from "../../scripts/bench/fleet/workload.ts";
import { MODELS, SPEC } from "./one-pc.ts";

const fleet = FLEET_MINI;
const models = fleet.models.map(({ name }) => name);
const workload = (perSecond: number) =>
  makeWorkload({ scenario: "W1", count: 200, seed: 5, models, perSecond, warmUp: 20 });

test.each([0.71, 2.13])("at %f a second: bounds <= clairvoyant <= every policy", (perSecond) => {
  const policies = new Map([...rivalPolicies()].filter(([name]) => name !== "round-robin"));
  const options = { fleet, workload: workload(perSecond), policies, plans: [HAND_PLAN], evaluations: 60 };
  const limits = limitsOf(options);
  const found = clairvoyant({ ...options, budgetMs: 60_000 });
  expect(found.policies.size).toBe(3);
  expect(found.best.lost).toBe(0);
  expect(limits.firstToken).toBeLessThanOrEqual(found.best.mean);
  expect(limits.flow).toBeLessThanOrEqual(found.best.flow);
  expect(limits.makespan).toBeLessThanOrEqual(found.best.makespan);
  for (const summary of found.policies.values()) expect(found.best.mean).toBeLessThanOrEqual(summary.mean);
});

test("no policy beats a bound, whatever the scenario", () => {
  for (const scenario of ["W2", "W3", "W4", "W6"] as const) {
    const work = makeWorkload({ scenario, count: 200, seed: 2, models, warmUp: 20 });
    const limits = limitsOf({ fleet, workload: work });
    const summary = summarise(simulate({ fleet, workload: work, policy: rivalPolicies().get("pinned")! }));
    expect(limits.firstToken).toBeLessThanOrEqual(summary.mean);
    expect(limits.flow).toBeLessThanOrEqual(summary.flow);
    expect(limits.makespan).toBeLessThanOrEqual(summary.makespan);
  }
});

test("the shortest remaining work first: worked out by hand", () => {
  // 4 s at once; a job of 1 s after 1 s goes first: done at 2, the other at 5.
  const jobs = [
    { atS: 0, workS: 4 },
    { atS: 1, workS: 1 },
  ];
  expect(meanFlowOfSrpt(jobs, 1)).toBeCloseTo((5 + 1) / 2, 9);
  expect(meanFlowOfSrpt(jobs, 2)).toBeCloseTo((2.5 + 0.5) / 2, 9);
});

test("the least time for some work: worked out by hand", () => {
  const one: BenchFleet = { models: MODELS, pcs: [SPEC] };
  // Two slots of one model; with a second model four; `big` leaves no room for another.
  expect(leastSeconds(one, new Map([["a:1b", 10]]))).toBeCloseTo(10 / 2 ** 0.6, 6);
  const both = new Map([
    ["a:1b", 10],
    ["b:1b", 10],
  ]);
  expect(leastSeconds(one, both)).toBeCloseTo(20 / 4 ** 0.6, 6);
  const apart = new Map([
    ["a:1b", 10],
    ["big:1b", 10],
  ]);
  expect(leastSeconds(one, apart)).toBeCloseTo(20 / 2 ** 0.6, 6);
});

test("a model that is in no memory at the start must be loaded at least once", () => {
  const options = { fleet, workload: workload(1.42) };
  expect(limitsOf(options).loads).toBe(4);
  expect(limitsOf({ ...options, resident: models.slice(1) }).loads).toBe(1);
});

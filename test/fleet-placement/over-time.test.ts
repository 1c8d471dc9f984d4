import fc from "fast-check";
import { expect, test } from "vitest";
import { planPlacement } from "../../src/fleet/schedule/place.ts";
import { PLACEMENT_OPTIONS } from "../../src/fleet/schedule/place-options.ts";
import { anyView, ask, carryOut, miniFleet, pass, type TestView } from "./worlds.ts";

const TICK_MS = 2_000;

test("a steady demand comes to rest: from then on nothing is loaded", () => {
  fc.assert(
    fc.property(anyView, (any) => {
      const view = {
        ...any,
        demand: new Map([...any.demand].map(([name, demand]) => [name, { ...demand, waiting: 0 }])),
      };
      for (const node of view.nodes) node.copies = node.copies.filter((copy) => copy.state !== "leaving");
      live(view, 200);
      expect(live(view, 60)).toBe(0);
    }),
    { seed: 7, numRuns: 15 },
  );
});

test.each([0.71, 1.42, 2.13])(
  "at %d requests a second a placement all but stands, though the demand that is measured wavers",
  (perS) => {
    const view = miniFleet(perS);
    live(view, 120);
    const waver = fc.sample(fc.double({ min: 0.85, max: 1.15, noNaN: true }), { seed: 3, numRuns: 4 * 150 });
    const mean = new Map([...view.demand].map(([name, demand]) => [name, demand.arrivalsPerS]));
    const loads = live(view, 150, (tick) => {
      [...mean].forEach(([name, arrivalsPerS], at) => {
        view.demand.set(name, ask(arrivalsPerS * (waver[tick * 4 + at] ?? 1)));
      });
    });
    expect(loads).toBeLessThanOrEqual(6);
  },
);

test("two models that fit only one at a time take turns, each as long as several loads last", () => {
  const view = miniFleet(0);
  view.nodes = view.nodes.filter(({ name }) => name === "pc4");
  const both = ["q14:14b", "m8:8b"];
  view.demand = new Map(both.map((model) => [model, ask(0.2, { waiting: 5, oldestWaitMs: 60_000 })]));
  const loads = live(view, 600);
  const { loadMs } = view.rates("pc4", "m8:8b");
  expect(loads).toBeGreaterThan(2);
  expect(loads).toBeLessThanOrEqual((600 * TICK_MS) / Math.max(PLACEMENT_OPTIONS.hardResidencyMs, 3 * loadMs));
});

test("when the mix shifts, the models that are asked for now take the place of those that were", () => {
  const view = miniFleet(1, [0.5, 0.5, 0, 0]);
  live(view, 120);
  expect(copiesOf(view, "q32:32b")).toBe(0);
  view.demand = miniFleet(0.5, [0.05, 0.05, 0.5, 0.4]).demand;
  live(view, 120);
  expect(copiesOf(view, "q32:32b")).toBeGreaterThan(0);
  expect(copiesOf(view, "q14:14b")).toBeGreaterThan(1);
  expect(copiesOf(view, "m3:3b")).toBeGreaterThan(0);
});

test("a PC that is gone is not counted on: its models are loaded elsewhere", () => {
  const view = miniFleet(0.5, [0.4, 0.4, 0.2, 0]);
  live(view, 120);
  view.nodes = view.nodes.map((node) =>
    node.name === "pc1" || node.name === "pc2" ? { ...node, isUsable: false } : node,
  );
  live(view, 60);
  for (const model of ["m3:3b", "m8:8b", "q14:14b"]) {
    const serves = view.nodes.some((node) => node.isUsable && node.copies.some((copy) => copy.model === model));
    expect(serves).toBe(true);
  }
});

test("a model that nobody asks for stays until its room is needed, and goes before the others", () => {
  const view = miniFleet(0.3, [0.5, 0.5, 0, 0]);
  view.nodes = view.nodes.filter(({ name }) => name === "pc6");
  view.demand = new Map([["m8:8b", ask(0.05)]]);
  carryOut(view, [{ node: "pc6", model: "m3:3b", evict: [] }]);
  pass(view, 100_000);
  live(view, 5);
  expect(view.nodes[0]?.copies.map(({ model }) => model).sort()).toEqual(["m3:3b", "m8:8b"]);
  expect([...(planPlacement(view).keep.get("pc6")?.keys() ?? [])]).toEqual(["m8:8b"]);
});

/** Plans and carries out, tick for tick; how many loads that took. */
function live(view: TestView, ticks: number, before: (tick: number) => void = () => undefined): number {
  let loads = 0;
  for (let tick = 0; tick < ticks; tick += 1) {
    before(tick);
    const plan = planPlacement(view);
    loads += plan.loads.length;
    carryOut(view, plan.loads);
    pass(view, TICK_MS);
  }
  return loads;
}

function copiesOf(view: TestView, model: string): number {
  return view.nodes.filter((node) => node.copies.some((copy) => copy.model === model)).length;
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { planPlacement } from "../../src/fleet/schedule/place.ts";
import { PLACEMENT_OPTIONS } from "../../src/fleet/schedule/place-options.ts";
import type { PlacementLoad } from "../../src/fleet/schedule/placement-shape.ts";
import { anyView, ask, hasRoom, isAllowed, type TestView } from "./worlds.ts";

const RUNS = { seed: 20261121, numRuns: 120 };

test("no plan puts more into a PC than its memory and its limit hold, after each of its loads", () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { loads } = planPlacement(view);
      for (const node of view.nodes) {
        const there = node.copies.map((copy) => copy.model);
        const come: string[] = [];
        for (const load of loads.filter((one) => one.node === node.name)) {
          const stay = there.filter((model) => !load.evict.includes(model));
          expect([...stay, ...come]).not.toContain(load.model);
          for (const gone of load.evict) expect(there).toContain(gone);
          come.push(load.model);
          expect(hasRoom(node, [...stay, ...come])).toBe(true);
        }
      }
    }),
    RUNS,
  );
});

test("no model is put where disk, health, settings, labels or taints keep it away", () => {
  eachLoad((view, load) => expect(isAllowed(view, nodeOf(view, load.node), load.model)).toBe(true));
});

test("where something loads or leaves, nothing more is told to go, and who comes waits until it is gone", () => {
  eachLoad((view, load) => {
    const { copies } = nodeOf(view, load.node);
    const leaving = copies.filter(({ state }) => state === "leaving").map(({ model }) => model);
    expect(load.evict).toEqual(expect.arrayContaining(leaving));
    const isBusy = copies.some(({ state }) => state === "loading" || state === "leaving");
    if (isBusy) expect(load.evict).toHaveLength(leaving.length);
  });
});

test("a young copy goes only for a pin, or for a model that waits and is nowhere", () => {
  eachLoad((view, load) => {
    const node = nodeOf(view, load.node);
    const pinned = view.rules.get(load.model)?.pinned?.includes(load.node);
    const { loadMs } = view.rates(load.node, load.model);
    const hardMs = Math.max(PLACEMENT_OPTIONS.hardResidencyMs, PLACEMENT_OPTIONS.hardLoads * loadMs);
    const leastMs = isNowhere(view, load.model) ? hardMs : Math.max(PLACEMENT_OPTIONS.minResidencyMs, hardMs);
    for (const model of load.evict) {
      const copy = node.copies.find((one) => one.model === model);
      if (copy?.state === "leaving") continue;
      const ageMs = view.nowMs - (copy?.sinceMs ?? Number.NaN);
      expect(pinned || ageMs >= leastMs).toBe(true);
    }
  });
});

test("no pinned copy is ever told to go", () => {
  eachLoad((view, load) => {
    for (const model of load.evict) {
      const isLeaving = nodeOf(view, load.node).copies.some((one) => one.model === model && one.state === "leaving");
      expect(isLeaving || !view.rules.get(model)?.pinned?.includes(load.node)).toBe(true);
    }
  });
});

test("a pinned model is loaded at once where nothing but unpinned models stands in its way", () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { loads } = planPlacement(view);
      for (const [model, rules] of view.rules) {
        if (!view.demand.has(model)) continue;
        for (const node of view.nodes.filter(({ name }) => rules.pinned?.includes(name))) {
          const isBusy = node.copies.some(({ state }) => state === "loading" || state === "leaving");
          const isThere = node.copies.some((copy) => copy.model === model);
          const others = [...view.rules].filter(([name, { pinned }]) => name !== model && pinned?.includes(node.name));
          if (isBusy || isThere || others.length > 0 || !isAllowed(view, node, model)) continue;
          expect(loads).toContainEqual(expect.objectContaining({ node: node.name, model }));
        }
      }
    }),
    RUNS,
  );
});

test("a model that waits and is nowhere gets a copy wherever one may be, once its wait is long", () => {
  fc.assert(
    fc.property(anyView, (any) => {
      const view = { ...any, rules: new Map() };
      view.demand = new Map([...any.demand].map(([name, demand]) => [name, { ...demand, waiting: 0 }]));
      const nodes = view.nodes.map((node) => ({
        ...node,
        copies: node.copies
          .filter(({ model, state }) => model !== "model0" && state !== "loading" && state !== "leaving")
          .map((copy) => ({ ...copy, sinceMs: 0 })),
      }));
      const asked = ask(0.01, { waiting: 1, oldestWaitMs: PLACEMENT_OPTIONS.patienceMs });
      const there = { ...view, nodes, demand: new Map(view.demand).set("model0", asked) };
      const may = nodes.filter((node) => isAllowed(there, node, "model0"));
      const { loads } = planPlacement(there);
      expect(loads.some(({ model }) => model === "model0")).toBe(may.length > 0);
    }),
    RUNS,
  );
});

test("the same fleet gives the same plan, in whatever order it is told", () => {
  fc.assert(
    fc.property(anyView, fc.boolean(), (view, isTurned) => {
      const plan = planPlacement(view);
      const turned: TestView = {
        ...view,
        nodes: [...view.nodes].reverse(),
        demand: new Map([...view.demand].reverse()),
      };
      expect(planPlacement(isTurned ? turned : view)).toEqual(plan);
    }),
    RUNS,
  );
});

test("a plan changes nothing of what it looks at, and costs no more tries than it may", () => {
  fc.assert(
    fc.property(anyView, fc.integer({ min: 1, max: 40 }), (view, maxMoves) => {
      const before = JSON.stringify([view.nodes, [...view.demand]]);
      const { tried } = planPlacement(view, { maxMoves });
      expect(JSON.stringify([view.nodes, [...view.demand]])).toBe(before);
      expect(tried).toBeLessThanOrEqual(2 * maxMoves);
    }),
    RUNS,
  );
});

test("every load says why, saves something, and what is kept is there", () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const { loads, reasons, keep } = planPlacement(view);
      expect(reasons).toHaveLength(loads.length);
      for (const load of loads) expect(load.gainMs).toBeGreaterThan(0);
      for (const [name, wanted] of keep) {
        const there = nodeOf(view, name).copies.map((copy) => copy.model);
        for (const model of wanted.keys()) expect(there).toContain(model);
      }
    }),
    RUNS,
  );
});

function eachLoad(check: (view: TestView, load: PlacementLoad) => void): void {
  fc.assert(
    fc.property(anyView, (view) => {
      for (const load of planPlacement(view).loads) check(view, load);
    }),
    RUNS,
  );
}

function nodeOf(view: TestView, name: string) {
  const node = view.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no PC ${name}`);
  return node;
}

/** It waits, and no copy of it is given work or is on its way. */
function isNowhere(view: TestView, model: string): boolean {
  const gives = view.nodes.some(
    (node) => isAllowed(view, node, model) && node.copies.some((c) => c.model === model && c.state !== "leaving"),
  );
  return (view.demand.get(model)?.waiting ?? 0) > 0 && !gives;
}

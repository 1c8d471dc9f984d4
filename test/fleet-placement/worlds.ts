import fc from "fast-check";
import type {
  ModelDemand,
  PlacementCopy,
  PlacementNode,
  PlacementView,
} from "../../src/fleet/schedule/placement-shape.ts";
import type { ModelRules } from "../../src/fleet/schedule/shapes.ts";

const GB = 2 ** 30;
export const START_MS = 10_000_000;

/** A view whose parts a test may change, with what a load takes for any pair. */
export interface TestView extends PlacementView {
  nowMs: number;
  nodes: TestNode[];
  demand: Map<string, ModelDemand>;
  rules: Map<string, ModelRules>;
}

export type TestNode = Omit<PlacementNode, "copies"> & { copies: PlacementCopy[] };

export function ask(arrivalsPerS: number, more: Partial<ModelDemand> = {}): ModelDemand {
  const none = { interactiveShare: 1, waiting: 0, oldestWaitMs: 0, promptTokens: 1155, answerTokens: 211 };
  return { arrivalsPerS, ...none, ...more };
}

export function ready(model: string, sinceMs = 0, more: Partial<PlacementCopy> = {}): PlacementCopy {
  return { model, state: "ready", sinceMs, lastUsedMs: sinceMs, inFlight: 0, slots: 2, ...more };
}

/** Six PCs and four models of quite different sizes; service and load times as such PCs have them. */
export function miniFleet(perS: number, mix = [0.35, 0.35, 0.2, 0.1]): TestView {
  const sizes = { "m3:3b": 2.5, "m8:8b": 5.5, "q14:14b": 10, "q32:32b": 20 };
  const pcs: [string, number, number, number][] = [
    ["pc1", 1, 24, 2],
    ["pc2", 0.75, 24, 1.5],
    ["pc3", 0.6, 16, 1],
    ["pc4", 0.45, 12, 0.8],
    ["pc5", 0.4, 12, 0.5],
    ["pc6", 0.25, 8, 0.5],
  ];
  const speeds = new Map(pcs.map(([name, speed, , load]) => [name, { speed, load }]));
  const names = Object.keys(sizes) as (keyof typeof sizes)[];
  return {
    nowMs: START_MS,
    nodes: pcs.map(([name, , vram]) => ({
      name,
      isUsable: true,
      vramBytes: vram * GB,
      labels: [],
      taints: [],
      models: new Map(names.map((model) => [model, sizes[model] * GB])),
      copies: [],
    })),
    demand: new Map(names.map((model, at) => [model, ask(perS * (mix[at] ?? 0))])),
    rules: new Map(),
    rates: (node, model) => {
      const { speed = 1, load = 1 } = speeds.get(node) ?? {};
      const size = sizes[model as keyof typeof sizes];
      return { serviceMs: (430 * size) / speed, loadMs: (1000 * size) / load };
    },
    slots: () => 2,
  };
}

/** Does at once what the plan says; loads are ready when the time has moved on. */
export function carryOut(
  view: TestView,
  loads: readonly { node: string; model: string; evict: readonly string[] }[],
): void {
  for (const load of loads) {
    const node = view.nodes.find(({ name }) => name === load.node);
    if (node === undefined) throw new Error(`no PC ${load.node}`);
    node.copies = node.copies.filter(({ model }) => !load.evict.includes(model));
    node.copies.push(ready(load.model, view.nowMs, { state: "loading", lastUsedMs: view.nowMs }));
  }
}

/** Moves the time; what has been loading long enough is ready. */
export function pass(view: TestView, ms: number): void {
  view.nowMs += ms;
  for (const node of view.nodes) {
    node.copies = node.copies.map((copy) =>
      copy.state === "loading" && view.nowMs - copy.sinceMs >= view.rates(node.name, copy.model).loadMs
        ? { ...copy, state: "ready" }
        : copy,
    );
  }
}

/** Any fleet: labels, taints, memory that is told or not, copies of any age, rules of every kind. */
export const anyView: fc.Arbitrary<TestView> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
    pcs: fc.array(anyPc(), { minLength: 1, maxLength: 6 }),
    demand: fc.array(anyDemand(), { minLength: 5, maxLength: 5 }),
    rules: fc.array(fc.option(anyRules(), { nil: undefined, freq: 2 }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ sizes, pcs, demand, rules }) => {
    const models = sizes.map((_, at) => `model${at}`);
    const speeds = new Map(pcs.map(({ speed }, at) => [`pc${at}`, speed]));
    return {
      nowMs: START_MS,
      nodes: pcs.map((pc, at) => toNode(`pc${at}`, pc, sizes)),
      demand: new Map(models.map((model, at) => [model, demand[at] ?? ask(0)])),
      rules: new Map(models.flatMap((model, at) => (rules[at] ? [[model, rules[at]] as const] : []))),
      rates: (node, model) => {
        const size = sizes[models.indexOf(model)] ?? 1;
        const speed = speeds.get(node) ?? 1;
        return { serviceMs: (400 * size) / speed, loadMs: (700 * size) / speed };
      },
    };
  });

type Pc = ReturnType<typeof anyPc> extends fc.Arbitrary<infer T> ? T : never;

function anyPc() {
  return fc.record({
    isUsable: fc.constantFrom(true, true, true, false),
    vram: fc.option(fc.integer({ min: 4, max: 40 }), { nil: undefined, freq: 4 }),
    maxLoaded: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    speed: fc.constantFrom(0.25, 0.5, 1),
    label: fc.boolean(),
    taint: fc.boolean(),
    onDisk: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 }),
    copies: fc.array(
      fc.record({
        model: fc.integer({ min: 0, max: 4 }),
        ageS: fc.constantFrom(0, 5, 30, 59, 61, 600),
        inFlight: fc.integer({ min: 0, max: 2 }),
        state: fc.constantFrom("ready", "ready", "ready", "ready", "foreign", "loading", "leaving"),
      }),
      { maxLength: 4 },
    ),
  });
}

function toNode(name: string, pc: Pc, sizes: readonly number[]): TestNode {
  const models = new Map(
    pc.onDisk.filter((at) => at < sizes.length).map((at) => [`model${at}`, (sizes[at] ?? 1) * GB]),
  );
  const node: TestNode = {
    name,
    isUsable: pc.isUsable,
    vramBytes: pc.vram === undefined ? undefined : pc.vram * GB,
    maxLoaded: pc.maxLoaded,
    labels: pc.label ? ["big"] : [],
    taints: pc.taint ? ["night"] : [],
    models,
    copies: [],
  };
  for (const { model, ageS, inFlight, state } of pc.copies) {
    const copy = ready(`model${model}`, START_MS - ageS * 1000, { inFlight, state: state as PlacementCopy["state"] });
    const isTwice = node.copies.some((other) => other.model === copy.model);
    if (!isTwice && models.has(copy.model) && hasRoom(node, [...node.copies.map((c) => c.model), copy.model])) {
      node.copies.push(copy);
    }
  }
  return node;
}

function anyDemand() {
  return fc.record({
    arrivalsPerS: fc.constantFrom(0, 0.01, 0.1, 0.4, 1, 3),
    interactiveShare: fc.constantFrom(0, 0.5, 1),
    waiting: fc.constantFrom(0, 0, 0, 1, 20),
    oldestWaitMs: fc.constantFrom(100, 10_000, 100_000),
    promptTokens: fc.constant(1000),
    answerTokens: fc.constant(200),
  });
}

function anyRules(): fc.Arbitrary<ModelRules> {
  const pcs = fc.array(
    fc.integer({ min: 0, max: 5 }).map((at) => `pc${at}`),
    { maxLength: 2 },
  );
  return fc.record(
    {
      pinned: pcs,
      forbidden: pcs,
      labels: fc.constantFrom([], ["big"]),
      tolerations: fc.constantFrom([], ["night"]),
      slots: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  );
}

/** Whether these models fit into the PC together, reckoned apart from the code under test. */
export function hasRoom(node: TestNode, models: readonly string[]): boolean {
  if (node.maxLoaded !== undefined && models.length > node.maxLoaded) return false;
  const bytes = models.map((model) => node.models.get(model) ?? 0).reduce((sum, one) => sum + one, 0);
  return node.vramBytes === undefined || bytes <= node.vramBytes;
}

/** Whether settings, disk and the PC's whole memory let it hold the model, reckoned apart from the code under test. */
export function isAllowed(view: TestView, node: TestNode, model: string): boolean {
  const rules = view.rules.get(model) ?? {};
  return (
    node.isUsable &&
    node.models.has(model) &&
    hasRoom({ ...node, maxLoaded: undefined }, [model]) &&
    !(rules.forbidden ?? []).includes(node.name) &&
    (rules.labels ?? []).every((label) => node.labels.includes(label)) &&
    node.taints.every((taint) => (rules.tolerations ?? []).includes(taint))
  );
}

import type { PlacementChange, Schedule } from "./clairvoyant-schedule.ts";
import { clairvoyantPolicy, heldPlacement, plainSchedule, recorder } from "./clairvoyant-schedule.ts";
import type { BenchFleet } from "./pc-spec.ts";
import type { Policy, SimRecord } from "./simulate.ts";
import { simulate } from "./simulate.ts";
import type { SimSummary } from "./simulate-metrics.ts";
import { summarise } from "./simulate-metrics.ts";
import type { HandPlan } from "./simulate-rivals.ts";
import type { Random } from "./workload-random.ts";
import { createRandom } from "./workload-random.ts";
import type { Workload } from "./workload-shapes.ts";

export interface ClairvoyantOptions {
  readonly fleet: BenchFleet;
  readonly workload: Workload;
  /** Where it starts from: what it finds is at least as good as every one of them. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Placements that are held from beginning to end, to start from too. */
  readonly plans?: readonly HandPlan[];
  /** Schedules that it plays at most, and real time after which it begins no more. */
  readonly evaluations: number;
  readonly budgetMs: number;
  readonly seed?: number;
}

export interface Clairvoyant {
  /** The best that was found, by mean time to first token. */
  readonly best: SimSummary;
  /** The best placement that was found, served in the order of arrival: what is lost without knowing lengths. */
  readonly inOrder: SimSummary;
  /** What it came from: `pinned`, `pinned + knowledge`, … */
  readonly from: string;
  /** Of the policies that it started from. */
  readonly policies: ReadonlyMap<string, SimSummary>;
  readonly evaluations: number;
}

interface Found {
  readonly schedule?: Schedule;
  readonly summary: SimSummary;
  readonly records: readonly SimRecord[];
  readonly from: string;
}

/** Who came first goes first, however long the answer. */
const IN_ORDER = 1e6;

/** Which goes first and where: tried for every placement that it starts from. */
const RULES = [0, 0.02, 0.1, 0.5].flatMap((age) =>
  [0.05, 0.3].flatMap((occupancy) => [true, false].map((mayHold) => ({ age, occupancy, mayHold }))),
);

/**
 * L5: how well the workload can be served by somebody who knows every request and its length beforehand, in the very
 * same simulator. Local search over order, assignment and placement: not the optimum, but between it and every policy
 * that it starts from: bound <= optimum <= this <= policies.
 */
export function clairvoyant(options: ClairvoyantOptions): Clairvoyant {
  const search = createSearch(options);
  const policies = new Map<string, SimSummary>();
  const starts: { from: string; placement: readonly PlacementChange[] }[] = [];
  for (const [name, policy] of options.policies) {
    const { watcher, placement, pins } = recorder();
    const { summary } = search.play(name, policy, watcher);
    policies.set(name, summary);
    placement.sort((a, b) => a.atMs - b.atMs);
    starts.push({ from: name, placement });
    search.tryOut(
      plainSchedule(placement, { age: IN_ORDER, occupancy: 0.3, mayHold: false }, pins),
      `${name} + replay`,
    );
  }
  for (const plan of options.plans ?? []) {
    const models = options.fleet.pcs.map(({ name }) => plan[name] ?? []);
    starts.push({ from: "plan", placement: heldPlacement(models) });
  }
  for (const rule of RULES) {
    for (const { from, placement } of starts) search.tryOut(plainSchedule(placement, rule), `${from} + knowledge`);
  }
  const random = createRandom(options.seed ?? 1);
  while (search.mayGoOn()) search.tryOut(changed(search.bestSchedule(), options, random), search.best().from);
  const { summary: best, from } = search.best();
  return {
    best,
    from,
    policies,
    evaluations: search.evaluations(),
    inOrder: playInOrder(search.bestSchedule(), options),
  };
}

function playInOrder({ schedule }: Found, { fleet, workload }: ClairvoyantOptions): SimSummary {
  const { placement, occupancy } = schedule!;
  const policy = clairvoyantPolicy(plainSchedule(placement, { age: IN_ORDER, occupancy, mayHold: true }));
  return summarise(simulate({ fleet, workload, policy, limitMs: limitOf(workload) }));
}

function createSearch({ fleet, workload, evaluations: most, budgetMs }: ClairvoyantOptions) {
  const untilMs = performance.now() + budgetMs;
  let evaluations = 0;
  let best: Found | undefined;
  let bestWithSchedule: Found | undefined;
  const isBetter = (one: SimSummary, other: Found | undefined) =>
    !other || one.lost < other.summary.lost || (one.lost === other.summary.lost && one.mean < other.summary.mean);

  function consider(found: Found): Found {
    if (isBetter(found.summary, best)) best = found;
    if (found.schedule && isBetter(found.summary, bestWithSchedule)) bestWithSchedule = found;
    return found;
  }
  function play(
    from: string,
    policy: Policy,
    watcher?: Parameters<typeof simulate>[0]["watcher"],
    schedule?: Schedule,
  ) {
    const result = simulate({ fleet, workload, policy, watcher, limitMs: limitOf(workload) });
    return consider({ schedule, summary: summarise(result), records: result.records, from });
  }
  const mayGoOn = () => evaluations < most && performance.now() < untilMs;
  return {
    play,
    mayGoOn,
    tryOut(schedule: Schedule, from: string): void {
      if (!mayGoOn()) return;
      evaluations += 1;
      play(from, clairvoyantPolicy(schedule), undefined, schedule);
    },
    best: () => best!,
    bestSchedule: () => bestWithSchedule!,
    evaluations: () => evaluations,
  };
}

/** A schedule that takes this long is no good: it is not played to its end. */
const limitOf = ({ requests }: Workload) => 3 * (requests.at(-1)?.atMs ?? 0) + 3_600_000;

/** One small change: of the rule, of who goes first, of where somebody goes, of a placement. */
function changed({ schedule, records }: Found, { fleet }: ClairvoyantOptions, random: Random): Schedule {
  const base = schedule!;
  const dice = random.uniform();
  if (dice < 0.15) {
    const times = Math.exp(random.normal() * 0.5);
    return random.uniform() < 0.5
      ? { ...base, age: (base.age + 0.003) * times }
      : { ...base, occupancy: base.occupancy * times };
  }
  if (dice < 0.4) return otherPlacement(base, fleet, random);
  const waited = longestWaits(records, 40);
  if (waited.length === 0) return base;
  if (dice < 0.7) {
    const bias = new Map(base.bias);
    for (let i = 0; i < 1 + random.below(4); i++) {
      const { id } = waited[random.below(waited.length)]!.request;
      bias.set(id, (bias.get(id) ?? 1) * Math.exp(random.normal()));
    }
    return { ...base, bias };
  }
  const pins = new Map(base.pins);
  for (let i = 0; i < 1 + random.below(3); i++)
    pinNear(pins, waited[random.below(waited.length)]!, records, fleet, random);
  return { ...base, pins };
}

const waitOf = ({ firstMs = Number.POSITIVE_INFINITY, request }: SimRecord) => firstMs - request.atMs;

function longestWaits(records: readonly SimRecord[], count: number): SimRecord[] {
  return [...records].sort((a, b) => waitOf(b) - waitOf(a)).slice(0, count);
}

/** Somebody who was served while `late` waited, or `late` itself, goes to another PC. */
function pinNear(
  pins: Map<number, number>,
  late: SimRecord,
  records: readonly SimRecord[],
  fleet: BenchFleet,
  random: Random,
): void {
  const others = records.filter(
    ({ request, firstMs = 0 }) =>
      request.model === late.request.model &&
      firstMs > late.request.atMs - 20_000 &&
      request.atMs < (late.firstMs ?? 0),
  );
  const chosen = others[random.below(others.length)] ?? late;
  const able = fleet.pcs.flatMap(({ models }, pc) => (models.includes(chosen.request.model) ? [pc] : []));
  if (pins.has(chosen.request.id) && random.uniform() < 0.5) pins.delete(chosen.request.id);
  else pins.set(chosen.request.id, able[random.below(able.length)]!);
}

/** What one PC holds from beginning to end is drawn anew. */
function otherHeld(base: Schedule, { pcs, models }: BenchFleet, random: Random): Schedule {
  const pc = random.below(pcs.length);
  const { vramGB, maxLoaded, models: pulled } = pcs[pc]!;
  const sizeOf = new Map(models.map(({ name, sizeGB }) => [name, sizeGB]));
  const held: string[] = [];
  let freeGB = vramGB;
  for (const model of [...pulled].sort(() => random.uniform() - 0.5)) {
    if (held.length === maxLoaded || sizeOf.get(model)! > freeGB) continue;
    if (held.length > 0 && random.uniform() < 0.2) break;
    held.push(model);
    freeGB -= sizeOf.get(model)!;
  }
  const others = base.placement.filter((change) => change.pc !== pc);
  const mine = held.map((model) => ({ atMs: 0, pc, model, isThere: true }));
  return { ...base, placement: [...mine, ...others].sort((a, b) => a.atMs - b.atMs) };
}

/** A copy comes or goes earlier or later, comes to be, or is replaced. */
function otherPlacement(base: Schedule, fleet: BenchFleet, random: Random): Schedule {
  if (random.uniform() < 0.5) return otherHeld(base, fleet, random);
  const placement = [...base.placement];
  const at = random.below(placement.length);
  const change = placement[at]!;
  const dice = random.uniform();
  if (dice < 0.4) placement[at] = { ...change, atMs: Math.max(0, change.atMs + random.normal() * 60_000) };
  else if (dice < 0.6) placement.splice(at, 1);
  else {
    const pc = random.below(fleet.pcs.length);
    const { models } = fleet.pcs[pc]!;
    const lastMs = placement.at(-1)!.atMs;
    const fromMs = random.uniform() < 0.5 ? 0 : random.uniform() * Math.max(lastMs, 600_000);
    const [comes, goes] = [models[random.below(models.length)]!, models[random.below(models.length)]!];
    placement.push({ atMs: fromMs, pc, model: comes, isThere: true });
    if (goes !== comes && random.uniform() < 0.7) placement.push({ atMs: fromMs, pc, model: goes, isThere: false });
  }
  placement.sort((a, b) => a.atMs - b.atMs);
  return { ...base, placement };
}

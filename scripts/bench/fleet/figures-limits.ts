import type { Figure } from "../figure.ts";
import { clairvoyant } from "./clairvoyant.ts";
import { ratioFigures } from "./figures.ts";
import { limitsOf } from "./limits.ts";
import { meanOverSeeds, ratioOfMeans } from "./metrics.ts";
import type { BenchFleet } from "./pc-spec.ts";
import type { PlayItem, PlayKey } from "./play-plan.ts";
import { planByHand } from "./rivals-pinned.ts";
import { pilotoPolicies, rivalPolicies } from "./simulate-policies.ts";
import type { HandPlan } from "./simulate-rivals.ts";

/** What cannot be beaten, and what was found by knowing everything beforehand: means over the seeds, virtual seconds. */
export interface LimitsRow {
  readonly title: string;
  /** L1: mean time to first token of every request alone on the best PC. */
  readonly firstToken: number;
  /** L2: mean time to the whole answer. */
  readonly flow: number;
  /** L3: from the first arrival to the last answer; L4: loads. */
  readonly makespan: number;
  readonly loads: number;
  /** Requests a second that the fleet can do at most. */
  readonly capacityPerS: number;
  /** L5, and the same simulation with Piloto and with hand-pinned models: mean time to first token. */
  readonly clairvoyant: number;
  /** The reference's placement, first come, first served. */
  readonly inOrder: number;
  readonly piloto: number;
  readonly pinned: number;
  readonly pilotoFlow: number;
}

export interface LimitsOptions {
  readonly fleet: BenchFleet;
  /** Schedules that the search tries for one workload. */
  readonly evaluations: number;
  readonly log: (text: string) => void;
}

const GOALS: readonly (readonly [key: PlayKey, name: string | undefined, most: number])[] = [
  ["w1_low", undefined, 0],
  ["w1", "vs_clairvoyant_mid", 1.3],
  ["w1_high", "vs_clairvoyant_high", 1.5],
];

/**
 * The limits of the W1 workloads that were played, in the simulation without HTTP: there Piloto's scheduler, the rival
 * and the reference meet the very same PCs, and nothing but their decisions differs.
 */
export function measureLimits(
  items: readonly PlayItem[],
  options: LimitsOptions,
): { figures: Figure[]; rows: LimitsRow[] } {
  const figures: Figure[] = [];
  const rows: LimitsRow[] = [];
  for (const [key, name, most] of GOALS) {
    const found = items.filter((item) => item.key === key).map((item) => limitsOfOne(item, options));
    if (found.length === 0) continue;
    rows.push(rowOf(key, items, found));
    if (name === undefined) continue;
    const pairs = found.map((one) => ({ ours: [one.piloto.mean], theirs: [one.best.mean] }));
    figures.push(...ratioFigures(name, found.length >= 3 ? ratioOfMeans(pairs) : alone(ratioOfMeans(pairs)), most));
  }
  return { figures, rows };
}

/** One or two seeds tell no interval of a search. */
const alone = ({ value }: { value: number }) => ({ value, low: Number.NaN, high: Number.NaN });

type Found = ReturnType<typeof limitsOfOne>;

/** Real time after which the search gives up, however few schedules it has tried: only a very slow computer gets there. */
const BUDGET_MS = 120_000;
/** Where no goal hangs on it. */
const FEW_EVALUATIONS = 60;

function limitsOfOne({ key, workload, title, seed }: PlayItem, { fleet, evaluations: most, log }: LimitsOptions) {
  const evaluations = key === "w1_low" ? FEW_EVALUATIONS : most;
  const plan = handPlanOf(fleet);
  const policies = new Map([
    ["piloto", pilotoPolicies().get("piloto")!],
    ["pinned", rivalPolicies(plan).get("pinned")!],
  ]);
  const search = clairvoyant({ fleet, workload, policies, plans: [plan], evaluations, budgetMs: BUDGET_MS, seed });
  log(`limits of ${title}, seed ${seed}: ${search.evaluations} schedules, the best from ${search.from}`);
  return {
    limits: limitsOf({ fleet, workload }),
    best: search.best,
    inOrder: search.inOrder,
    piloto: search.policies.get("piloto")!,
    pinned: search.policies.get("pinned")!,
  };
}

function handPlanOf(fleet: BenchFleet): HandPlan {
  const plan = new Map(fleet.pcs.map(({ name }) => [name, [] as string[]]));
  for (const [model, names] of planByHand(fleet)) for (const name of names) plan.get(name)!.push(model);
  return Object.fromEntries(plan);
}

function rowOf(key: PlayKey, items: readonly PlayItem[], found: readonly Found[]): LimitsRow {
  const over = (of: (one: Found) => number) => meanOverSeeds(found.map(of)).value;
  return {
    title: items.find((item) => item.key === key)!.title,
    firstToken: over(({ limits }) => limits.firstToken),
    flow: over(({ limits }) => limits.flow),
    makespan: over(({ limits }) => limits.makespan),
    loads: over(({ limits }) => limits.loads),
    capacityPerS: over(({ limits }) => limits.capacityPerS),
    clairvoyant: over(({ best }) => best.mean),
    inOrder: over(({ inOrder }) => inOrder.mean),
    piloto: over(({ piloto }) => piloto.mean),
    pinned: over(({ pinned }) => pinned.mean),
    pilotoFlow: over(({ piloto }) => piloto.flow),
  };
}

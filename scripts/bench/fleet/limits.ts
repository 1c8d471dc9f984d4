import { greatestPower, leastSeconds } from "./limits-capacity.ts";
import type { BenchFleet, BenchModel } from "./pc-spec.ts";
import type { SimRequest, Workload } from "./workload-shapes.ts";

/** What no policy can do better than, for one workload on one fleet without faults. Seconds. */
export interface Limits {
  /** L1: every request alone on the best PC, its model loaded, its prompt cached as far as it can be. */
  readonly firstToken: number;
  /** L1 for the whole answer. */
  readonly alone: number;
  /** L2: mean time to the whole answer: the better of `alone` and SRPT on one server with the power of all PCs. */
  readonly flow: number;
  /** L3: from the first arrival to the last answer. */
  readonly makespan: number;
  /** L4: models asked for that no PC holds at the start. */
  readonly loads: number;
  /** Copies that a placement needs which never changes, for the work to be done as it comes. */
  readonly heldCopies: number;
  /** Requests a second that the fleet can do at most, of this mix. */
  readonly capacityPerS: number;
}

export interface LimitsOptions {
  readonly fleet: BenchFleet;
  readonly workload: Workload;
  /** Models in the memory of some PC when it begins. */
  readonly resident?: readonly string[];
}

/** Bounds from below over all policies; each is valid alone, none is tight. */
export function limitsOf({ fleet, workload, resident = [] }: LimitsOptions): Limits {
  const jobs = jobsOf(fleet, workload);
  const alone = mean(jobs.map(({ prefillS, decodeS, bestSpeed }) => (prefillS + decodeS) / bestSpeed));
  const works = jobs.map(({ request, prefillS, decodeS }) => ({ atS: request.atMs / 1000, workS: prefillS + decodeS }));
  return {
    firstToken: mean(jobs.map(({ prefillS, bestSpeed }) => prefillS / bestSpeed)),
    alone,
    flow: Math.max(alone, meanFlowOfSrpt(works, greatestPower(fleet))),
    makespan: leastMakespan(fleet, jobs),
    loads: new Set(jobs.map(({ request }) => request.model).filter((model) => !resident.includes(model))).size,
    heldCopies: copiesNeeded(fleet, jobs),
    capacityPerS: jobs.length / leastSeconds(fleet, workByModel(jobs)),
  };
}

interface Job {
  readonly request: SimRequest;
  /** Work that cannot be avoided, in seconds at speed 1. */
  readonly prefillS: number;
  readonly decodeS: number;
  /** Of the fastest PC that has the model. */
  readonly bestSpeed: number;
}

/** The measured requests, with the least work that each can be. */
function jobsOf({ models, pcs }: BenchFleet, { requests }: Workload): Job[] {
  const known = createBestCache();
  return requests.flatMap((request) => {
    const model = models.find(({ name }) => name === request.model)!;
    const cached = known(request);
    if (request.isWarmUp) return [];
    const speeds = pcs.filter((pc) => pc.models.includes(model.name)).map(({ speed }) => speed);
    return { request, ...workOf(request, model, cached), bestSpeed: Math.max(...speeds) };
  });
}

function workOf(request: SimRequest, model: BenchModel, cachedTokens: number) {
  return {
    prefillS: (request.promptTokens - cachedTokens) / model.prefillTokensPerS,
    decodeS: request.answerTokens / model.decodeTokensPerS,
  };
}

/** Prompt tokens that a cache could hold at best: everything that any request before it began with. */
function createBestCache(): (request: SimRequest) => number {
  const blocks = new Set<string>();
  const sessions = new Set<string>();
  return ({ model, session, promptTokens, hashIds }) => {
    const names = (hashIds ?? []).map((id) => `${model} ${id}`);
    const fresh = names.findIndex((name) => !blocks.has(name));
    const wasSeen = sessions.has(`${model} ${session}`);
    for (const name of names) blocks.add(name);
    sessions.add(`${model} ${session}`);
    if (names.length === 0) return wasSeen ? promptTokens * 0.8 : 0;
    return Math.min(promptTokens - 1, (promptTokens * (fresh < 0 ? names.length : fresh)) / names.length);
  };
}

/**
 * Mean flow time of shortest-remaining-processing-time, preemptive, on one server of that power: the least possible on
 * one server (Schrage 1968), and one server with the power of all can do whatever several can.
 */
export function meanFlowOfSrpt(
  jobs: readonly { readonly atS: number; readonly workS: number }[],
  power: number,
): number {
  const left: { atS: number; workS: number }[] = [];
  let nowS = 0;
  let flow = 0;
  const shortestFirst = () => left.sort((a, b) => b.workS - a.workS);
  const workUntil = (untilS: number) => {
    while (left.length > 0) {
      const job = left.at(-1)!;
      const doneS = nowS + job.workS / power;
      if (doneS > untilS) {
        job.workS -= (untilS - nowS) * power;
        break;
      }
      nowS = doneS;
      flow += doneS - job.atS;
      left.pop();
    }
    nowS = Math.max(nowS, Math.min(untilS, Number.MAX_VALUE));
  };
  for (const { atS, workS } of [...jobs].sort((a, b) => a.atS - b.atS)) {
    workUntil(atS);
    left.push({ atS, workS });
    shortestFirst();
  }
  workUntil(Number.POSITIVE_INFINITY);
  return flow / jobs.length;
}

/** How many points in time the makespan's bound is taken from. */
const CUTS = 12;

/** Whatever comes after some time must be done after it: the latest of such ends, from the first arrival on. */
function leastMakespan(fleet: BenchFleet, jobs: readonly Job[]): number {
  const firstS = jobs[0]!.request.atMs / 1000;
  const cuts = Array.from({ length: CUTS }, (_, index) => Math.floor((index * jobs.length) / CUTS));
  const ends = cuts.map((from) => {
    const later = jobs.slice(from);
    return later[0]!.request.atMs / 1000 + leastSeconds(fleet, workByModel(later));
  });
  const alone = jobs.map(
    ({ request, prefillS, decodeS, bestSpeed }) => request.atMs / 1000 + (prefillS + decodeS) / bestSpeed,
  );
  return Math.max(...ends, ...alone) - firstS;
}

function workByModel(jobs: readonly Job[]): Map<string, number> {
  const work = new Map<string, number>();
  for (const { request, prefillS, decodeS } of jobs) {
    work.set(request.model, (work.get(request.model) ?? 0) + prefillS + decodeS);
  }
  return work;
}

/** For each model the copies whose power together is its work a second, were each on the fastest PC. */
function copiesNeeded(fleet: BenchFleet, jobs: readonly Job[]): number {
  const seconds = (jobs.at(-1)!.request.atMs - jobs[0]!.request.atMs) / 1000 || 1;
  return [...workByModel(jobs)].reduce((sum, [model, workS]) => {
    const best = Math.max(
      ...fleet.pcs.filter((pc) => pc.models.includes(model)).map((pc) => pc.speed * pc.slots ** 0.6),
    );
    return sum + Math.max(1, Math.ceil(workS / seconds / best));
  }, 0);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

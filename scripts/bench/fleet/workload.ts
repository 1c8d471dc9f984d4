import type { PcFault } from "./pc-shapes.ts";
import type { TraceRow } from "./trace.ts";
import { azureConversation } from "./trace.ts";
import { burstArrivals } from "./workload-bursts.ts";
import type { Random } from "./workload-random.ts";
import { createRandom } from "./workload-random.ts";
import { longSessions } from "./workload-sessions.ts";
import type { DraftRequest, Scenario, TimedFault, Workload, WorkloadOptions } from "./workload-shapes.ts";
import { mixOf } from "./workload-shapes.ts";

/** Requests a second where nothing else is said. W6 is about 1.2 times what fleet-mini can do. */
export const DEFAULT_LOADS: Readonly<Record<Scenario, number>> = {
  W1: 1.42,
  W2: 1.42,
  W3: 0.71,
  W4: 1.42,
  W5: 0.71,
  W6: 2.8,
  "W6-alone": 2.8,
};

/** The part of W6 that people wait for. */
const INTERACTIVE_SHARE = 0.1;

/**
 * The requests of one scenario, the same for the same options.
 *
 * - W1: arrivals and lengths of a real trace, stretched in time; each seed takes another window of it.
 * - W2: bursts: arrivals with the index of dispersion of the Azure code trace, lengths as in W1.
 * - W3: as W1; at half time the mix of models turns over, towards the large ones.
 * - W4: sessions with long and growing prompts.
 * - W5: as W1, while PCs die, hang and slow down, and come back.
 * - W6: more than the fleet can do, a tenth of it interactive; `W6-alone`: that tenth without the rest.
 */
export function makeWorkload(options: WorkloadOptions): Workload {
  const { scenario, count, seed, warmUp = 150 } = options;
  const perSecond = options.perSecond ?? DEFAULT_LOADS[scenario];
  const before =
    warmUp > 0 ? plainRequests({ ...options, seed: seed + 1000, count: warmUp }, Math.min(0.71, perSecond)) : [];
  const measuredFromMs = before.length === 0 ? 0 : before.at(-1)!.atMs + 1000 / perSecond;
  const measured = scenario === "W4" ? longSessions(options, perSecond) : plainRequests(options, perSecond);
  const durationMs = measured.at(-1)?.atMs ?? 0;
  const all = [
    ...before.map((request) => ({ ...request, session: `warm-${request.session}`, isWarmUp: true })),
    ...measured.map((request) => ({ ...request, atMs: request.atMs + measuredFromMs, isWarmUp: false })),
  ];
  const kept = scenario === "W6-alone" ? all.filter((r) => r.isWarmUp || r.class === "interactive") : all;
  return {
    requests: kept.slice(0, before.length + count).map((request, at) => ({ ...request, id: at + 1 })),
    faults: scenario === "W5" ? faultsOf(durationMs).map((f) => ({ ...f, atMs: f.atMs + measuredFromMs })) : [],
    measuredFromMs,
  };
}

function plainRequests(options: WorkloadOptions, perSecond: number): DraftRequest[] {
  const { scenario, count, seed, models, trace = azureConversation() } = options;
  const mix = mixOf(options);
  const random = createRandom(seed);
  const rows = windowOf(trace, count, seed);
  const arrivals =
    scenario === "W2" ? burstArrivals(rows.length, createRandom(seed + 77)) : rows.map((row) => row.atMs);
  const stretch = (rows.length * 1000) / perSecond / (arrivals.at(-1)! || 1);
  const sessions = createSessions(random);
  return rows.map((row, at) => {
    const isLater = scenario === "W3" && at >= rows.length / 2;
    const model = models[random.weighted(isLater ? [...mix].reverse() : mix)]!;
    const isBatch = scenario.startsWith("W6") && random.uniform() >= INTERACTIVE_SHARE;
    return {
      atMs: arrivals[at]! * stretch,
      model,
      promptTokens: row.promptTokens,
      answerTokens: row.answerTokens,
      class: isBatch ? "batch" : "interactive",
      session: sessions(model),
      ...(row.hashIds && { hashIds: row.hashIds }),
    };
  });
}

/** `count` rows (all when there are fewer), from another place for each seed, beginning at nought. */
function windowOf(trace: readonly TraceRow[], count: number, seed: number): TraceRow[] {
  const room = Math.max(0, trace.length - count);
  // The golden ratio spreads the windows of seeds 1, 2, 3… evenly.
  const from = Math.floor(((seed * 0.6180339887) % 1) * (room + 1));
  const rows = trace.slice(from, from + count);
  const startMs = rows[0]?.atMs ?? 0;
  return rows.map((row) => ({ ...row, atMs: row.atMs - startMs }));
}

/** Whether a request goes on with one of the model's last sessions. Invented: the trace does not tell sessions. */
const CONTINUES = 0.6;
const OPEN_SESSIONS = 30;

function createSessions(random: Random): (model: string) => string {
  const open = new Map<string, string[]>();
  let last = 0;
  return (model) => {
    const mine = open.get(model) ?? [];
    open.set(model, mine);
    if (mine.length > 0 && random.uniform() < CONTINUES) return mine[random.below(mine.length)]!;
    last += 1;
    mine.push(`s${last}`);
    if (mine.length > OPEN_SESSIONS) mine.shift();
    return mine.at(-1)!;
  };
}

/** Half of the large PCs fail, one after the other, and come back before the end. */
function faultsOf(durationMs: number): TimedFault[] {
  const at = (share: number, pc: string, fault: PcFault) => ({ atMs: durationMs * share, pc, fault });
  return [
    at(1 / 3, "PC2", { kind: "kill" }),
    at(0.4, "PC3", { kind: "slow", factor: 4 }),
    at(1 / 2, "PC4", { kind: "hang" }),
    at(2 / 3, "PC2", { kind: "return" }),
    at(0.75, "PC4", { kind: "return" }),
    at(0.8, "PC3", { kind: "slow", factor: 1 }),
  ];
}

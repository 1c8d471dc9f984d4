import type { PcOrder, PcReport } from "./pc-server.ts";
import type { PcCounts, PcFault } from "./pc-shapes.ts";
import type { BenchFleet } from "./pc-spec.ts";
import type { KnownPc } from "./systems.ts";
import { type BenchChild, cpuUs, nextMessage, startNode } from "./systems-child.ts";

/** Simulated PCs over HTTP, in processes of their own. */
export interface RunningPcs {
  readonly pcs: readonly KnownPc[];
  fault(pc: string, fault: PcFault): Promise<void>;
  /** All PCs are started anew at their ports, with empty memories and counts, none of them slow. */
  restart(): Promise<void>;
  /** Counts from nought: what came before was a warm-up. */
  resetCounts(): Promise<void>;
  totals(): Promise<PcTotals>;
  /** CPU time so far, in microseconds. */
  cpuUs(): number;
  stop(): Promise<void>;
}

/** Over all PCs. */
export interface PcTotals extends PcCounts {
  /** Complete answers beyond the first of a request. */
  readonly duplicated: number;
  /** Requests with a slot, waiting for one, and waiting for a load: nought when all work is done. */
  readonly inFlight: number;
}

export interface RunningPcsOptions {
  /** How many times as fast as real time. */
  readonly scale: number;
  /** Over which the PCs are spread. Default: one for each three PCs. */
  readonly processes?: number;
  /** Real milliseconds between two pieces of an answer. Default 5. */
  readonly flushMs?: number;
}

/** Starts a fleet's PCs on free ports of the loopback. */
export async function startPcs(fleet: BenchFleet, options: RunningPcsOptions): Promise<RunningPcs> {
  const { scale, processes = Math.ceil(fleet.pcs.length / 3), flushMs = 5 } = options;
  const hosts = await Promise.all(Array.from({ length: processes }, () => startHost()));
  const started = await Promise.all(
    hosts.map((host, at) => {
      const pcs = fleet.pcs.filter((_, index) => index % processes === at);
      return host.order({ kind: "start", pcs, models: fleet.models, scale, flushMs });
    }),
  );
  const ports = new Map(started.flatMap(({ pcs }) => pcs.map(({ name, port }) => [name, port])));
  const all = (order: PcOrder) => Promise.all(hosts.map((host) => host.order(order)));
  return {
    pcs: fleet.pcs.map(({ name, models }) => ({ name, port: ports.get(name)!, models })),
    fault: async (pc, fault) => void (await all({ kind: "fault", pc, fault })),
    restart: async () => void (await all({ kind: "restart" })),
    resetCounts: async () => void (await all({ kind: "reset-counts" })),
    totals: async () => totalOf(await all({ kind: "report" })),
    cpuUs: () => hosts.reduce((sum, { child }) => sum + cpuUs(child.pid), 0),
    stop: async () => void (await Promise.all(hosts.map(({ child }) => child.stop()))),
  };
}

interface Host {
  readonly child: BenchChild;
  order(order: PcOrder): Promise<PcReport>;
}

async function startHost(): Promise<Host> {
  const child = await startNode("pc-server.ts");
  await nextMessage(child, (message) => ((message as { ready?: boolean }).ready ? true : undefined));
  let last = 0;
  return {
    child,
    order(order) {
      const number = ++last;
      const answered = nextMessage(child, (message) => {
        const answer = message as { number?: number; report?: PcReport };
        return answer.number === number ? answer.report : undefined;
      });
      child.process.send({ order, number });
      return answered;
    },
  };
}

function totalOf(reports: readonly PcReport[]): PcTotals {
  const pcs = reports.flatMap((report) => report.pcs);
  const sum = (of: (pc: (typeof pcs)[number]) => number) => pcs.reduce((total, pc) => total + of(pc), 0);
  const answers = new Map<number, number>();
  for (const { answered } of pcs) {
    for (const [id, times] of answered) if (id > 0) answers.set(id, (answers.get(id) ?? 0) + times);
  }
  return {
    loads: sum(({ counts }) => counts.loads),
    loadsAborted: sum(({ counts }) => counts.loadsAborted),
    unloads: sum(({ counts }) => counts.unloads),
    loadMs: sum(({ counts }) => counts.loadMs),
    answers: sum(({ counts }) => counts.answers),
    prefixHits: sum(({ counts }) => counts.prefixHits),
    prefixTokens: sum(({ counts }) => counts.prefixTokens),
    promptTokens: sum(({ counts }) => counts.promptTokens),
    duplicated: [...answers.values()].reduce((total, times) => total + times - 1, 0),
    inFlight: sum(({ load }) => load.active + load.waiting + load.pending),
  };
}

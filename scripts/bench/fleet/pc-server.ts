import type { HttpPc } from "./pc-http.ts";
import { startHttpPc } from "./pc-http.ts";
import type { PcCounts, PcFault } from "./pc-shapes.ts";
import type { BenchModel, BenchPc } from "./pc-spec.ts";

/** What the process of some simulated PCs is told, by `process.send` with advanced serialization. */
export type PcOrder =
  | {
      readonly kind: "start";
      readonly pcs: readonly BenchPc[];
      readonly models: readonly BenchModel[];
      readonly scale: number;
      readonly flushMs: number;
    }
  | { readonly kind: "fault"; readonly pc: string; readonly fault: PcFault }
  /** All PCs are started anew, with empty memories. */
  | { readonly kind: "restart" }
  | { readonly kind: "reset-counts" }
  | { readonly kind: "report" };

/** What it answers to `start` (ports by name) and to `report`; to anything else an empty one. */
export interface PcReport {
  readonly pcs: readonly {
    readonly name: string;
    readonly port: number;
    readonly counts: PcCounts;
    readonly load: { readonly active: number; readonly waiting: number; readonly pending: number };
    readonly resident: readonly string[];
    /** How often each request of the workload got a complete answer. */
    readonly answered: ReadonlyMap<number, number>;
  }[];
}

// Hosts several simulated PCs in a process of its own. Orders come one at a time with a number, and are answered.
const running: HttpPc[] = [];
process.on("message", ({ order, number }: { order: PcOrder; number: number }) => {
  void obey(order).then((report) => process.send?.({ number, report }));
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });

async function obey(order: PcOrder): Promise<PcReport> {
  switch (order.kind) {
    case "start":
      for (const pc of order.pcs) running.push(await startHttpPc(pc, order.models, order));
      return report();
    case "fault":
      await running.find(({ name }) => name === order.pc)?.fault(order.fault);
      return { pcs: [] };
    case "restart":
      for (const pc of running) {
        await pc.fault({ kind: "kill" });
        await pc.fault({ kind: "slow", factor: 1 });
        await pc.fault({ kind: "return" });
        pc.resetCounts();
      }
      return { pcs: [] };
    case "reset-counts":
      for (const pc of running) pc.resetCounts();
      return { pcs: [] };
    case "report":
      return report();
  }
}

function report(): PcReport {
  return {
    pcs: running.map(({ name, port, model, answered }) => ({
      name,
      port,
      counts: model.counts,
      load: model.load(),
      resident: model.resident().map((one) => one.model),
      answered,
    })),
  };
}

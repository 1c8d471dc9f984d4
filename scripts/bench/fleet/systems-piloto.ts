import { FRONT_TOKENS, type FrontEstimate, type FrontOptions, type FrontQuestion } from "./front-shapes.ts";
import type { BenchFleet } from "./pc-spec.ts";
import type { RunningSystem, SystemOptions } from "./systems.ts";
import { cpuUs, nextMessage, startNode } from "./systems-child.ts";

/** Prompts of the workloads fit; the same for every model and PC, as Piloto always has it. */
const CONTEXT_TOKENS = 32_768;
/** Nobody gives up waiting: a bench measures how long it takes. The rivals' queues are as patient. */
const PATIENT_MS = 24 * 3_600_000;

/**
 * Piloto's own front: the endpoint for other programs over the fleet, its clock as fast as the PCs'. Settings tell it
 * what an operator knows of the PCs (memory, models at once, requests at once), as the rivals' configurations do.
 */
export async function startPiloto({ pcs, scale }: SystemOptions, fleet: BenchFleet): Promise<RunningSystem> {
  const ports = new Map(pcs.map(({ name, port }) => [name, port]));
  const options: FrontOptions = {
    nodes: fleet.pcs.map(({ name, vramGB, maxLoaded, slots }) => ({
      name,
      url: `http://127.0.0.1:${ports.get(name)}`,
      vramBytes: vramGB * 1e9,
      maxLoaded,
      slots,
    })),
    scale,
    withEstimates: true,
    fleet: {
      contextTokens: CONTEXT_TOKENS,
      limits: { waiting: 1_000_000 },
      timing: { waitMs: { interactive: PATIENT_MS, batch: PATIENT_MS } },
    },
  };
  const child = await startNode("front-child.ts", [JSON.stringify(options)]);
  const url = await nextMessage(child, (message) => {
    const { kind, url } = message as { kind?: string; url?: string };
    return kind === "ready" ? url : undefined;
  });
  return {
    url,
    headers: {
      interactive: { authorization: `Bearer ${FRONT_TOKENS.interactive}` },
      batch: { authorization: `Bearer ${FRONT_TOKENS.batch}` },
    },
    cpuUs: () => cpuUs(child.pid),
    async estimates() {
      const answer = nextMessage(child, (message) => {
        const { kind, estimates } = message as { kind?: string; estimates?: FrontEstimate[] };
        return kind === "estimates" ? estimates : undefined;
      });
      child.process.send({ kind: "estimates" } satisfies FrontQuestion);
      return (await answer).flatMap(({ toldMs, actualMs }) =>
        toldMs === undefined || actualMs === undefined ? [] : { shownMs: toldMs, waitedMs: actualMs },
      );
    },
    stop: () => child.stop(),
  };
}

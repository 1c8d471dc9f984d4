import { onTestFinished } from "vitest";
import type { Clock } from "../../core/ports/clock.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import type { PcControl, SeenRequest } from "../../src/demo/simulated-pc-control.ts";
import type { SimulatedModel, SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { createPullClient } from "../../src/fleet/pull/pull-client.ts";
import type { PullNode } from "../../src/fleet/pull/pull-on-node.ts";

export const model = (name: string, more: Partial<SimulatedModel> = {}): SimulatedModel => ({
  name,
  sizeBytes: 5e9,
  capabilities: ["completion", "tools"],
  contextLength: 32_768,
  ...more,
});

export const pc = (name: string, ...models: SimulatedModel[]): SimulatedPc => ({ name, models });

/** What a PC was asked at a path. */
export const seenAt = (control: PcControl, path: string): SeenRequest[] =>
  control.seen.filter((request) => request.path === path);

/** What a promise fails with; `undefined` when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string } | undefined> {
  return work.then(
    () => undefined,
    (error: { code: string; message: string }) => error,
  );
}

/** Real time, but a hundred times as fast: pauses of seconds are over at once. */
export function fastClock(factor = 100): Clock {
  const real = systemClock();
  const startMs = real.nowMs();
  return {
    nowMs: () => startMs + (real.nowMs() - startMs) * factor,
    sleep: (ms, signal) => real.sleep(ms / factor, signal),
  };
}

interface PullSituation {
  readonly room?: Record<string, Partial<PullNode>>;
  readonly timeFactor?: number;
  /** Else only the pauses between two tries are quick. */
  readonly clock?: Clock;
}

/** Simulated PCs and a way to pull to each, stopped when the test ends. `room` is by PC. */
export async function pullHouse(pcs: readonly SimulatedPc[], { room = {}, timeFactor = 0, clock }: PullSituation = {}) {
  const brain: Brain = () => ({ text: "hello" });
  const simulated = await startSimulatedPcs(pcs, { brain, clock: systemClock(), timeFactor });
  const nodes: PullNode[] = simulated.nodes.map((node) => ({
    name: node.name,
    client: createPullClient(node, clock ?? systemClock()),
    ...room[node.name],
  }));
  onTestFinished(async () => {
    await Promise.all(nodes.map(({ client }) => client.close()));
    await simulated.stop();
  });
  const leaving = new AbortController();
  return { deps: { nodes, clock: clock ?? fastClock(), signal: leaving.signal }, leaving, control: simulated.control };
}

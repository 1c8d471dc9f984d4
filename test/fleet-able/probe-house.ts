import { onTestFinished } from "vitest";
import type { FleetModel, FleetNode } from "../../core/domain/fleet-node.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import type { SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { DEFAULT_LIMITS, DEFAULT_TIMING } from "../../src/fleet/fleet-options.ts";
import { createModelReader, mergeModels } from "../../src/fleet/known-models.ts";
import { fullName } from "../../src/fleet/model-name.ts";
import { readNodeAddress } from "../../src/fleet/node-address.ts";
import { createOllamaClient } from "../../src/fleet/ollama-client.ts";
import type { PrepareModel } from "../../src/fleet/prepared-model.ts";
import { createAskModel } from "../../src/fleet/probe/ask-model.ts";
import { type ProbeDeps, probeModel } from "../../src/fleet/probe/probe-model.ts";
import { createQuietProbing } from "../../src/fleet/probe/probe-quietly.ts";
import { createVerdicts, type ProbeMemory } from "../../src/fleet/probe/verdicts.ts";
import type { Router, Want } from "../../src/fleet/route/router.ts";
import { silentLogger } from "../support/silent-logger.ts";

const NEVER = new AbortController().signal;
const CONTEXT = 8192;

/** A memory that forgets nothing and can be looked at. */
export function noteMemory(first?: unknown): ProbeMemory & { value: unknown; writes: number } {
  const memory = {
    value: first,
    writes: 0,
    read: () => memory.value,
    write(value: unknown) {
      memory.value = JSON.parse(JSON.stringify(value));
      memory.writes += 1;
    },
  };
  return memory;
}

/**
 * Simulated PCs over real HTTP with a router of the plainest kind (the first PC that holds the model, else the first
 * that has it), so that what is tested is the testing of models.
 */
export async function probeHouse(
  pcs: readonly SimulatedPc[],
  brain: Brain,
  { memory = noteMemory(), clock = systemClock() }: { memory?: ProbeMemory; clock?: Clock } = {},
) {
  const simulated = await startSimulatedPcs(pcs, { brain, clock: systemClock(), timeFactor: 0 });
  const nodes = simulated.nodes.map((node) => {
    const parts = { clock, timing: { ...DEFAULT_TIMING, connectMs: 500 }, limits: DEFAULT_LIMITS };
    const client = createOllamaClient(node, readNodeAddress(node.url), parts);
    return { ...node, client, control: simulated.control(node.name), inFlight: 0 };
  });
  onTestFinished(async () => {
    await Promise.all(nodes.map(({ client }) => client.close()));
    await simulated.stop();
  });
  const wants: Want[] = [];
  const router: Pick<Router, "route" | "overview"> = {
    async route(want, signal, attempt) {
      wants.push(want);
      const holders = nodes.filter(({ control }) => control.models().includes(want.model));
      const node = holders.find(({ control }) => control.resident().some((r) => r.model === want.model)) ?? holders[0]!;
      node.inFlight += 1;
      try {
        const steps = { firstToken() {}, usage() {} };
        return await attempt({
          node,
          client: node.client,
          keepAliveS: 300,
          firstTokenBudgetMs: 5000,
          signal,
          ...steps,
        });
      } finally {
        node.inFlight -= 1;
      }
    },
    overview: () => ({
      copies: nodes.flatMap(({ name, control, inFlight }) =>
        control.resident().map(({ model }) => ({
          ...{ node: name, model, state: "ready" as const, inFlight, slots: 1, sinceMs: 0 },
        })),
      ),
      queues: [],
      nodes: nodes.map(({ name, inFlight }) => ({ name, breaker: "closed" as const, inFlight })),
    }),
  };
  const prepare: PrepareModel = async (model = "") => ({
    model: fullName(model),
    options: { num_ctx: CONTEXT },
    fixed: { shift: false },
    contextTokens: CONTEXT,
    isEmbeddingOnly: false,
  });
  const readModels = createModelReader();
  const fleet = {
    async models(): Promise<FleetModel[]> {
      const seen = nodes.map(async ({ name, client }) => ({ name, models: await readModels(client, NEVER) }));
      return mergeModels(await Promise.all(seen));
    },
    nodes: async (): Promise<FleetNode[]> =>
      nodes.map(({ name, url, control, inFlight }) => ({
        ...{ name, url, health: "up", requestsInFlight: inFlight },
        resident: control.resident().map(({ model }) => model),
      })),
  };
  const verdicts = createVerdicts(memory, clock);
  const deps = { router: router as Router, prepare, clock, fleet, verdicts, logger: silentLogger() };
  return {
    nodes,
    wants,
    fleet,
    verdicts,
    control: simulated.control,
    quiet: createQuietProbing(deps),
    /** Tests one model on demand. */
    async probe(name: string, more: Partial<ProbeDeps> = {}, signal = NEVER) {
      const model = (await fleet.models()).find((one) => one.name === name)!;
      const ask = createAskModel(deps, { isQuiet: false });
      const probed = await probeModel({ ...model, digest: model.digests![0]! }, { ask, clock, ...more }, signal);
      if (probed.kind !== "verdict") throw new Error("A test on demand always has the time.");
      return probed.verdict;
    },
    /** Somebody loads a model, as requests through Piloto do. */
    load: (pc: string, model: string, context = CONTEXT) =>
      nodes
        .find(({ name }) => name === pc)!
        .client.load(model, { options: { num_ctx: context }, keepAliveS: 300 }, NEVER),
  };
}

import { setTimeout as wait } from "node:timers/promises";
import type { Clock, IdSource } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { FleetModels, FleetNodeSettings } from "../settings-fleet.ts";
import { allowEndpoints } from "../tools/allow-endpoints.ts";
import type { Egress } from "../tools/egress.ts";
import { addService, removeService } from "../tools/services.ts";
import { NODES_KEY } from "./demo-nodes.ts";
import { DEMO_PROJECT, DEMO_SERVICE, EVERYDAY_WRITES } from "./demo-project.ts";
import { simulatedBrain } from "./simulated-brain.ts";
import type { SimulatedModel, SimulatedPc } from "./simulated-pc-spec.ts";
import { startSimulatedPcs } from "./simulated-pcs.ts";
import { startWorkshop, type Workshop } from "./workshop.ts";

export interface DemoDeps {
  readonly stores: Stores;
  readonly egress: Egress;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface Demo {
  readonly nodes: readonly FleetNodeSettings[];
  readonly models: FleetModels;
  /** Registers the workshop in the demo's project, or finds it registered at its address. */
  register(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the workshop listens the first time. */
const WORKSHOP_PORT = 7421;
const BY = "piloto";

/**
 * Three simulated GPU PCs and a small workshop, on loopback, with no model and no network behind them.
 * The workshop's stock is in memory: a restart is a new morning there; Piloto's own history stays.
 */
export async function startDemo(deps: DemoDeps): Promise<Demo> {
  const [pcs, workshop] = await Promise.all([
    startSimulatedPcs(PCS, { brain: simulatedBrain(), clock: deps.clock, timeFactor: 0.1 }),
    openWorkshop(deps.stores),
  ]);
  const nodes = pcs.nodes.map((node) => ({ ...node, ...factsOf(node.name) }));
  await deps.stores.atomically((tx) => tx.settings.set(NODES_KEY, JSON.stringify(nodes)));
  return {
    nodes,
    // Loaded before the first question.
    models: { [planner.name]: { pinned: ["pc-north"] } },
    register: () => registerWorkshop(workshop.url, deps),
    async stop() {
      await Promise.all([pcs.stop(), workshop.stop()]);
    },
  };
}

/**
 * Where the workshop lay last, so that plans which wait for a decision still mean the same address; else the usual
 * port, else any free one.
 */
async function openWorkshop(stores: Stores): Promise<Workshop> {
  const standing = await stores.read((tx) => tx.services.get(DEMO_PROJECT.project.id, DEMO_SERVICE));
  const lastPort = standing && Number(new URL(standing.baseUrl).port);
  for (const port of [lastPort, WORKSHOP_PORT]) {
    const workshop = port ? await startUnlessTaken(port) : undefined;
    if (workshop) return workshop;
  }
  return startWorkshop();
}

/** A restart may find its own port still closing: one more try a moment later. */
async function startUnlessTaken(port: number): Promise<Workshop | undefined> {
  for (const pauseMs of [0, 100]) {
    await wait(pauseMs);
    try {
      return await startWorkshop({ port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
  return undefined;
}

async function registerWorkshop(url: string, deps: DemoDeps): Promise<void> {
  const projectId = DEMO_PROJECT.project.id;
  const standing = await deps.stores.read((tx) => tx.services.get(projectId, DEMO_SERVICE));
  if (standing?.baseUrl === url) return;
  if (standing) await removeService({ projectId, name: DEMO_SERVICE, by: BY }, deps);
  await addService({ projectId, name: DEMO_SERVICE, source: url, by: BY }, deps);
  await allowEndpoints({ projectId, name: DEMO_SERVICE, patterns: EVERYDAY_WRITES, by: BY }, deps);
}

const GIB = 2 ** 30;

const planner: SimulatedModel = {
  name: "simulated-planner:8b",
  sizeBytes: 5 * GIB,
  capabilities: ["completion", "tools"],
  contextLength: 32_768,
  numParallel: 2,
};
const writer: SimulatedModel = {
  name: "simulated-writer:14b",
  sizeBytes: 9 * GIB,
  capabilities: ["completion"],
  contextLength: 16_384,
  numParallel: 2,
};

/** Not there yet: `piloto models pull simulated-helper:3b` shows a pull. */
const helper: SimulatedModel = {
  name: "simulated-helper:3b",
  sizeBytes: 2 * GIB,
  capabilities: ["completion", "tools"],
  contextLength: 32_768,
  numParallel: 2,
};
const registry = [planner, writer, helper];

const PCS: readonly SimulatedPc[] = [
  { name: "pc-north", models: [planner, writer], vramBytes: 24 * GIB, registry },
  { name: "pc-south", models: [planner], vramBytes: 12 * GIB, registry },
  { name: "pc-attic", models: [writer], vramBytes: 12 * GIB, registry },
];

/** What a person would have said of such a PC in the settings. */
function factsOf(name: string): Pick<FleetNodeSettings, "vramGB" | "slots"> {
  const vramBytes = PCS.find((pc) => pc.name === name)?.vramBytes ?? 0;
  return { vramGB: vramBytes / GIB, slots: 2 };
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock } from "../../src/clock.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import type { SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop } from "../../src/demo/workshop.ts";

/** What is outside the process that is killed, and lives on: its data folder, a GPU PC and a service. */
export interface KillWorld {
  /** Data folder, with the settings in it. */
  readonly folder: string;
  /** How often each idempotency key took effect: the service does what it is told, as often as it is told. */
  effects(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const GIB = 2 ** 30;
const PC: SimulatedPc = {
  name: "pc-1",
  models: [
    {
      name: "simulated-planner:8b",
      sizeBytes: 5 * GIB,
      capabilities: ["completion", "tools"],
      contextLength: 32_768,
    },
  ],
  vramBytes: 24 * GIB,
};
/** Long enough that some kills fall between an effect and its answer, and before it. */
const CALL_MS = 15;

export async function openKillWorld(): Promise<KillWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-kill-"));
  const pcs = await startSimulatedPcs([PC], { brain: simulatedBrain(), clock: systemClock(), timeFactor: 0.002 });
  const workshop = await startWorkshop({ remembers: false });
  workshop.control.delayMs = CALL_MS;
  const who = ["terminal:*"];
  const services = { workshop: { source: workshop.url, allow: EVERYDAY_WRITES } };
  const limits = { callsPerHour: 1_000_000 };
  const project = {
    name: "Workshop",
    access: { propose: who, confirm: ["terminal:ben"], administer: [] },
    limits,
    services,
  };
  const settings = { fleet: pcs.nodes, logLevel: "silent", projects: { workshop: project } };
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
  return {
    folder,
    effects() {
      const times = new Map<string, number>();
      for (const { idempotencyKey: key = "" } of workshop.state.changes) times.set(key, (times.get(key) ?? 0) + 1);
      return times;
    },
    async stop() {
      await Promise.all([pcs.stop(), workshop.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock } from "../../src/clock.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import type { SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop } from "../../src/demo/workshop.ts";

/** What a Piloto in a chat app works with, and what outlives it: a data folder, GPU PCs and a service. */
export interface ChatAppOutside {
  /** Data folder, with the settings in it. */
  readonly folder: string;
  /** How often each idempotency key took effect: the service does what it is told, as often as it is told. */
  effects(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export interface OutsideOptions {
  /** `slack` or `discord`: everybody there may ask and decide. */
  readonly face: string;
  /** More of the settings file: the section of the chat app, for one. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A share of the simulated time of models: 0 answers at once. */
  readonly timeFactor: number;
  /** How long the service takes for each call. */
  readonly callMs: number;
}

const GIB = 2 ** 30;
const pc = (name: string): SimulatedPc => ({
  name,
  models: [
    {
      name: "simulated-planner:8b",
      sizeBytes: 5 * GIB,
      capabilities: ["completion", "tools"],
      contextLength: 32_768,
    },
  ],
  vramBytes: 24 * GIB,
});

/** No limit of a project decides how fast a bench is. */
const LIMITS = { callsPerHour: 10_000_000, runsAtOnce: 500, callsAtOncePerService: 500 };

export async function openChatAppOutside({
  face,
  settings,
  timeFactor,
  callMs,
}: OutsideOptions): Promise<ChatAppOutside> {
  const folder = mkdtempSync(path.join(tmpdir(), `piloto-${face}-`));
  const pcs = await startSimulatedPcs(["pc-1", "pc-2", "pc-3", "pc-4"].map(pc), {
    brain: simulatedBrain(),
    clock: systemClock(),
    timeFactor,
  });
  const workshop = await startWorkshop({ remembers: false });
  workshop.control.delayMs = callMs;
  const who = [`${face}:*`];
  const project = {
    name: "Workshop",
    access: { propose: who, confirm: who, administer: [] },
    limits: LIMITS,
    services: { workshop: { source: workshop.url, allow: EVERYDAY_WRITES } },
  };
  const content = { fleet: pcs.nodes, logLevel: "warn", projects: { workshop: project }, ...settings };
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(content));
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

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

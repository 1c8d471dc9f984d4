import { mkdtempSync } from "node:fs";
import path from "node:path";
import type { RunningPcs } from "./pc-processes.ts";
import { startPcs } from "./pc-processes.ts";
import type { BenchFleet } from "./pc-spec.ts";
import { planByDisk, startHaproxy } from "./rivals-haproxy.ts";
import { startNginx } from "./rivals-nginx.ts";
import { planByHand, preload } from "./rivals-pinned.ts";
import { startRoundRobin } from "./rivals-round-robin.ts";
import type { RunningSystem, SystemName, SystemOptions } from "./systems.ts";
import { startPiloto } from "./systems-piloto.ts";

/** A system with simulated PCs of its own. */
export interface Side {
  readonly name: SystemName;
  readonly pcs: RunningPcs;
  readonly system: RunningSystem;
  stop(): Promise<void>;
}

export interface SideOptions {
  readonly fleet: BenchFleet;
  readonly scale: number;
  readonly flushMs: number;
  /** For configuration and temporary files of all sides. */
  readonly folder: string;
  readonly largestBodyBytes?: number;
}

/** Starts a system and its PCs; models that it has pinned by hand are in memory when this resolves. */
export async function startSide(name: SystemName, side: SideOptions): Promise<Side> {
  const { fleet, scale, flushMs, largestBodyBytes = 0 } = side;
  const pcs = await startPcs(fleet, { scale, flushMs, processes: 1 });
  const folder = mkdtempSync(path.join(side.folder, `${name}-`));
  const options: SystemOptions = { pcs: pcs.pcs, folder, scale, largestBodyBytes };
  if (name === "pinned") await preload(planByHand(fleet), pcs.pcs);
  const system = await START[name](options, fleet);
  return {
    name,
    pcs,
    system,
    async stop() {
      await system.stop();
      await pcs.stop();
    },
  };
}

const START: Readonly<Record<SystemName, (options: SystemOptions, fleet: BenchFleet) => Promise<RunningSystem>>> = {
  piloto: startPiloto,
  pinned: (options, fleet) => startHaproxy(planByHand(fleet), options, "model"),
  haproxy: (options) => startHaproxy(planByDisk(options.pcs), options),
  least_conn: startNginx,
  round_robin: startRoundRobin,
};

import { isPilotoError } from "../core/domain/errors.ts";
import type { ModelFleet } from "../core/ports/model-fleet.ts";
import type { Stores } from "../core/ports/stores.ts";
import type { HouseState } from "./http/house-state.ts";
import type { Settings } from "./settings.ts";

const PROBE_KEY = "health-probe";

/** How Piloto stands now: writes one row to see that the store takes writes, and asks the fleet what it knows. */
export async function houseState(
  { stores, fleet, settings }: { stores: Stores; fleet: ModelFleet; settings: Settings },
  core: HouseState["core"],
): Promise<HouseState> {
  const storage = await probe(stores);
  const [nodes, queue] = await Promise.all([
    fleet.nodes(),
    storage === "ok" ? stores.read((tx) => tx.queue.size()) : undefined,
  ]);
  return {
    isReady: storage === "ok" && core === "started",
    version: process.env.PILOTO_VERSION ?? "0.0.0",
    isDemo: settings.isDemo,
    storage,
    core,
    fleet: nodes.map(({ name, health, reason }) => ({ name, health, ...(reason ? { reason } : {}) })),
    ...(queue ? { queue } : {}),
  };
}

async function probe(stores: Stores): Promise<string> {
  try {
    await stores.atomically((tx) => tx.settings.set(PROBE_KEY, "1"));
    return "ok";
  } catch (error) {
    if (isPilotoError(error)) return error.message;
    throw error;
  }
}

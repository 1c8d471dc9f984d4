import type { ChatFace } from "../bots/index.ts";
import { isPilotoError } from "../core/domain/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ModelFleet } from "../core/ports/model-fleet.ts";
import type { Stores } from "../core/ports/stores.ts";
import type { HouseState } from "./http/house-state.ts";
import type { Settings } from "./settings.ts";

const PROBE_KEY = "health-probe";
/** However often somebody asks, the store is written to once in this time. */
const PROBE_EVERY_MS = 2_000;

/** How Piloto stands now: whether the store takes writes, and what the fleet knows of itself. */
export async function houseState(
  {
    stores,
    fleet,
    settings,
    faces,
  }: { stores: Stores; fleet: ModelFleet; settings: Settings; faces: readonly ChatFace[] },
  { core, probe }: { core: HouseState["core"]; probe: () => Promise<string> },
): Promise<HouseState> {
  const storage = await probe();
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
    fleet: nodes.map(({ name, health, reason, isDrained, isOnTrial }) => ({
      name,
      health,
      ...(reason ? { reason } : {}),
      ...(isDrained ? { isDrained } : {}),
      ...(isOnTrial ? { isOnTrial } : {}),
    })),
    faces: faces.map((face) => {
      const { state, why, counts } = face.health();
      return { face: face.platform.face, state, ...(why ? { why } : {}), counts };
    }),
    ...(queue ? { queue } : {}),
  };
}

/** Writes one row to see that the store takes writes: `ok`, or one sentence why not. */
export function storageProbe({ stores, clock }: { stores: Stores; clock: Clock }): () => Promise<string> {
  let last: { readonly atMs: number; readonly found: Promise<string> } | undefined;
  return () => {
    const nowMs = clock.nowMs();
    if (!last || nowMs - last.atMs >= PROBE_EVERY_MS) last = { atMs: nowMs, found: writeOneRow(stores) };
    return last.found;
  };
}

async function writeOneRow(stores: Stores): Promise<string> {
  try {
    await stores.atomically((tx) => tx.settings.set(PROBE_KEY, "1"));
    return "ok";
  } catch (error) {
    if (isPilotoError(error)) return error.message;
    throw error;
  }
}

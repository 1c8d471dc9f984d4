import { z } from "zod";
import type { Stores } from "../../core/ports/stores.ts";
import type { FleetNodeSettings } from "../settings-fleet.ts";

/** Where a running demo tells commands beside it which ports its simulated PCs got. */
export const NODES_KEY = "demo-nodes";

const Nodes = z.array(
  z.object({ name: z.string(), url: z.url(), vramGB: z.number().optional(), slots: z.number().optional() }),
);

/** The PCs of the demo that runs, or ran last, on this data; none before the first. */
export async function demoNodes(stores: Stores): Promise<readonly FleetNodeSettings[]> {
  const text = await stores.read((tx) => tx.settings.get(NODES_KEY));
  return text === undefined ? [] : Nodes.parse(JSON.parse(text));
}

import { isPilotoError } from "../../core/domain/errors.ts";
import { takeOwnership } from "../../storage/index.ts";
import { setDrained } from "../drained-pcs.ts";
import type { Explanation, FleetRequest } from "../fleet/schedule/shapes.ts";
import type { FleetPicture } from "../fleet-control.ts";
import type { CommandHouse } from "../open-for-command.ts";
import { findRunning } from "./control-client.ts";

/** The fleet as a command sees it: through the Piloto that runs, or by a look of its own at the PCs. */
export interface ReachedFleet {
  /** The address of the Piloto that was asked; absent: this command looked itself, and knows no queue. */
  readonly url?: string;
  /** Why no Piloto was asked, as a sentence. */
  readonly note?: string;
  picture(): Promise<FleetPicture>;
  explain(request: Omit<FleetRequest, "id">): Promise<Explanation>;
  decisions(): Promise<readonly Explanation[]>;
  /** `false`: it was so already. @throws PilotoError SETTINGS_INVALID: no such PC */
  drain(node: string, isDrained: boolean, by: string): Promise<boolean>;
}

/** @throws PilotoError STORE_UNREACHABLE | SETTINGS_INVALID */
export async function reachFleet(house: CommandHouse): Promise<ReachedFleet> {
  const { dataFolder } = house.settings;
  const running = await findRunning(dataFolder);
  if (running) return running;
  return { note: isOwned(dataFolder) ? NOT_REACHABLE : NOT_RUNNING, ...lookAlone(house) };
}

const NOT_RUNNING = "Piloto does not run here, so nothing is queued. This is what the PCs say themselves.";
const NOT_REACHABLE =
  "A Piloto works on this data without a server for commands (a chat, a one-shot command), so its queues are not known. This is what the PCs say themselves.";

function isOwned(folder: string): boolean {
  try {
    takeOwnership(folder).release();
    return false;
  } catch (error) {
    if (isPilotoError(error, "DATA_IN_USE")) return true;
    throw error;
  }
}

function lookAlone(house: CommandHouse): Omit<ReachedFleet, "url" | "note"> {
  const { stores, clock } = house;
  return {
    async picture() {
      const fleet = await house.fleet();
      const [nodes, models] = [await fleet.nodes(), await fleet.models()];
      // To this process every copy is somebody else's.
      return { nodes, models, scheduler: { ...fleet.router.overview(), copies: [], queues: [] } };
    },
    async explain(request) {
      const fleet = await house.fleet();
      await fleet.nodes();
      return fleet.router.explain(request);
    },
    decisions: async () => [],
    async drain(node, isDrained, by) {
      const fleet = await house.fleet();
      await fleet.router.drain(node, isDrained);
      return setDrained({ node, isDrained, by }, { stores, clock });
    },
  };
}

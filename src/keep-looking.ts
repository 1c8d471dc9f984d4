import type { Clock } from "../core/ports/clock.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Stores } from "../core/ports/stores.ts";
import { drainedPcs } from "./drained-pcs.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { ServedPrograms } from "./serve-programs.ts";

/** So soon a running Piloto knows what a command beside it said. */
const EVERY_MS = 2_000;

export interface LookedAfter {
  readonly fleet: Pick<Fleet, "nodes" | "router">;
  readonly stores: Stores;
  /** Absent where nobody serves. */
  readonly programs?: ServedPrograms;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Does what commands wrote into the store: PCs that were drained or returned, and the first program with a token. */
export async function keepLooking(after: LookedAfter, signal: AbortSignal): Promise<void> {
  const { clock, logger } = after;
  let failed = "";
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      await lookOnce(after);
      failed = "";
    } catch (error) {
      // A database that does not answer now may answer in the next round.
      if (failed !== String(error) && !signal.aborted) logger.warn({ error }, "What commands said could not be read");
      failed = String(error);
    }
  }
}

async function lookOnce({ fleet, stores, programs }: LookedAfter): Promise<void> {
  const drained = await drainedPcs(stores);
  for (const { name, isDrained = false } of await fleet.nodes()) {
    if (drained.has(name) !== isDrained) await fleet.router.drain(name, drained.has(name));
  }
  await programs?.look();
}

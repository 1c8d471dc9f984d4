import { isPilotoError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Stores } from "../ports/stores.ts";
import { createWaker } from "../progress/waker.ts";
import { expirePlans } from "./expire-plans.ts";

export interface UpkeepPorts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often to tick; default 1 s. */
  readonly everyMs?: number;
  /** Writes a signed checkpoint of the audit chain outside the database. */
  readonly checkpoint?: () => Promise<unknown>;
  /** Default 60 s. */
  readonly checkpointEveryMs?: number;
}

export interface Upkeep {
  /** Ticks at once and then regularly. A second start does nothing. */
  start(): void;
  /** Resolves when the tick under way is over. Twice does no harm. */
  stop(): Promise<void>;
}

/** What has to be done from time to time: drafts expire, the audit chain is sealed. */
export function createUpkeep(ports: UpkeepPorts): Upkeep {
  const { clock, logger, everyMs = 1_000, checkpointEveryMs = 60_000 } = ports;
  const waker = createWaker(clock);
  let sealedAtMs = Number.NEGATIVE_INFINITY;
  let loop: Promise<void> | undefined;

  async function tick(): Promise<void> {
    await expirePlans(ports);
    if (!ports.checkpoint || clock.nowMs() - sealedAtMs < checkpointEveryMs) return;
    sealedAtMs = clock.nowMs();
    await ports.checkpoint();
  }

  async function run(): Promise<void> {
    while (!waker.isStopped) {
      try {
        await tick();
      } catch (error) {
        // The top of this loop: told here, and tried again at the next tick.
        logger[isPilotoError(error) ? "warn" : "error"]({ err: error }, "Upkeep failed; it tries again.");
      }
      await waker.sleepUntil(clock.nowMs() + everyMs);
    }
  }

  return {
    start() {
      loop ??= run();
    },
    async stop() {
      waker.stop();
      await loop;
    },
  };
}

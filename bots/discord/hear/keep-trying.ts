import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Does again, with growing pauses, what must not be left out and does no harm when it is done twice: while the database
 * is away, catching up has to wait. Ends without it when `signal` aborts. Never rejects.
 */
export async function keepTrying(
  what: string,
  work: () => Promise<void>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      logger.warn({ what, error: String(error).slice(0, 300) }, "It did not work, and is tried again.");
      await clock.sleep(pauseMs, signal);
    }
  }
}

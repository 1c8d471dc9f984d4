import type { Clock } from "../../../core/ports/clock.ts";
import { troubleOf } from "./trouble.ts";

const PAUSES_MS = [300, 1_500, 5_000];

/**
 * Does again what Discord did not answer, or answered with a failure of its own: a few times, with pauses. Only for
 * what changes nothing when it is done twice. A refusal is not repeated.
 */
export async function patiently<T>(work: () => Promise<T>, { clock }: { clock: Clock }): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (troubleOf(error) !== undefined) throw error;
      await clock.sleep(pauseMs);
    }
  }
  return work();
}

import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK } from "../slack-ids.ts";

/** Claims that hold over restarts and processes. */
export interface Once {
  /** `true` for whoever asks first for a key, whichever process; `false` ever after (two days at least). */
  first(key: string): Promise<boolean>;
}

const KEPT_MS = 172_800_000;
const SWEEP_EVERY_MS = 3_600_000;
const MOST_REMEMBERED = 5_000;
const MOST_KEY = 280;

/** What Slack delivers twice is done once: claims by note, and the latest ones in memory. */
export function openOnce({ stores, clock }: { stores: Stores; clock: Clock }): Once {
  const taken = new Set<string>();
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  return {
    async first(key) {
      const note = `once/${key}`.slice(0, MOST_KEY);
      if (taken.has(note)) return false;
      taken.add(note);
      for (const oldest of taken) {
        if (taken.size <= MOST_REMEMBERED) break;
        taken.delete(oldest);
      }
      const nowMs = clock.nowMs();
      const isTimeToSweep = nowMs - sweptAtMs > SWEEP_EVERY_MS;
      if (isTimeToSweep) sweptAtMs = nowMs;
      try {
        return await stores.atomically(async (tx) => {
          if (isTimeToSweep) await tx.faceNotes.forget(SLACK, "once/", nowMs - KEPT_MS);
          return tx.faceNotes.putNew(SLACK, note, true, nowMs);
        });
      } catch (error) {
        // Nobody holds it: the next delivery may try again.
        taken.delete(note);
        throw error;
      }
    },
  };
}

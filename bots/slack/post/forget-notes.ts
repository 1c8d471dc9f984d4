import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK } from "../slack-ids.ts";

const DAY_MS = 24 * 3_600_000;
const KEPT_MS = 30 * DAY_MS;
const PREFIXES = ["only:", "file:", "preview:"];

/** Forgets what was noted about messages more than 30 days ago, once a day when it is called; else it does nothing. */
export function createForgetNotes({ stores, clock }: { stores: Stores; clock: Clock }): () => Promise<void> {
  let nextMs = 0;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs < nextMs) return;
    nextMs = nowMs + DAY_MS;
    await stores.atomically(async (tx) => {
      for (const prefix of PREFIXES) await tx.faceNotes.forget(SLACK, prefix, nowMs - KEPT_MS);
    });
  };
}

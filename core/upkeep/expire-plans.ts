import { expirePlan } from "../planning/expire-plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores } from "../ports/stores.ts";

const AT_ONCE = 50;

/** Ends all drafts whose time is over, each with a word in its thread. Returns how many. */
export async function expirePlans({ stores, clock }: { stores: Stores; clock: Clock }): Promise<number> {
  let expired = 0;
  for (;;) {
    const nowMs = clock.nowMs();
    const due = await stores.read((tx) => tx.runs.expired(nowMs, AT_ONCE));
    if (due.length === 0) return expired;
    const now = await stores.atomically(async (tx) => {
      let count = 0;
      for (const run of due) if (await expirePlan(tx, run, nowMs)) count += 1;
      return count;
    });
    expired += now;
    // Somebody else is at the same ones: the next tick sees what is left.
    if (now === 0) return expired;
  }
}

import { faceOf } from "../domain/ids.ts";
import type { RunState } from "../domain/plan-run.ts";
import type { Stores } from "../ports/stores.ts";
import { announceRun } from "./announce.ts";

const OPEN: readonly RunState[] = ["draft", "queued", "running", "waiting"];
const MOST = 200;

/** Makes the cards of a face's open runs due again, the latest 200: for a face that forgets what it showed. */
export async function announceOpenRuns(stores: Stores, face: string, atMs: number): Promise<void> {
  await stores.atomically(async (tx) => {
    const { items } = await tx.runs.page({ states: OPEN }, { limit: MOST });
    for (const run of items.toReversed()) if (faceOf(run.chatId) === face) await announceRun(tx, run, atMs);
  });
}

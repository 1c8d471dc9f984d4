import type { Stores } from "../ports/stores.ts";
import { announceRun } from "./announce.ts";

const HOUR_MS = 3_600_000;
/** Cards made due in one transaction: others write in between. */
const AT_ONCE = 200;

/**
 * Makes the cards of a face due again: of all its runs that are not over, and of those that ended within
 * `endedWithinMs` (default: an hour), whose last picture may have been missed. For a face that forgets what it showed
 * or was out of reach. Cards that show the facts already are not sent again by the process that sent them.
 */
export async function announceOpenRuns(
  stores: Stores,
  face: string,
  atMs: number,
  { endedWithinMs = HOUR_MS }: { readonly endedWithinMs?: number } = {},
): Promise<void> {
  const cards = await stores.read((tx) => tx.outbox.openCards(face, atMs - endedWithinMs));
  for (let at = 0; at < cards.length; at += AT_ONCE) {
    await stores.atomically(async (tx) => {
      for (const { runId, chatId } of cards.slice(at, at + AT_ONCE)) {
        await announceRun(tx, { id: runId, chatId }, atMs);
      }
    });
  }
}

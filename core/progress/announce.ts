import type { ChatId, RunId } from "../domain/ids.ts";
import type { Tx } from "../ports/stores.ts";

/** The run's card no longer shows the facts. Call in the transaction that changed them. */
export function announceRun(tx: Tx, run: { id: RunId; chatId: ChatId }, atMs: number): Promise<void> {
  return tx.outbox.cardChanged(run.id, run.chatId, atMs);
}

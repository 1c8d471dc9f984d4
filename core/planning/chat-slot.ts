import type { Chat } from "../domain/chat.ts";
import type { ChatId, RunId } from "../domain/ids.ts";
import { isActive, type PlanRun } from "../domain/plan-run.ts";
import type { ReadTx, Tx } from "../ports/stores.ts";

/**
 * Keeps other transactions that decide in the chat away until this one ends: two plans of a chat confirmed in the
 * same moment must not both find it idle.
 */
export function lockChat(tx: Tx, chatId: ChatId): Promise<void> {
  return tx.chats.set(chatId, {});
}

/** Another run of the chat that is queued, running or waiting. A pointer to a run that is over means nothing. */
export async function busyRun(tx: ReadTx, chat: Chat | undefined, except: RunId): Promise<PlanRun | undefined> {
  if (!chat?.activeRunId || chat.activeRunId === except) return undefined;
  const run = await tx.runs.get(chat.activeRunId);
  return run && isActive(run.state) ? run : undefined;
}

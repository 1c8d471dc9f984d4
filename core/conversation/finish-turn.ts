import { type AuditVerb, auditEntry } from "../access/record-audit.ts";
import type { Language, Message } from "../domain/chat.ts";
import { asId, type MessageId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tx } from "../ports/stores.ts";
import { ABOUT_PLAN_KEY, type ConversationDeps } from "./scene.ts";

export interface TurnEnd {
  readonly text: string;
  readonly language?: Language;
  /** It tells of the plan that waits: a "yes" right after it means that plan. */
  readonly isAboutPlan?: boolean;
  readonly audit?: { readonly did: AuditVerb; readonly target: string; readonly detail: JsonObject };
}

/** The key of the answer to a message, in the outbox and on a platform. */
export const replyKey = (id: MessageId): string => `reply:${id}`;

/**
 * Ends a turn in words: the message is handled, the answer is in the outbox and in the chat's history, in one
 * transaction. `false`, writing nothing, when the message was handled already.
 */
export function finishTurn(
  message: Message,
  end: TurnEnd,
  { stores, clock, ids }: Pick<ConversationDeps, "stores" | "clock" | "ids">,
): Promise<boolean> {
  const id = asId<MessageId>(ids.next());
  return stores.atomically((tx) => finishTurnIn(tx, message, end, { id, atMs: clock.nowMs() }));
}

/** The same inside a transaction that does more. */
export async function finishTurnIn(
  tx: Tx,
  message: Message,
  { text, language, isAboutPlan, audit }: TurnEnd,
  { id, atMs }: { id: MessageId; atMs: number },
): Promise<boolean> {
  const { chatId, account } = message;
  if (!(await tx.messages.setHandled(message.id, atMs))) return false;
  if (language) await tx.chats.set(chatId, { language });
  const key = `${isAboutPlan ? ABOUT_PLAN_KEY : "piloto:reply:"}${message.id}`;
  await tx.messages.add({ id, chatId, key, origin: "piloto", text, atMs, handledAtMs: atMs });
  await tx.outbox.say(chatId, replyKey(message.id), { text }, atMs);
  if (audit) await tx.audit.append(auditEntry(account ?? "piloto", audit.did, audit.target, atMs, audit.detail));
  return true;
}

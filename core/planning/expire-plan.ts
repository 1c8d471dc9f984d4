import { auditEntry } from "../access/record-audit.ts";
import { shortRunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { words } from "../words/words.ts";
import { lockChat } from "./chat-slot.ts";

/**
 * Ends a draft whose time is over and says so in its thread; silence is never a yes. `false`, writing nothing,
 * when it is not this revision's draft any more. Call it inside a transaction.
 */
export async function expirePlan(tx: Tx, run: PlanRun, atMs: number): Promise<boolean> {
  const { id, chatId, revision, planHash } = run;
  await lockChat(tx, chatId);
  const ended = { to: "expired" as const, decidedAtMs: atMs, finishedAtMs: atMs };
  if (!(await tx.runs.setState(id, { from: "draft", revision, planHash, ...ended }))) return false;
  await tx.steps.mark(id, ["pending"], "cancelled");
  const chat = await tx.chats.get(chatId);
  const pointer = chat?.pendingRunId === id ? { pendingRunId: null } : {};
  await tx.chats.set(chatId, { ...pointer, lastRunId: id });
  await tx.audit.append(auditEntry("piloto", "expire-plan", id, atMs, { revision, planHash }));
  const text = words(chat?.language ?? "en").running.expired(plainLine(run.plan.goal, 200), shortRunId(id));
  await tx.outbox.say(chatId, `expired:${id}`, { text }, atMs);
  await announceRun(tx, run, atMs);
  return true;
}

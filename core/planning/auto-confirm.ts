import { holderOf } from "../access/holder-of.ts";
import { may } from "../access/may.ts";
import { auditEntry } from "../access/record-audit.ts";
import { type AccountId, asId } from "../domain/ids.ts";
import { isReadOnly } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { busyRun, lockChat } from "./chat-slot.ts";
import { isAsShown } from "./is-as-shown.ts";

/** Who decides when a project lets plans that only read start by themselves. */
const PILOTO = asId<AccountId>("piloto");

/**
 * Queues a draft without asking, when its project says that plans of reading steps need no confirmation, all its
 * steps only read, who asked may propose, and the chat has no other run at work. Call it in the transaction that
 * made the draft, with the groups of who asked: they are kept, since the permission is asked about again at every
 * step. `false`, writing nothing, when a person must confirm; also the second time.
 */
export async function autoConfirm(tx: Tx, run: PlanRun, atMs: number, groups?: readonly AccountId[]): Promise<boolean> {
  const project = await tx.projects.get(run.projectId);
  if (!project?.readsNeedNoConfirmation || !isReadOnly(run.plan) || !isAsShown(run)) return false;
  const who = await holderOf(tx, { account: run.requestedBy, groups });
  if (!may(who, "propose", project) || run.expiresAtMs <= atMs) return false;
  await lockChat(tx, run.chatId);
  const chat = await tx.chats.get(run.chatId);
  if (await busyRun(tx, chat, run.id)) return false;
  const { id: runId, projectId, chatId, revision, planHash } = run;
  const decided = { decidedBy: PILOTO, decidedAtMs: atMs };
  if (!(await tx.runs.setState(runId, { from: "draft", revision, planHash, to: "queued", ...decided }))) return false;
  if (groups?.length) {
    const vote = { runId, revision, planHash, by: PILOTO, groups, action: "confirm" as const };
    // Nobody's vote: it keeps the groups that the run stands on.
    await tx.votes.add({ ...vote, counted: false, atMs });
  }
  await tx.queue.enqueue({ runId, projectId, chatId, priority: 0, atMs });
  const pointer = chat?.pendingRunId === runId ? { pendingRunId: null } : {};
  await tx.chats.set(chatId, { activeRunId: runId, ...pointer });
  await tx.audit.append(auditEntry("piloto", "auto-confirm-plan", runId, atMs, { revision, planHash }));
  await announceRun(tx, run, atMs);
  return true;
}

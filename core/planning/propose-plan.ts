import { holderOf } from "../access/holder-of.ts";
import { may } from "../access/may.ts";
import { auditEntry } from "../access/record-audit.ts";
import type { Chat, Message } from "../domain/chat.ts";
import { asId, type MessageId, type RunId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { CorePorts } from "../ports/core-ports.ts";
import type { ReadTx, Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { autoConfirm } from "./auto-confirm.ts";
import { lockChat } from "./chat-slot.ts";
import { newRun } from "./new-run.ts";
import { type RejectedBefore, rejectedBefore } from "./rejected-before.ts";
import { rememberPlan } from "./remember-plan.ts";
import { type ThinkDeps, type ThinkRequest, type Thought, thinkPlan } from "./think-plan.ts";

export type ProposeDeps = ThinkDeps & Pick<CorePorts, "stores" | "clock" | "ids">;

export interface ProposeRequest extends Omit<ThinkRequest, "account" | "text"> {
  /** The request, with its account; not yet handled. */
  readonly message: Message;
  /** Words that a model wrote before its plan and that were shown: said in the transaction of the draft. */
  readonly wordsBefore?: () => { readonly key: string; readonly text: string } | undefined;
}

export type Proposed =
  /** Saved, announced, the chat's pending run; `isQueued` when the project lets it start by itself. */
  | { readonly kind: "drafted"; readonly run: PlanRun; readonly isQueued: boolean }
  /** Another worker acted on the message meanwhile: nothing was written. */
  | { readonly kind: "handled-before" }
  | { readonly kind: "not-allowed" }
  /** The same steps were cancelled in this chat and nobody asked for them again. */
  | { readonly kind: "rejected-before"; readonly by: RejectedBefore }
  /** No plan: what to say instead. */
  | { readonly kind: "thought"; readonly thought: Exclude<Thought, { kind: "plan" }> };

/**
 * Asks the fleet for a plan and saves it as the chat's draft. Saving is one transaction: the run, the chat's pending
 * run, the end of the former draft, the audit entry, both cards and the message that is thereby handled. The same
 * message a second time writes nothing.
 * @throws PilotoError with a fleet code when no model could be asked
 */
export async function proposePlan(request: ProposeRequest, deps: ProposeDeps, signal: AbortSignal): Promise<Proposed> {
  const { message, chat } = request;
  const by = message.account;
  const isAllowed = await deps.stores.read((tx) => mayPropose(tx, message, request.project));
  if (!by || !isAllowed) return { kind: "not-allowed" };
  const thought = await thinkPlan({ ...request, account: by, text: message.text }, deps, signal);
  if (thought.kind !== "plan") return { kind: "thought", thought };
  const rejected = await rejectedBefore({ chatId: chat.id, plan: thought.plan, text: message.text }, deps.stores);
  if (rejected) return { kind: "rejected-before", by: rejected };
  const { project, wordsBefore } = request;
  return saveDraft({ chat, project, message, plan: thought.plan, thought, words: wordsBefore?.() }, deps);
}

async function mayPropose(tx: ReadTx, { account, groups }: Message, project: Project): Promise<boolean> {
  return account !== undefined && may(await holderOf(tx, { account, groups }), "propose", project);
}

interface Draft {
  readonly chat: Chat;
  readonly project: Project;
  readonly message: Message;
  readonly plan: Plan;
  readonly thought: Pick<Thought, "model" | "dropped" | "sentBack">;
  readonly words?: { readonly key: string; readonly text: string };
}

async function saveDraft(draft: Draft, { stores, clock, ids }: ProposeDeps): Promise<Proposed> {
  const runId = asId<RunId>(ids.next());
  const noteId = asId<MessageId>(ids.next());
  return stores.atomically(async (tx) => {
    const atMs = clock.nowMs();
    const { message } = draft;
    const project = await tx.projects.get(draft.project.id);
    if (!project || !message.account || !(await mayPropose(tx, message, project))) return { kind: "not-allowed" };
    await lockChat(tx, draft.chat.id);
    if (!(await tx.messages.setHandled(message.id, atMs))) return { kind: "handled-before" };
    const run = newRun(runId, { chatId: draft.chat.id, project, plan: draft.plan, by: message.account }, atMs);
    await tx.runs.create(run);
    await supersede(tx, run, atMs);
    await tx.chats.set(run.chatId, { pendingRunId: run.id });
    await rememberPlan(tx, run, noteId, atMs);
    await tx.audit.append(auditEntry(message.account, "propose-plan", run.id, atMs, detailOf(run, draft)));
    if (draft.words) await tx.outbox.say(run.chatId, draft.words.key, { text: draft.words.text }, atMs);
    await announceRun(tx, run, atMs);
    const isQueued = await autoConfirm(tx, run, atMs, message.groups);
    return { kind: "drafted", run, isQueued };
  });
}

function detailOf(run: PlanRun, { thought, message }: Draft) {
  const { model, dropped, sentBack } = thought;
  return {
    revision: run.revision,
    planHash: run.planHash,
    message: message.id,
    steps: run.plan.steps.length,
    model,
    messagesLeftOut: dropped,
    sentBack,
  };
}

/** A new proposal ends the former draft: its card says so and loses its buttons. */
async function supersede(tx: Tx, newer: PlanRun, atMs: number): Promise<void> {
  const chat = await tx.chats.get(newer.chatId);
  const former = chat?.pendingRunId ? await tx.runs.get(chat.pendingRunId) : undefined;
  if (former?.state !== "draft") return;
  const by = newer.requestedBy;
  const ended = { decidedBy: by, decidedAtMs: atMs, finishedAtMs: atMs, supersededBy: newer.id };
  if (!(await tx.runs.setState(former.id, { from: "draft", to: "superseded", ...ended }))) return;
  await tx.steps.mark(former.id, ["pending"], "cancelled");
  await tx.audit.append(auditEntry(by, "supersede-plan", former.id, atMs, { by: newer.id, revision: former.revision }));
  await announceRun(tx, former, atMs);
}

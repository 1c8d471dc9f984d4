import { auditEntry } from "../access/record-audit.ts";
import type { NewAuditEntry } from "../domain/audit-entry.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { words } from "../words/words.ts";
import type { HeldRun } from "./held-run.ts";
import type { Settle, StepClose } from "./next-move.ts";

/** A write was refused: the fence is stale, or Stop was pressed. Undoes the transaction. */
export class Overtaken extends Error {}

interface Settling {
  readonly move: Settle;
  readonly entries: NewAuditEntry[];
  readonly nowMs: number;
}

/** Ends a run, or lets it wait for a person: state, steps, queue, chat, audit and card in the caller's transaction. */
export async function settleRun(tx: Tx, held: HeldRun, { move, entries, nowMs }: Settling): Promise<void> {
  const { run, fence } = held;
  const { id, chatId } = run;
  if (move.close) entries.push(await closeStep(tx, held, { close: move.close, nowMs }));
  const { to, reason = null } = move;
  // Whoever pressed Stop before this must read that the run was stopped, not that it is done.
  // (`held.stop` is no answer: it may have become known after this move was decided.)
  if (to !== "cancelled" && (await tx.runs.get(id))?.cancelRequestedAtMs !== undefined) throw new Overtaken();
  const finished = to === "waiting" ? {} : { finishedAtMs: nowMs };
  if (!(await tx.runs.setState(id, { from: "running", fence, to, reason, ...finished }))) throw new Overtaken();
  if (!(await tx.queue.settle({ runId: id, fence }))) throw new Overtaken();
  if (to === "cancelled") await cancelRest(tx, held);
  await returnCalls(tx, held);
  if (to === "waiting") await askPerson(tx, held, { step: move.step ?? 0, nowMs });
  else await leaveChat(tx, held);
  entries.push(auditEntry("piloto", "finish-run", id, nowMs, { state: to }));
  await tx.audit.append(...entries);
  await announceRun(tx, { id, chatId }, nowMs);
}

/** What has not begun is cancelled; what an earlier attempt may have done is not called so. */
async function cancelRest(tx: Tx, { run, steps }: HeldRun): Promise<void> {
  for (const { step, mayHaveHappened } of steps) {
    if (mayHaveHappened) await tx.steps.mark(run.id, ["pending"], "unknown", step.number);
  }
  await tx.steps.mark(run.id, ["pending"], "cancelled");
}

async function returnCalls(tx: Tx, { run, calls }: HeldRun): Promise<void> {
  if (calls && calls.left > 0) await tx.limits.giveCallsBack(run.projectId, calls.takenAtMs, calls.left);
}

interface HandingBack {
  readonly availableAtMs: number;
  readonly reason: string;
  readonly entries: NewAuditEntry[];
  readonly nowMs: number;
}

/** Puts a run back into the queue: confirmed it stays, and it goes on by itself at `availableAtMs`. */
export async function handBack(
  tx: Tx,
  held: HeldRun,
  { availableAtMs, reason, entries, nowMs }: HandingBack,
): Promise<void> {
  const { run, fence } = held;
  const { id } = run;
  if ((await tx.runs.get(id))?.cancelRequestedAtMs !== undefined) throw new Overtaken();
  if (!(await tx.runs.setState(id, { from: "running", fence, to: "queued", reason }))) throw new Overtaken();
  if (!(await tx.queue.giveBack({ runId: id, fence, availableAtMs }))) throw new Overtaken();
  await returnCalls(tx, held);
  entries.push(auditEntry("piloto", "hand-back-run", id, nowMs, { availableAtMs, reason }));
  await tx.audit.append(...entries);
  await announceRun(tx, run, nowMs);
}

/** A step that could not begin is begun and ended at once, so that the record shows the attempt. */
async function closeStep(tx: Tx, held: HeldRun, { close, nowMs }: { close: StepClose; nowMs: number }) {
  const { at, state, code: errorCode, summary } = close;
  const { id: runId } = held.run;
  const { fence } = held;
  const { number } = at.step;
  const isRunning = at.state === "running";
  const attempt = isRunning ? at.attempt : at.attempt + 1;
  if (!isRunning && !(await tx.steps.begin({ runId, number, fence, from: at.state, attempt, atMs: nowMs }))) {
    throw new Overtaken();
  }
  if (!(await tx.steps.end({ runId, number, fence, attempt, state, atMs: nowMs, summary, errorCode }))) {
    throw new Overtaken();
  }
  const detail: JsonObject = { step: number, attempt, state };
  if (errorCode !== undefined) detail.code = errorCode;
  return auditEntry("piloto", "end-step", runId, nowMs, detail);
}

async function leaveChat(tx: Tx, { run }: HeldRun): Promise<void> {
  const chat = await tx.chats.get(run.chatId);
  const pointer = chat?.activeRunId === run.id ? { activeRunId: null } : {};
  await tx.chats.set(run.chatId, { ...pointer, lastRunId: run.id });
}

/** The card offers the choice; a card that is only edited calls nobody, so it is said as well. */
async function askPerson(tx: Tx, held: HeldRun, { step, nowMs }: { step: number; nowMs: number }): Promise<void> {
  const { run, fence, language } = held;
  const text = words(language).running.needsDecision(plainLine(run.plan.goal, 200), step);
  await tx.outbox.say(run.chatId, `decide:${run.id}:${fence}`, { text }, nowMs);
}

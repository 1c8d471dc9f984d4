import { holderOf } from "../access/holder-of.ts";
import { auditEntry } from "../access/record-audit.ts";
import type { RunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import { accountsOf, mayHaveHappened, type PlanRun } from "../domain/plan-run.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores, Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { named, namesOf } from "../words/names.ts";
import { words } from "../words/words.ts";
import { busyRun, lockChat } from "./chat-slot.ts";
import type { Decision, Press } from "./decision.ts";
import { expirePlan } from "./expire-plan.ts";
import { isAsShown } from "./is-as-shown.ts";
import { judgePress, mayPress } from "./judge-press.ts";

export { autoConfirm } from "./auto-confirm.ts";
export { expirePlan } from "./expire-plan.ts";

export interface DecideDeps {
  readonly stores: Stores;
  readonly clock: Clock;
}

/** What `decide` takes; `edit` and `dry-run` are other files' work. */
export type DecidedAction = "confirm" | "cancel" | "stop" | "retry" | "continue" | "abandon";

const PRIORITY = 0;
/** Characters of a reason that a person gives. */
const MOST_REASON = 500;

/**
 * Somebody pressed Confirm, Cancel, Stop, Retry, Continue or Abandon. One transaction: the run's state, the vote,
 * the queue, the chat, the audit entry and the card change together or not at all.
 *
 * A second press gets `too-late` with who decided and when, and changes nothing but the record of votes. A press
 * for another revision, for a plan that was replaced or that expired decides nothing. Who may not press gets
 * `refused` and uses nothing up, and so does a confirm or retry while another run of the chat is at work.
 */
export async function decide(press: Press & { action: DecidedAction }, deps: DecideDeps): Promise<Decision> {
  for (let tries = 1; ; tries++) {
    try {
      return await deps.stores.atomically(async (tx) => {
        const taken = await takePress(tx, press, deps.clock.nowMs());
        return taken.kind === "no" ? taken.decision : act(tx, press, taken.run, taken.atMs);
      });
    } catch (error) {
      if (!(error instanceof Overtaken) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Somebody changed the run between our look and our write (PostgreSQL): nothing was written, and we look again. */
class Overtaken extends Error {}
const MOST_TRIES = 8;

export type TakenPress =
  | { readonly kind: "no"; readonly decision: Decision }
  /** Permitted and in time: the run as it stands, locked until the transaction ends. */
  | { readonly kind: "yes"; readonly run: PlanRun; readonly atMs: number };

/**
 * Permission, revision, state and expiry of a press, with the audit entry (and the late vote) of every no.
 * For each action that acts on a shown card, edits included. Call inside the transaction that then acts.
 */
export async function takePress(tx: Tx, press: Press, atMs: number): Promise<TakenPress> {
  const seen = await tx.runs.get(press.runId);
  if (!seen) return refuse(tx, press, atMs, { kind: "not-found" });
  await lockChat(tx, seen.chatId);
  const run = (await tx.runs.get(press.runId)) ?? seen;
  const chat = await tx.chats.get(run.chatId);
  const say = words(chat?.language ?? "en").running;
  const project = await tx.projects.get(run.projectId);
  if (!project) return refuse(tx, press, atMs, { kind: "refused", why: say.noProject });
  const who = await holderOf(tx, { account: press.by, groups: press.groups });
  const permission = mayPress(who, press.action, { run, project });
  if (permission !== "yes")
    return refuse(tx, press, atMs, { kind: "refused", why: say.mayNot[permission](await presser(tx, press, run)) });
  if (run.state === "draft" && run.expiresAtMs <= atMs) await expirePlan(tx, run, atMs);
  const late = await judgePress(tx, press, run.state === "draft" ? ((await tx.runs.get(run.id)) ?? run) : run);
  if (late) return tooLate(tx, press, { run, atMs, late });
  return { kind: "yes", run, atMs };
}

/** Whoever presses, told apart from the others whom the run's card names. */
async function presser(tx: Tx, { by }: Press, run: PlanRun): Promise<string> {
  return named(by, await namesOf(tx, [by, ...accountsOf(run)]));
}

async function act(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  switch (press.action) {
    case "confirm":
      return confirm(tx, press, run, atMs);
    case "cancel":
      return cancel(tx, press, run, atMs);
    case "stop":
      return stop(tx, press, run, atMs);
    case "abandon":
      return abandon(tx, press, run, atMs);
    default:
      return goOn(tx, press, run, atMs);
  }
}

async function confirm(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  const no = await whyNotStart(tx, press, run, atMs);
  if (no) return no;
  const { id, revision, planHash } = run;
  await must(
    tx.runs.setState(id, {
      from: "draft",
      revision,
      planHash,
      to: "queued",
      decidedBy: press.by,
      decidedAtMs: atMs,
    }),
  );
  await enqueue(tx, run, atMs);
  await tx.audit.append(auditEntry(press.by, "confirm-plan", id, atMs, { revision, planHash }));
  return accept(tx, press, run, atMs);
}

async function cancel(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  const { id, revision, planHash } = run;
  const why = plainLine(press.reason ?? "", MOST_REASON);
  const decided = { decidedBy: press.by, decidedAtMs: atMs, finishedAtMs: atMs, reason: why || undefined };
  await must(tx.runs.setState(id, { from: "draft", revision, planHash, to: "cancelled", ...decided }));
  await tx.steps.mark(id, ["pending"], "cancelled");
  await leaveChat(tx, run);
  const detail: JsonObject = { revision, planHash, ...(why === "" ? {} : { reason: why }) };
  await tx.audit.append(auditEntry(press.by, "cancel-plan", id, atMs, detail));
  return accept(tx, press, run, atMs);
}

/** A run that nobody holds ends here; one that is at work is told, and its runner settles it. */
async function stop(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  await must(tx.runs.requestCancel(run.id, press.by, atMs));
  await tx.audit.append(auditEntry(press.by, "stop-run", run.id, atMs, { state: run.state }));
  if (run.state === "queued" && (await tx.queue.withdraw(run.id))) {
    const chat = await tx.chats.get(run.chatId);
    const reason = words(chat?.language ?? "en").running.reason.stopped(await presser(tx, press, run));
    await must(tx.runs.setState(run.id, { from: "queued", to: "cancelled", finishedAtMs: atMs, reason }));
    await cancelRest(tx, run);
    await leaveChat(tx, run);
    await tx.audit.append(auditEntry("piloto", "finish-run", run.id, atMs, { state: "cancelled" }));
  }
  return accept(tx, press, run, atMs);
}

async function abandon(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  const chat = await tx.chats.get(run.chatId);
  const reason = words(chat?.language ?? "en").running.reason.abandoned(await presser(tx, press, run));
  await must(tx.runs.setState(run.id, { from: "waiting", to: "cancelled", finishedAtMs: atMs, reason }));
  await cancelRest(tx, run);
  await leaveChat(tx, run);
  await tx.audit.append(auditEntry(press.by, "abandon-run", run.id, atMs));
  return accept(tx, press, run, atMs);
}

/** What has not begun is cancelled; what an earlier attempt may have done is not called so. */
async function cancelRest(tx: Tx, run: PlanRun): Promise<void> {
  for (const record of await tx.steps.of(run.id)) {
    const step = run.plan.steps.find(({ number }) => number === record.number);
    if (record.state === "pending" && step && mayHaveHappened(step, record)) {
      await tx.steps.mark(run.id, ["pending"], "unknown", record.number);
    }
  }
  await tx.steps.mark(run.id, ["pending"], "cancelled");
}

/** Retry puts the failed or unknown step back; Continue leaves it behind. Finished steps are never repeated. */
async function goOn(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  const no = await whyNotStart(tx, press, run, atMs);
  if (no) return no;
  const isRetry = press.action === "retry";
  await must(
    tx.runs.setState(run.id, {
      from: isRetry ? ["error", "waiting"] : "waiting",
      to: "queued",
      reason: null,
      finishedAtMs: null,
      clearCancel: true,
    }),
  );
  if (isRetry) await tx.steps.mark(run.id, ["error", "unknown"], "pending");
  else await tx.steps.mark(run.id, ["unknown"], "skipped");
  await enqueue(tx, run, atMs);
  await tx.audit.append(auditEntry(press.by, isRetry ? "retry-step" : "continue-run", run.id, atMs));
  return accept(tx, press, run, atMs);
}

/** A chat runs one plan at a time, and only what was shown runs. */
async function whyNotStart(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision | undefined> {
  const chat = await tx.chats.get(run.chatId);
  const say = words(chat?.language ?? "en").running;
  const busy = await busyRun(tx, chat, run.id);
  const why = busy ? say.chatIsBusy(busy.id.slice(-8)) : isAsShown(run) ? undefined : say.planWasAltered;
  if (why === undefined) return undefined;
  return (await refuse(tx, press, atMs, { kind: "refused", why })).decision;
}

async function enqueue(tx: Tx, run: PlanRun, atMs: number): Promise<void> {
  const { id: runId, projectId, chatId } = run;
  await tx.queue.enqueue({ runId, projectId, chatId, priority: PRIORITY, atMs });
  const chat = await tx.chats.get(chatId);
  await tx.chats.set(chatId, { activeRunId: runId, ...(chat?.pendingRunId === runId ? { pendingRunId: null } : {}) });
}

async function leaveChat(tx: Tx, run: PlanRun): Promise<void> {
  const chat = await tx.chats.get(run.chatId);
  await tx.chats.set(run.chatId, {
    ...(chat?.pendingRunId === run.id ? { pendingRunId: null } : {}),
    ...(chat?.activeRunId === run.id ? { activeRunId: null } : {}),
    lastRunId: run.id,
  });
}

async function accept(tx: Tx, press: Press, run: PlanRun, atMs: number): Promise<Decision> {
  await vote(tx, press, run, { counted: true, atMs });
  await announceRun(tx, run, atMs);
  return { kind: "accepted", action: press.action, run: (await tx.runs.get(run.id)) ?? run };
}

function vote(tx: Tx, press: Press, run: PlanRun, { counted, atMs }: { counted: boolean; atMs: number }) {
  const { runId, revision, by, groups, action } = press;
  return tx.votes.add({ runId, revision, planHash: run.planHash, by, groups, action, counted, atMs });
}

type Late = Extract<Decision, { kind: "too-late" }>;

async function tooLate(
  tx: Tx,
  press: Press,
  { run, atMs, late }: { run: PlanRun; atMs: number; late: Late },
): Promise<TakenPress> {
  await vote(tx, press, run, { counted: false, atMs });
  const { action, revision } = press;
  const { why, state } = late;
  await tx.audit.append(auditEntry(press.by, "late-press", run.id, atMs, { action, revision, why, state }));
  return { kind: "no", decision: late };
}

async function refuse(
  tx: Tx,
  press: Press,
  atMs: number,
  decision: Decision,
): Promise<Extract<TakenPress, { kind: "no" }>> {
  const { action, revision } = press;
  const why = decision.kind === "refused" ? decision.why : decision.kind;
  await tx.audit.append(auditEntry(press.by, "refuse-press", targetOf(press.runId), atMs, { action, revision, why }));
  return { kind: "no", decision };
}

/** Ids come from outside: an endless one is not copied into the record. */
const targetOf = (runId: RunId): string => runId.slice(0, 200);

/** A lost compare-and-set undoes the whole decision, which is then taken again on what stands now. */
async function must(won: Promise<boolean>): Promise<void> {
  if (!(await won)) throw new Overtaken("The run changed between a decision's look and its write.");
}

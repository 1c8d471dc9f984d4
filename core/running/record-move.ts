import { auditEntry } from "../access/record-audit.ts";
import type { NewAuditEntry } from "../domain/audit-entry.ts";
import type { BootId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Stores, Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { announceOutput } from "../progress/announce-output.ts";
import { words } from "../words/words.ts";
import type { CallsInHand, HeldRun } from "./held-run.ts";
import type { Move } from "./next-move.ts";
import type { RunnerSettings } from "./settings.ts";
import { handBack, Overtaken, settleRun } from "./settle-run.ts";
import type { StepEnd } from "./step-end.ts";
import { stopAsked } from "./stop-asked.ts";

export interface RecordDeps {
  readonly stores: Stores;
  readonly owner: BootId;
  readonly settings: RunnerSettings;
  readonly nowMs: number;
}

/**
 * - `begun`: the end of the last step and the beginning of the next are on the disk: act now.
 * - `ended`: only the end was recorded; decide again.
 * - `over`: the run was settled or handed back.
 * - `stopped`: Stop was pressed meanwhile; nothing was written, `held.stop` is known now: decide again.
 * - `lost`: somebody else holds the run; nothing was written.
 */
export type Recorded = "begun" | "ended" | "over" | "stopped" | "lost";

/** Writes the end of an attempt and what comes after it, in one transaction, under the fence of the claim. */
export async function recordMove(
  held: HeldRun,
  ended: StepEnd | undefined,
  move: Move,
  deps: RecordDeps,
): Promise<Recorded> {
  // A third of the lease has passed: this write takes the extension along.
  const isDue = held.leaseUntilMs - deps.nowMs <= (deps.settings.leaseMs * 2) / 3;
  const leaseUntilMs = isDue ? deps.nowMs + deps.settings.leaseMs : undefined;
  let calls: CallsInHand | undefined;
  const note = (taken: CallsInHand) => {
    calls = taken;
  };
  try {
    const recorded = await deps.stores.atomically((tx) => write(tx, held, { ended, move, deps, leaseUntilMs, note }));
    held.calls = calls ?? held.calls;
    held.leaseUntilMs = leaseUntilMs ?? held.leaseUntilMs;
    return recorded;
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    return whatHappened(held, move, deps);
  }
}

interface Writing {
  readonly ended: StepEnd | undefined;
  readonly move: Move;
  readonly deps: RecordDeps;
  /** Extend the claim until then, as long as the run stays in hand. */
  readonly leaseUntilMs: number | undefined;
  /** What the run has in hand when the transaction stands. */
  readonly note: (calls: CallsInHand) => void;
}

async function write(tx: Tx, held: HeldRun, { ended, move, deps, leaseUntilMs, note }: Writing): Promise<Recorded> {
  const { run, fence } = held;
  const { nowMs } = deps;
  const entries: NewAuditEntry[] = [];
  if (ended) entries.push(await writeEnd(tx, held, ended));
  switch (move.kind) {
    case "begin": {
      const { number } = move.at.step;
      const calls = await takeCall(tx, held, { number, most: move.most, nowMs });
      if (calls) note(calls);
      else {
        await handBack(tx, held, { ...outOfCalls(held, move.most, nowMs), entries, nowMs });
        return "over";
      }
      const attempt = move.at.attempt + 1;
      const from = move.at === ended?.at ? "pending" : move.at.state;
      if (!(await tx.steps.begin({ runId: run.id, number, fence, from, attempt, atMs: nowMs }))) throw new Overtaken();
      entries.push(auditEntry("piloto", "begin-step", run.id, nowMs, { step: number, attempt }));
      await tx.audit.append(...entries);
      await announceRun(tx, run, nowMs);
      if (leaseUntilMs !== undefined) await extend(tx, held, leaseUntilMs, deps);
      return "begun";
    }
    case "settle":
      await settleRun(tx, held, { move, entries, nowMs });
      return "over";
    case "hand-back":
      await handBack(tx, held, { ...move, entries, nowMs });
      return "over";
    default:
      if (entries.length > 0) await tx.audit.append(...entries);
      await announceRun(tx, run, nowMs);
      if (leaseUntilMs !== undefined) await extend(tx, held, leaseUntilMs, deps);
      return "ended";
  }
}

async function writeEnd(tx: Tx, held: HeldRun, ended: StepEnd): Promise<NewAuditEntry> {
  const { at, state, atMs, request, summary, errorCode, result, finishedAfterCancel } = ended;
  const runId = held.run.id;
  const { attempt, step } = at;
  const { number } = step;
  const record = { runId, number, fence: held.fence, attempt, state, atMs };
  if (!(await tx.steps.end({ ...record, request, summary, errorCode, result, finishedAfterCancel }))) {
    throw new Overtaken();
  }
  if (result !== undefined && (state === "done" || state === "error")) {
    await announceOutput(tx, held.run, { step, attempt, result, language: held.language, atMs });
  }
  const detail: JsonObject = { step: number, attempt, state };
  if (errorCode !== undefined) detail.code = errorCode;
  return auditEntry("piloto", "end-step", runId, atMs, detail);
}

async function extend(tx: Tx, held: HeldRun, untilMs: number, { owner }: RecordDeps): Promise<void> {
  const { run, fence } = held;
  if (!(await tx.queue.extend({ runId: run.id, fence, owner, untilMs }))) throw new Overtaken();
}

const HOUR_MS = 3_600_000;
/** Counting calls one by one would cost every step a write. */
const CALLS_AT_ONCE = 8;

interface Wanted {
  readonly number: number;
  /** Calls an hour that the project may make. */
  readonly most: number;
  readonly nowMs: number;
}

/** One call less in hand, from those that were counted before or are now; `undefined` when the hour has none left. */
async function takeCall(tx: Tx, held: HeldRun, { number, most, nowMs }: Wanted): Promise<CallsInHand | undefined> {
  const { calls, run, steps } = held;
  if (calls && calls.left > 0 && Math.floor(calls.takenAtMs / HOUR_MS) === Math.floor(nowMs / HOUR_MS)) {
    return { ...calls, left: calls.left - 1 };
  }
  const want = Math.min(CALLS_AT_ONCE, steps.length - number + 1);
  const taken = await tx.limits.takeCalls(run.projectId, nowMs, most, want);
  return taken > 0 ? { left: taken - 1, takenAtMs: nowMs } : undefined;
}

function outOfCalls(held: HeldRun, most: number, nowMs: number) {
  const availableAtMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  const at = new Date(availableAtMs).toISOString().slice(11, 16);
  return { availableAtMs, reason: words(held.language).running.reason.outOfCalls(most, at) };
}

/**
 * A write of ours was refused: because of a newer claim, or because of Stop? Asked in a writing transaction: what
 * refused us may be in the same commit, which a reader does not see yet.
 */
async function whatHappened(held: HeldRun, move: Move, { stores }: RecordDeps): Promise<Recorded> {
  const { run, stop } = await stores.atomically(async (tx) => {
    const found = await tx.runs.get(held.run.id);
    return { run: found, stop: await stopAsked(tx, found) };
  });
  if (!run || run.fence !== held.fence || run.state !== "running") return "lost";
  const isUnderStop = move.kind === "settle" && move.to === "cancelled";
  if (!stop || isUnderStop) {
    throw new Error(`The record of run ${held.run.id} refused a step although its claim stands.`);
  }
  held.stop = stop;
  return "stopped";
}

import { auditEntry } from "../access/record-audit.ts";
import { planHash } from "../domain/canonical.ts";
import type { Language } from "../domain/chat.ts";
import type { BootId, RunId } from "../domain/ids.ts";
import type { StepResult } from "../domain/plan.ts";
import { type Attempt, mayHaveHappened, type PlanRun, type Vote } from "../domain/plan-run.ts";
import { referencesIn } from "../domain/references.ts";
import type { Stores, Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import type { HeldRun, HeldStep } from "./held-run.ts";
import { stopAsked } from "./stop-asked.ts";

/** More would keep other writers waiting while their records are read. */
const CLAIM_AT_ONCE = 32;

export interface Claim {
  readonly owner: BootId;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly limit: number;
}

/**
 * Takes runs off the queue, marks them `running` and reads all that executing them needs. Runs that a dead process
 * left come with the steps as they stand. Queue rows of runs that are not to run are cleared away.
 */
export function claimRuns(stores: Stores, claim: Claim): Promise<HeldRun[]> {
  return stores.atomically(async (tx) => {
    const limit = Math.min(claim.limit, CLAIM_AT_ONCE);
    const held: HeldRun[] = [];
    for (const taken of await tx.queue.claim({ ...claim, limit })) {
      const one = await take(tx, taken, claim);
      if (one) held.push(one);
    }
    return held;
  });
}

async function take(tx: Tx, taken: { runId: RunId; fence: number }, claim: Claim): Promise<HeldRun | undefined> {
  const { runId, fence } = taken;
  const { nowMs } = claim;
  const run = await tx.runs.get(runId);
  if (!run || (run.state !== "queued" && run.state !== "running")) {
    await tx.queue.settle(taken);
    return undefined;
  }
  if (run.state === "queued") {
    const started = run.startedAtMs === undefined ? { startedAtMs: nowMs } : {};
    await tx.runs.setState(runId, { from: "queued", fence, to: "running", reason: null, ...started });
  }
  await tx.audit.append(auditEntry("piloto", "start-run", runId, nowMs, { fence, planHash: run.planHash }));
  await announceRun(tx, run, nowMs);
  return read(tx, run, { fence, claim });
}

async function read(tx: Tx, run: PlanRun, { fence, claim }: { fence: number; claim: Claim }): Promise<HeldRun> {
  const chat = await tx.chats.get(run.chatId);
  const votes = await tx.votes.of(run.id);
  const isResumed = run.startedAtMs !== undefined;
  const sinceMs = decidedAt(run, votes);
  const attempts = isResumed ? (await tx.steps.attempts(run.id)).filter((one) => one.startedAtMs >= sinceMs) : [];
  const { steps, results } = await readSteps(tx, run, attempts);
  return {
    run,
    fence,
    language: chat?.language ?? ("en" as Language),
    ...authorityOf(run, votes),
    isAsConfirmed: planHash(run.plan) === run.planHash && confirmedHashFits(run, votes),
    steps,
    results,
    claimedAtMs: claim.nowMs,
    workedBeforeMs: attempts.reduce((sum, one) => sum + (one.finishedAtMs ?? one.startedAtMs) - one.startedAtMs, 0),
    leaseUntilMs: claim.nowMs + claim.leaseMs,
    stop: await stopAsked(tx, run),
    secondsMost: Number.POSITIVE_INFINITY,
    isLost: false,
  };
}

async function readSteps(tx: Tx, run: PlanRun, attempts: readonly Attempt[]) {
  const records = new Map((await tx.steps.of(run.id)).map((record) => [record.number, record]));
  const results = new Map<number, StepResult>();
  const steps = run.plan.steps.map((step): HeldStep => {
    const record = records.get(step.number);
    if (record?.state === "done" && record.result) results.set(step.number, record.result);
    const tries = attempts.filter((attempt) => attempt.step === step.number);
    return {
      step,
      hasReferences: referencesIn(step.args).references.length > 0,
      state: record?.state ?? "pending",
      attempt: record?.attempt ?? 0,
      mayHaveHappened: mayHaveHappened(step, { attempt: record?.attempt ?? 0 }),
      failures: tries.filter((attempt) => attempt.finishedAtMs !== undefined).length,
      deaths: tries.filter((attempt) => attempt.finishedAtMs === undefined).length,
    };
  });
  return { steps, results };
}

const AUTHORISES: readonly Vote["action"][] = ["confirm", "retry", "continue"];

function authorityOf(run: PlanRun, votes: readonly Vote[]): Pick<HeldRun, "authority" | "groups"> {
  const last = votes.findLast((vote) => vote.counted && AUTHORISES.includes(vote.action));
  if (last) return { authority: last.by, groups: last.groups };
  if (run.decidedBy !== undefined && run.decidedBy !== "piloto") return { authority: run.decidedBy };
  const asked = votes.findLast((vote) => vote.by === "piloto" && vote.action === "confirm");
  return { authority: "automatic", groups: asked?.groups };
}

function decidedAt(run: PlanRun, votes: readonly Vote[]): number {
  const last = votes.findLast((vote) => vote.counted && AUTHORISES.includes(vote.action));
  return last?.atMs ?? run.decidedAtMs ?? 0;
}

/** What was confirmed is what runs. */
function confirmedHashFits(run: PlanRun, votes: readonly Vote[]): boolean {
  return votes.every((vote) => !vote.counted || vote.action !== "confirm" || vote.planHash === run.planHash);
}

import type { BootId } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import { words } from "../words/words.ts";
import { type HeldRun, interrupt, workedMs } from "./held-run.ts";
import type { RunnerSettings } from "./settings.ts";

export interface KeepDeps {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly owner: BootId;
  readonly settings: RunnerSettings;
}

/** More in one transaction would keep other writers waiting. */
const AT_ONCE = 100;

/**
 * One look at everything under way: calls out of time are told to end, those that did not react are given up, claims
 * are extended, and the cards of long steps show their time. A claim that was lost interrupts its run.
 */
export async function keepRuns(held: Iterable<HeldRun>, deps: KeepDeps): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const due: Due[] = [];
  for (const run of held) {
    watchCall(run, nowMs, deps);
    const isExtended = run.leaseUntilMs - nowMs <= (deps.settings.leaseMs * 2) / 3 && !run.isLost;
    const isTold = run.call !== undefined && nowMs - run.call.toldAtMs >= deps.settings.tellMs;
    if (isExtended || isTold) due.push({ run, isExtended, isTold });
  }
  for (let i = 0; i < due.length; i += AT_ONCE) await keep(due.slice(i, i + AT_ONCE), nowMs, deps);
}

interface Due {
  readonly run: HeldRun;
  readonly isExtended: boolean;
  readonly isTold: boolean;
}

async function keep(due: readonly Due[], nowMs: number, { stores, owner, settings }: KeepDeps): Promise<void> {
  const untilMs = nowMs + settings.leaseMs;
  const lost = await stores.atomically(async (tx) => {
    const gone: HeldRun[] = [];
    for (const { run, isExtended, isTold } of due) {
      const hold = { runId: run.run.id, fence: run.fence, owner, untilMs };
      if (isExtended && !(await tx.queue.extend(hold))) gone.push(run);
      else if (isTold) await announceRun(tx, run.run, nowMs);
    }
    return gone;
  });
  for (const { run, isExtended, isTold } of due) {
    if (lost.includes(run)) {
      run.isLost = true;
      interrupt(run, "lost", nowMs);
      continue;
    }
    if (isExtended) run.leaseUntilMs = Math.max(run.leaseUntilMs, untilMs);
    if (isTold && run.call) run.call.toldAtMs = nowMs;
  }
}

function watchCall(run: HeldRun, nowMs: number, { settings }: KeepDeps): void {
  const { call } = run;
  if (!call) return;
  if (call.interruption) {
    if (nowMs - call.interruption.atMs >= settings.graceMs) giveUp(run);
    return;
  }
  if (nowMs - call.startedAtMs >= settings.attemptMs) interrupt(run, "attempt-time", nowMs);
  if (workedMs(run, nowMs) >= run.secondsMost * 1000) interrupt(run, "run-time", nowMs);
}

/** Stops waiting for a call that was told to end: whether it took effect is not known. */
export function giveUp(run: HeldRun): void {
  const { call } = run;
  const summary = words(run.language).running.outcome.noReaction;
  call?.end({ kind: "failed", request: "", summary, code: "CALL_CUT_OFF", effect: "unknown" });
}

import type { BootId } from "../domain/ids.ts";
import { ACTIVE_STATES, type PlanRun, type RunState } from "../domain/plan-run.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores, Tx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";

export interface RecoverPorts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly boot: { readonly id: BootId; readonly processName: string };
}

export interface Recovered {
  /** Confirmed runs that had no place in the queue and have one now. */
  readonly requeued: number;
  /** Runs that are not over, with their cards announced again. */
  readonly active: number;
}

const PAGE = 100;

/**
 * Puts every run where its records say it stands, before the runner starts: this boot owns what older boots of the
 * process name left, each confirmed run has its place in the queue, each chat points at its run, and cards that may
 * show old facts are shown again. Twice does no harm, nor does another process at work on the same database.
 */
export async function recover({ stores, clock, boot }: RecoverPorts): Promise<Recovered> {
  await stores.atomically((tx) => tx.queue.boot({ id: boot.id, processName: boot.processName, atMs: clock.nowMs() }));
  let requeued = 0;
  let active = 0;
  for (const state of [...ACTIVE_STATES, "draft"] as RunState[]) {
    let before: string | undefined;
    do {
      const page = await stores.read((tx) => tx.runs.page({ states: [state] }, { before, limit: PAGE }));
      if (page.items.length > 0) {
        requeued += await stores.atomically((tx) => placeAll(tx, page.items, clock.nowMs()));
        if (state !== "draft") active += page.items.length;
      }
      before = page.next;
    } while (before !== undefined);
  }
  return { requeued, active };
}

async function placeAll(tx: Tx, runs: readonly PlanRun[], atMs: number): Promise<number> {
  let requeued = 0;
  // Newest first, so that of two drafts of a chat the newer one is what a bare "confirm" means.
  for (const run of runs) if (await place(tx, run, atMs)) requeued += 1;
  return requeued;
}

async function place(tx: Tx, seen: PlanRun, atMs: number): Promise<boolean> {
  const run = await tx.runs.get(seen.id);
  if (!run || run.state !== seen.state) return false;
  await pointAt(tx, run);
  if (run.state === "draft") return false;
  await announceRun(tx, run, atMs);
  if (run.state === "waiting") return false;
  const { id: runId, projectId, chatId } = run;
  return tx.queue.enqueue({ runId, projectId, chatId, priority: 0, atMs });
}

/** A pointer to a run of another state is left alone unless it points nowhere. */
async function pointAt(tx: Tx, { id, chatId, state }: PlanRun): Promise<void> {
  const chat = await tx.chats.get(chatId);
  if (!chat) return;
  if (state === "draft") {
    if (chat.pendingRunId === undefined) await tx.chats.set(chatId, { pendingRunId: id });
    return;
  }
  const current = chat.activeRunId && chat.activeRunId !== id ? await tx.runs.get(chat.activeRunId) : undefined;
  if (chat.activeRunId !== id && !(current && ACTIVE_STATES.includes(current.state))) {
    await tx.chats.set(chatId, { activeRunId: id });
  }
}

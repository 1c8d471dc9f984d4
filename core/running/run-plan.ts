import { isPilotoError } from "../domain/errors.ts";
import type { BootId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import type { Stores } from "../ports/stores.ts";
import type { FreshFacts } from "./fresh-facts.ts";
import { type HeldRun, standsOn } from "./held-run.ts";
import { type Move, nextMove } from "./next-move.ts";
import { type Recorded, recordMove } from "./record-move.ts";
import { runStep, type StepDeps } from "./run-step.ts";
import type { ServiceSlots } from "./service-slots.ts";
import { endUnderStop, type StepEnd } from "./step-end.ts";

export interface RunDeps extends StepDeps {
  readonly stores: Stores;
  readonly facts: FreshFacts;
  readonly slots: ServiceSlots;
  readonly owner: BootId;
  readonly checkArgs: (tool: Tool, args: JsonObject) => readonly string[];
  readonly isStopping: () => boolean;
  /** Aborts when the runner's time to end is over: what is not recorded by then is left to the next boot. */
  readonly over: AbortSignal;
}

/**
 * Works on a claimed run until it is settled, handed back or lost: decide, record, act, and again. Nothing is done
 * outside before its beginning is on the disk.
 */
export async function runPlan(held: HeldRun, deps: RunDeps): Promise<void> {
  let ended: StepEnd | undefined;
  for (;;) {
    const move = nextMove(held, ended, { ...deps, nowMs: deps.clock.nowMs() });
    if (move.kind === "load") {
      await deps.facts.load(held.run.projectId, move.key, standsOn(held));
      continue;
    }
    const waits = move.kind === "wait" || move.kind === "wait-for-slot";
    // There is nothing to write, so nothing else would tell a lost run to end, and it would ask again for ever.
    if (waits && !ended && held.isLost) return;
    const recorded = waits && !ended ? "ended" : await record(held, ended, { move, deps });
    if (recorded === "over" || recorded === "lost") return;
    if (recorded === "stopped") {
      ended = ended && endUnderStop(ended);
      continue;
    }
    // While the end was written a place may have become free, and nobody would say so again: ask once more.
    const mayBeFree = ended !== undefined && move.kind === "wait-for-slot";
    if (ended) remember(held, ended);
    ended = undefined;
    if (move.kind === "begin") ended = await act(held, move, deps);
    else if (!mayBeFree) await waitFor(held, move, deps);
  }
}

async function act(held: HeldRun, move: Extract<Move, { kind: "begin" }>, deps: RunDeps): Promise<StepEnd> {
  const { at } = move;
  at.state = "running";
  at.attempt += 1;
  try {
    return await runStep(held, move, deps);
  } finally {
    freeSlot(held);
  }
}

function remember(held: HeldRun, { at, state, result, isHarmless }: StepEnd): void {
  at.state = state;
  if (state === "pending") {
    at.failures += 1;
    at.mayHaveHappened ||= !isHarmless;
  }
  if (state === "done" && result) held.results.set(at.step.number, result);
}

export function freeSlot(held: HeldRun): void {
  held.freeSlot?.();
  held.freeSlot = undefined;
}

/** Until its time has come, a place is free, or somebody interrupts the run. */
async function waitFor(held: HeldRun, move: Move, { clock, slots }: RunDeps): Promise<void> {
  const wait = new AbortController();
  held.wake = () => wait.abort();
  if (held.stop || held.isLost) wait.abort();
  if (move.kind === "wait") await clock.sleep(move.untilMs - clock.nowMs(), wait.signal);
  if (move.kind === "wait-for-slot") {
    const forget = slots.whenFree(move.key, () => wait.abort());
    await aborted(wait.signal);
    forget();
  }
  held.wake = undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

interface Recording {
  readonly move: Move;
  readonly deps: RunDeps;
}

/**
 * A full disk or a database that is away must not turn a known outcome into an unknown one: what happened is kept in
 * hand and written again until it is on the disk, somebody else holds the run, or the runner's time is over.
 */
async function record(held: HeldRun, ended: StepEnd | undefined, { move, deps }: Recording): Promise<Recorded> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await recordMove(held, ended, move, { ...deps, nowMs: deps.clock.nowMs() });
    } catch (error) {
      if (!isPilotoError(error) || error.retry === "never" || deps.over.aborted) throw error;
      deps.logger.warn({ err: error, runId: held.run.id }, "A run could not be recorded; trying again.");
      await deps.clock.sleep(pauseMs, deps.over);
    }
  }
}

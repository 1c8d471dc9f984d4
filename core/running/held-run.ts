import type { Language } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import type { PlanStep, StepResult } from "../domain/plan.ts";
import type { PlanRun, StepState } from "../domain/plan-run.ts";
import type { ToolOutcome } from "../domain/tool.ts";
import type { StopAsked } from "./stop-asked.ts";

/** A run that this process holds a claim on: what its records said when it was claimed, kept up to date. */
export interface HeldRun {
  readonly run: PlanRun;
  readonly fence: number;
  readonly language: Language;
  /** Whose decision it runs on: the last counted confirm, retry or continue. `automatic`: nobody was asked. */
  readonly authority: AccountId | "automatic";
  /** The groups recorded with that decision (of who asked, when it was automatic): no platform is asked again. */
  readonly groups?: readonly AccountId[];
  readonly isAsConfirmed: boolean;
  readonly steps: readonly HeldStep[];
  readonly results: Map<number, StepResult>;
  readonly claimedAtMs: number;
  /** Time of attempts since a person last decided and before this claim: it counts against the run's limit. */
  readonly workedBeforeMs: number;
  leaseUntilMs: number;
  /** Calls of the project's hour that are counted for this run and not yet made. */
  calls?: CallsInHand;
  /** What its project allowed when the last step began. */
  secondsMost: number;
  /** Known to be asked for; the database has the last word when a step begins and when the run ends. */
  stop?: StopAsked;
  /** Somebody else holds the run now: nothing more can be written. */
  isLost: boolean;
  call?: CallUnderWay;
  /** The place of the service it may call: freed when the call is over. */
  freeSlot?: () => void;
  /** Ends a wait between steps. */
  wake?: () => void;
}

export interface CallsInHand {
  readonly left: number;
  /** Any time in the hour that they were counted in. */
  readonly takenAtMs: number;
}

export interface HeldStep {
  readonly step: PlanStep;
  readonly hasReferences: boolean;
  state: StepState;
  attempt: number;
  /** An earlier attempt may have taken effect. */
  mayHaveHappened: boolean;
  /** Attempts that failed since a person last decided. */
  failures: number;
  /** Attempts that ended with a process since a person last decided. */
  deaths: number;
}

/** Why a call was told to end. */
export type Interruption = "stop" | "attempt-time" | "run-time" | "shutdown" | "lost";

export interface CallUnderWay {
  readonly step: HeldStep;
  readonly startedAtMs: number;
  readonly controller: AbortController;
  toldAtMs: number;
  interruption?: { readonly why: Interruption; readonly atMs: number };
  /** Ends the wait for the call, with its outcome or without one. */
  readonly end: (outcome: ToolOutcome) => void;
}

/** Tells the call under way to end, once; a wait between steps ends, too. */
export function interrupt(held: HeldRun, why: Interruption, atMs: number): void {
  held.wake?.();
  const { call } = held;
  if (!call || call.interruption) return;
  call.interruption = { why, atMs };
  call.controller.abort(why);
}

/** Milliseconds that the run has worked, waiting for people and in the queue left out. */
export function workedMs(held: HeldRun, nowMs: number): number {
  return held.workedBeforeMs + nowMs - held.claimedAtMs;
}

/** Whose permission the run stands on: who decided that it runs, or who asked, when nobody had to decide. */
export function standsOn({ authority, run }: Pick<HeldRun, "authority" | "run">): AccountId {
  return authority === "automatic" ? run.requestedBy : authority;
}

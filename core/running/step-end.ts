import type { ErrorCode } from "../domain/errors.ts";
import type { Replay, StepResult } from "../domain/plan.ts";
import type { Tool, ToolOutcome } from "../domain/tool.ts";
import { words } from "../words/words.ts";
import type { CallUnderWay, HeldRun, HeldStep } from "./held-run.ts";
import { afterFailure, type Failed } from "./retry-policy.ts";
import type { RunnerSettings } from "./settings.ts";

/** How an attempt ended, not yet recorded. */
export interface StepEnd {
  readonly at: HeldStep;
  /** `pending`: it is to be tried again. */
  readonly state: "done" | "error" | "cancelled" | "unknown" | "pending";
  readonly atMs: number;
  readonly request?: string;
  readonly summary: string;
  readonly errorCode?: ErrorCode;
  readonly result?: StepResult;
  readonly finishedAfterCancel?: true;
  /** Certain that nothing happened outside, or that it does not matter. */
  readonly isHarmless: boolean;
  /** With `pending`: not before. */
  readonly retryAtMs?: number;
}

const SUMMARY_LIMIT = 500;

/** Whether repeating is safe: both the plan that was confirmed and the tool as it is now must say so. */
export function replayOf(at: HeldStep, tool: Pick<Tool, "replay">): Replay {
  return at.step.replay === "safe" && tool.replay === "safe" ? "safe" : "never";
}

interface Judge {
  readonly call: CallUnderWay;
  readonly tool: Tool;
  readonly atMs: number;
  readonly settings: RunnerSettings;
  readonly random: () => number;
}

/** Reads the outcome of a call in the light of what it was told meanwhile: Stop, a timeout, the end of Piloto. */
export function judgeOutcome(held: HeldRun, outcome: ToolOutcome, judge: Judge): StepEnd {
  const { at, atMs } = { at: judge.call.step, atMs: judge.atMs };
  if (outcome.kind === "done") {
    const { request, result } = outcome;
    const late = held.stop ? { finishedAfterCancel: true as const } : {};
    return { at, state: "done", atMs, request, summary: cut(outcome.summary), result, isHarmless: false, ...late };
  }
  const failed = asInterrupted(held, outcome, judge);
  const replay = replayOf(at, judge.tool);
  const isHarmless = failed.effect === "none" || (judge.tool.risk === "read" && replay === "safe");
  const { request, code: errorCode, result } = failed;
  const base = { at, atMs, request, summary: cut(failed.summary), errorCode, result, isHarmless };
  if (held.stop) return { ...base, state: isHarmless && !at.mayHaveHappened ? "cancelled" : "unknown" };
  const why = judge.call.interruption?.why;
  const canRepeat = isHarmless || replay === "safe";
  if (why === "shutdown") return { ...base, state: canRepeat ? "pending" : "unknown", retryAtMs: atMs };
  if (why === "run-time") return { ...base, state: canRepeat ? "error" : "unknown" };
  const failures = at.failures + 1;
  const after = afterFailure(failed, { replay, failures, settings: judge.settings, random: judge.random() });
  if (after.kind === "retry") return { ...base, state: "pending", retryAtMs: atMs + after.waitMs };
  return { ...base, state: after.kind };
}

/** The same end, once it turns out that Stop had been pressed before it was recorded. */
export function endUnderStop(ended: StepEnd): StepEnd {
  if (ended.state === "done") return { ...ended, finishedAfterCancel: true };
  if (ended.state === "pending") return { ...ended, state: isWithoutEffect(ended) ? "cancelled" : "unknown" };
  return ended;
}

const isWithoutEffect = ({ isHarmless, at }: StepEnd): boolean => isHarmless && !at.mayHaveHappened;

/** A call that was told to end reports an abort; the record says why it was told to. A real answer stays itself. */
function asInterrupted(held: HeldRun, failed: Failed, { call, settings }: Judge): Failed {
  if (failed.result !== undefined) return failed;
  const say = words(held.language).running.outcome;
  switch (call.interruption?.why) {
    case "attempt-time":
      return { ...failed, code: "CALL_TIMED_OUT", summary: say.timedOut(settings.attemptMs / 1000) };
    case "run-time":
      return { ...failed, code: "RUN_TIMED_OUT", summary: say.runOutOfTime };
    case "shutdown":
      return { ...failed, summary: say.shutDown };
    default:
      return failed;
  }
}

const cut = (text: string): string => (text.length > SUMMARY_LIMIT ? `${text.slice(0, SUMMARY_LIMIT - 1)}…` : text);

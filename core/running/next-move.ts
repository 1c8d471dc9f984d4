import type { ErrorCode } from "../domain/errors.ts";
import type { ToolKey } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import { words } from "../words/words.ts";
import { checkStep } from "./check-step.ts";
import type { FreshFacts } from "./fresh-facts.ts";
import { type HeldRun, type HeldStep, standsOn, workedMs } from "./held-run.ts";
import type { ServiceSlots } from "./service-slots.ts";
import type { RunnerSettings } from "./settings.ts";
import type { StepEnd } from "./step-end.ts";

/** What a run does next. All but the three that wait are recorded, together with the end of the step before. */
export type Move =
  | {
      readonly kind: "begin";
      readonly at: HeldStep;
      readonly tool: Tool;
      readonly args: JsonObject;
      readonly most: number;
    }
  | Settle
  | { readonly kind: "hand-back"; readonly availableAtMs: number; readonly reason: string }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "wait-for-slot"; readonly key: string }
  | { readonly kind: "load"; readonly key: ToolKey };

export interface Settle {
  readonly kind: "settle";
  readonly to: "done" | "error" | "cancelled" | "waiting";
  readonly reason?: string;
  /** A step that ends without a call: it could not begin, or an earlier process died in it. */
  readonly close?: StepClose;
  /** With `waiting`: the step to decide about. */
  readonly step?: number;
}

export interface StepClose {
  readonly at: HeldStep;
  readonly state: "error" | "unknown" | "cancelled";
  readonly code?: ErrorCode;
  readonly summary: string;
}

export interface MoveDeps {
  readonly facts: FreshFacts;
  readonly slots: ServiceSlots;
  readonly settings: RunnerSettings;
  readonly isStopping: () => boolean;
  readonly checkArgs: (tool: Tool, args: JsonObject) => readonly string[];
  readonly nowMs: number;
}

/** Decides, from what is known of a run and the end of its last attempt, what is done next. Takes a slot for `begin`. */
export function nextMove(held: HeldRun, ended: StepEnd | undefined, deps: MoveDeps): Move {
  if (held.stop) return underStop(held, ended);
  const over = ended && afterEnd(held, ended, deps);
  if (over) return over;
  const at = held.steps.find((step) => (step !== ended?.at || ended.state === "pending" ? isOpen(step) : false));
  if (!at) return { kind: "settle", to: "done" };
  const { reason } = words(held.language).running;
  if (deps.isStopping()) return { kind: "hand-back", availableAtMs: deps.nowMs, reason: reason.handedBack };
  const isPending = at.state === "pending" || at === ended?.at;
  return (isPending ? undefined : afterDeath(held, at, deps)) ?? begin(held, at, { ended, deps });
}

const isOpen = ({ state }: HeldStep): boolean => state !== "done" && state !== "skipped";

function underStop(held: HeldRun, ended: StepEnd | undefined): Settle {
  const say = words(held.language).running.reason;
  const reason = say.stopped(held.stop?.who ?? "");
  const dead = held.steps.find((step) => step !== ended?.at && step.state === "running");
  if (!dead) return { kind: "settle", to: "cancelled", reason };
  const isHarmless = dead.step.risk === "read" && dead.step.replay === "safe";
  const close = {
    at: dead,
    state: isHarmless ? "cancelled" : "unknown",
    summary: say.processDied(dead.step.number),
  } as const;
  return { kind: "settle", to: "cancelled", reason, close };
}

function afterEnd(held: HeldRun, ended: StepEnd, { nowMs, settings, isStopping }: MoveDeps): Move | undefined {
  const say = words(held.language).running.reason;
  const { number } = ended.at.step;
  switch (ended.state) {
    case "done":
      return undefined;
    case "error":
      return { kind: "settle", to: "error", reason: say.stepFailed(number, ended.summary) };
    case "unknown":
      return { kind: "settle", to: "waiting", reason: say.noClearAnswer(number, ended.summary), step: number };
    case "cancelled":
      return { kind: "settle", to: "cancelled", reason: ended.summary };
    default: {
      const untilMs = ended.retryAtMs ?? nowMs;
      if (isStopping()) return { kind: "hand-back", availableAtMs: untilMs, reason: say.handedBack };
      const reason = say.waitsToRetry(number, ended.summary);
      if (untilMs - nowMs > settings.waitInHandMs) return { kind: "hand-back", availableAtMs: untilMs, reason };
      return untilMs > nowMs ? { kind: "wait", untilMs } : undefined;
    }
  }
}

/** A step that is not `pending` when its run is taken up: an earlier process died in it, or its records are odd. */
function afterDeath(held: HeldRun, at: HeldStep, { settings }: MoveDeps): Move | undefined {
  const say = words(held.language).running.reason;
  const { number, replay } = at.step;
  if (at.state !== "running") {
    const to = at.state === "unknown" ? "waiting" : "error";
    return { kind: "settle", to, reason: say.processDied(number), step: number };
  }
  if (replay === "never") {
    const summary = say.processDied(number);
    return { kind: "settle", to: "waiting", reason: summary, step: number, close: { at, state: "unknown", summary } };
  }
  if (at.deaths < settings.deaths) return undefined;
  const summary = say.keepsDying(number, at.deaths);
  return { kind: "settle", to: "error", reason: summary, close: { at, state: "error", code: "CALL_CUT_OFF", summary } };
}

function begin(held: HeldRun, at: HeldStep, { ended, deps }: { ended: StepEnd | undefined; deps: MoveDeps }): Move {
  const facts = deps.facts.peek(held.run.projectId, at.step.tool, standsOn(held));
  if (!facts) return { kind: "load", key: at.step.tool };
  const say = words(held.language).running.reason;
  const fail = (code: ErrorCode, summary: string): Settle => ({
    kind: "settle",
    to: "error",
    reason: say.stepFailed(at.step.number, summary),
    close: { at, state: "error", code, summary },
  });
  const checked = checkStep(held, at, {
    facts,
    result: ended?.state === "done" ? ended : undefined,
    checkArgs: deps.checkArgs,
  });
  if (checked.kind === "no") return fail(checked.code, checked.why);
  const { limits } = checked.project;
  held.secondsMost = limits.secondsPerRun;
  if (workedMs(held, deps.nowMs) >= limits.secondsPerRun * 1000) {
    return fail("RUN_TIMED_OUT", say.outOfTime(limits.secondsPerRun));
  }
  const slot = `${held.run.projectId}\n${checked.tool.service}`;
  held.freeSlot ??= deps.slots.tryTake(slot, limits.callsAtOncePerService);
  if (!held.freeSlot) return { kind: "wait-for-slot", key: slot };
  return { kind: "begin", at, tool: checked.tool, args: checked.args, most: limits.callsPerHour };
}

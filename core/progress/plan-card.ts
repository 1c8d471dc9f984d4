import type { Card, CardButton, CardStep } from "../domain/card.ts";
import { cutAt, plainLine, visibleText } from "../domain/plain-text.ts";
import { type PlanStep, riskOf } from "../domain/plan.ts";
import { isOver, offeredActions, type PlanRun, type PressAction, type StepRun } from "../domain/plan-run.ts";
import { referencesIn } from "../domain/references.ts";
import { type Words, words } from "../words/words.ts";
import { cardArgs } from "./card-args.ts";
import type { CardContext } from "./card-context.ts";
import { cardNotes } from "./card-notes.ts";
import { duration } from "./card-time.ts";

const GOAL_LIMIT = 500;
const TITLE_LIMIT = 200;
const OPERATION_LIMIT = 400;
const STEP_NOTE_LIMIT = 700;
const LONG_STEP_MS = 3_000;

/**
 * What a chat shows of a run: pure, total, the same facts give the same card. It shows the real operations and
 * arguments; what it must cut it counts. Text of models and services loses everything that could fake the picture.
 */
export function renderCard(run: PlanRun, steps: readonly StepRun[], context: CardContext): Card {
  const say = words(context.language);
  const byNumber = new Map(steps.map((step) => [step.number, step]));
  return {
    runId: run.id,
    revision: run.revision,
    hash: run.planHash.slice(0, 12),
    language: context.language,
    state: run.state,
    headline: headline(run, steps, say),
    goal: plainLine(run.plan.goal, GOAL_LIMIT),
    risk: riskOf(run.plan),
    steps: run.plan.steps.map((step) => cardStep(step, byNumber.get(step.number), run, context, say)),
    notes: cardNotes(run, steps, context, say),
    buttons: offeredActions(run).map((action) => button(action, say)),
    ...(run.state === "waiting" || run.state === "error" ? { fence: run.fence } : {}),
  };
}

function headline(run: PlanRun, steps: readonly StepRun[], say: Words): string {
  const total = run.plan.steps.length;
  const done = steps.filter((step) => step.state === "done").length;
  const at = (state: StepRun["state"]) => steps.find((step) => step.state === state)?.number;
  const current = at("running") ?? Math.min(done + 1, total);
  const text = say.card.headline;
  switch (run.state) {
    case "draft":
      return run.revision > 1 ? text.revised(total, run.revision) : text.draft(total);
    case "queued":
      if (run.cancelRequestedAtMs !== undefined) return text.stoppingQueued;
      return run.startedAtMs === undefined ? text.queued(total) : text.queuedAgain(done, total);
    case "running":
      return run.cancelRequestedAtMs === undefined ? text.running(current, total) : text.stopping(current, total);
    case "waiting":
      return text.waiting(at("unknown") ?? at("error") ?? current, total);
    case "done":
      return done < total ? text.donePartly(done, total, took(run)) : text.done(total, took(run));
    case "error": {
      const failed = at("error") ?? at("unknown");
      return failed === undefined ? text.errorBetweenSteps(done, total) : text.error(failed, total);
    }
    case "cancelled":
      return run.startedAtMs === undefined ? text.cancelled : text.stopped(done, total);
    case "expired":
      return text.expired;
    case "superseded":
      return text.superseded;
  }
}

function took(run: PlanRun): string {
  if (run.startedAtMs === undefined || run.finishedAtMs === undefined) return "";
  return duration(run.finishedAtMs - run.startedAtMs);
}

function cardStep(
  step: PlanStep,
  done: StepRun | undefined,
  run: PlanRun,
  { nowMs }: CardContext,
  say: Words,
): CardStep {
  const note = done && stepNote(step, done, run, say);
  const elapsed = done && stepElapsed(done, nowMs);
  return {
    number: step.number,
    state: done?.state ?? "pending",
    title: plainLine(step.title, TITLE_LIMIT),
    operation: counted(visibleText(step.tool), OPERATION_LIMIT, say),
    args: cardArgs(step.args, say),
    risk: step.risk,
    ...(note ? { note } : {}),
    ...(elapsed ? { elapsed } : {}),
    ...(done?.state === "running" && done.startedAtMs !== undefined ? { sinceMs: done.startedAtMs } : {}),
  };
}

function stepNote(step: PlanStep, done: StepRun, run: PlanRun, say: Words): string | undefined {
  const text = say.card.step;
  const parts: string[] = [];
  const hasReferences = done.request !== undefined && referencesIn(step.args).references.length > 0;
  if (hasReferences && done.state !== "pending") parts.push(text.sent(plainLine(visibleText(done.request ?? ""), 300)));
  if (done.attempt > 1) parts.push(text.attempt(done.attempt));
  if (done.state === "unknown") parts.push(text.unknown);
  if (done.finishedAfterCancel) parts.push(text.finishedAfterCancel);
  if (done.summary) parts.push(plainLine(done.summary, 500));
  const why = whyNotDone(done, run, say);
  if (why) parts.push(why);
  return parts.length === 0 ? undefined : plainLine(parts.join(" · "), STEP_NOTE_LIMIT);
}

function whyNotDone(step: StepRun, run: PlanRun, say: Words): string | undefined {
  const text = say.card.step;
  const hasBegun = step.attempt > 0 || step.startedAtMs !== undefined;
  if (step.state === "skipped") return hasBegun ? text.leftUnknown : text.skipped;
  if (step.state === "cancelled" && hasBegun) return step.summary ? undefined : text.cancelled;
  const isOverWithoutIt = step.state === "cancelled" || (step.state === "pending" && isOver(run.state));
  return isOverWithoutIt && run.startedAtMs !== undefined ? text.notStarted : undefined;
}

function stepElapsed({ state, startedAtMs, finishedAtMs }: StepRun, nowMs: number): string | undefined {
  if (startedAtMs === undefined) return undefined;
  const end = state === "running" ? nowMs : finishedAtMs;
  if (end === undefined || end - startedAtMs < LONG_STEP_MS) return undefined;
  return duration(end - startedAtMs);
}

function counted(text: string, max: number, say: Words): string {
  if (text.length <= max) return text;
  const kept = cutAt(text, max);
  return kept + say.card.step.cutTotal(text.length - kept.length);
}

function button(action: PressAction, say: Words): CardButton {
  const isDanger = action === "cancel" || action === "stop" || action === "abandon";
  const isPrimary = action === "confirm" || action === "continue";
  return { action, label: say.actions[action], style: isPrimary ? "primary" : isDanger ? "danger" : "plain" };
}

import type { ErrorCode } from "../domain/errors.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool, ToolOutcome } from "../domain/tool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { words } from "../words/words.ts";
import type { CallUnderWay, HeldRun, HeldStep } from "./held-run.ts";
import type { RunnerSettings } from "./settings.ts";
import { judgeOutcome, type StepEnd } from "./step-end.ts";

export interface StepDeps {
  readonly tools: ToolCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RunnerSettings;
  readonly random: () => number;
}

/**
 * Performs one attempt whose beginning is on the disk, and says how it ended. Always comes to an end: a call that
 * does not react to being told to end is given up after a while, its effect unknown (see `keepRuns`).
 */
export function runStep(
  held: HeldRun,
  begun: { at: HeldStep; tool: Tool; args: JsonObject },
  deps: StepDeps,
): Promise<StepEnd> {
  const { at, tool, args } = begun;
  const { clock, settings, random } = deps;
  const startedAtMs = clock.nowMs();
  return new Promise((resolve) => {
    const controller = new AbortController();
    const call: CallUnderWay = {
      step: at,
      startedAtMs,
      toldAtMs: startedAtMs,
      controller,
      end(outcome) {
        if (held.call !== call) return;
        held.call = undefined;
        resolve(judgeOutcome(held, outcome, { call, tool, atMs: clock.nowMs(), settings, random }));
      },
    };
    held.call = call;
    if (held.stop || held.isLost) {
      call.end(notSent(held, tool));
      return;
    }
    const idempotencyKey = `${held.run.id}-${at.step.number}`;
    deps.tools
      .call(held.run.projectId, { tool, args, idempotencyKey, language: held.language }, controller.signal)
      .then(call.end, (error: unknown) => call.end(broke(held, tool, { error, logger: deps.logger })));
  });
}

function notSent(held: HeldRun, tool: Tool): ToolOutcome {
  const summary = words(held.language).running.outcome.stoppedUnsent;
  return { kind: "failed", request: tool.operation, summary, code: "CANCELLED", effect: "none" };
}

/** A provider never throws for what the outside does, so this is a bug: logged here, and the worst is assumed. */
function broke(held: HeldRun, tool: Tool, { error, logger }: { error: unknown; logger: Logger }): ToolOutcome {
  logger.error({ err: error, runId: held.run.id, tool: tool.key }, "A tool provider threw instead of answering.");
  const summary = words(held.language).running.outcome.broke;
  const code: ErrorCode = "CALL_CUT_OFF";
  return { kind: "failed", request: tool.operation, summary, code, effect: "unknown" };
}

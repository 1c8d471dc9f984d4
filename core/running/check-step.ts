import { may } from "../access/may.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { RISKS } from "../domain/plan.ts";
import type { Project } from "../domain/project.ts";
import { resolveReferences } from "../domain/references.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import { words } from "../words/words.ts";
import type { Facts } from "./fresh-facts.ts";
import { type HeldRun, type HeldStep, standsOn } from "./held-run.ts";
import type { StepEnd } from "./step-end.ts";

export type CheckedStep =
  | { readonly kind: "yes"; readonly project: Project; readonly tool: Tool; readonly args: JsonObject }
  | { readonly kind: "no"; readonly code: ErrorCode; readonly why: string };

interface Check {
  readonly facts: Facts;
  /** The end of the step before, when it is not in the record yet. */
  readonly result: StepEnd | undefined;
  readonly checkArgs: (tool: Tool, args: JsonObject) => readonly string[];
}

/**
 * Asked before every call: is it the plan that was confirmed, may who confirmed it still do so, is the tool still
 * allowed and the same, do the arguments fit with earlier results filled in? Asks nobody for a new confirmation.
 */
export function checkStep(held: HeldRun, at: HeldStep, { facts, result, checkArgs }: Check): CheckedStep {
  const say = words(held.language).running;
  const { project, tool } = facts;
  const no = (code: ErrorCode, why: string): CheckedStep => ({ kind: "no", code, why });
  if (!held.isAsConfirmed) return no("DATA_DAMAGED", say.planWasAltered);
  if (!project) return no("PROJECT_NOT_FOUND", say.refusal.noProject);
  const lost = lostPermission(held, at, { ...facts, project });
  if (lost) return no("NOT_ALLOWED", lost);
  const { tool: key, toolHash, risk } = at.step;
  if (!tool) return no("ENDPOINT_NOT_FOUND", say.refusal.noTool(key));
  if (tool.hash !== toolHash || RISKS.indexOf(tool.risk) > RISKS.indexOf(risk)) {
    return no("ENDPOINT_CHANGED", say.refusal.toolChanged(key));
  }
  if (!tool.isAllowed) return no("ENDPOINT_NOT_ALLOWED", say.refusal.toolOff(key));
  let { args } = at.step;
  if (at.hasReferences) {
    const results = result?.result ? new Map(held.results).set(result.at.step.number, result.result) : held.results;
    const resolved = resolveReferences(args, results);
    if (resolved.kind === "missing") {
      return no("REFERENCE_MISSING", say.refusal.noReference(resolved.reference, resolved.why));
    }
    args = resolved.args;
  }
  const problems = checkArgs(tool, args);
  if (problems.length > 0) return no("ARGUMENTS_INVALID", say.refusal.badArgs(problems.join("; ").slice(0, 400)));
  return { kind: "yes", project, tool, args };
}

function lostPermission(
  held: HeldRun,
  at: HeldStep,
  { project, linked, who: called }: Facts & { project: Project },
): string | undefined {
  const say = words(held.language).running.refusal;
  const { authority, groups } = held;
  const who = { account: standsOn(held), groups, linked };
  if (authority !== "automatic") return may(who, "confirm", project) ? undefined : say.confirmerLost(called);
  const isStillAutomatic = project.readsNeedNoConfirmation && at.step.risk === "read";
  return isStillAutomatic && may(who, "propose", project) ? undefined : say.notAutomatic;
}

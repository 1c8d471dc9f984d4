import { canonicalJson } from "../domain/canonical.ts";
import type { ToolKey } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { Plan, PlanStep } from "../domain/plan.ts";
import type { Project } from "../domain/project.ts";
import { referencesIn } from "../domain/references.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import { checkArgs } from "../tools/check-args.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { groupArgs } from "./group-args.ts";
import { type MissingValue, missingValues, optionalPlaceholders } from "./missing-values.ts";
import type { RawStep } from "./parse-plan.ts";

/** One thing that is wrong with a proposal. `text` is for the model and for people alike. */
export interface Problem {
  readonly kind: "unknown-endpoint" | "not-allowed" | "missing" | "arguments" | "reference" | "limit";
  readonly text: string;
  readonly step?: number;
  readonly tool?: Tool;
  readonly missing?: MissingValue;
}

export type Checked =
  | { readonly kind: "valid"; readonly plan: Plan }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

export interface CheckAgainst {
  readonly project: Project;
  readonly tools: ToolCatalogue;
  /** What people said in this chat: a value nobody said is not a value. */
  readonly words: string;
  /** Used when the model gave no goal. */
  readonly goal: string;
}

const MAX_GOAL = 300;
const MAX_TITLE = 160;

/**
 * Turns a proposal into a plan, or says everything that is wrong with it: endpoints known and allowed, arguments
 * valid by the operation's schema, nothing required missing, references well-formed and to earlier steps, limits.
 * Risk, replay and hash come from the tool, never from the model. Calls nothing outside.
 */
export async function checkPlan(
  raw: { readonly goal?: string; readonly steps: readonly RawStep[] },
  against: CheckAgainst,
): Promise<Checked> {
  const most = against.project.limits.stepsPerPlan;
  if (raw.steps.length === 0) return problem({ kind: "limit", text: "The plan has no steps." });
  if (raw.steps.length > most) {
    return problem({ kind: "limit", text: `The plan has ${raw.steps.length} steps; at most ${most} are allowed.` });
  }
  const problems: Problem[] = [];
  const steps: PlanStep[] = [];
  for (const [index, step] of raw.steps.entries()) {
    const number = index + 1;
    const tool = await findTool(step, against);
    if (!tool?.isAllowed) {
      problems.push(noTool(step, number, tool));
      continue;
    }
    const args = groupArgs(step.args, tool.argsSchema);
    problems.push(...argumentProblems(args, tool, number, against), ...referenceProblems(args, number, tool));
    steps.push(toStep(number, tool, args, step.title));
  }
  if (problems.length > 0) return { kind: "problems", problems };
  const goal = plainLine(raw.goal ?? "", MAX_GOAL) || plainLine(against.goal, MAX_GOAL) || steps[0]!.title;
  return { kind: "valid", plan: { version: 1, goal, steps } };
}

/** The same for a plan that stands already (an edited one): tools anew, so that hashes and risks are of now. */
export function recheckPlan(plan: Plan, against: CheckAgainst): Promise<Checked> {
  const steps = plan.steps.map((step) => {
    const space = step.tool.indexOf(" ");
    const [service, operation] = [step.tool.slice(0, space), step.tool.slice(space + 1)];
    return { service, operation, args: step.args, title: step.title };
  });
  return checkPlan({ goal: plan.goal, steps }, against);
}

const problem = (one: Problem): Checked => ({ kind: "problems", problems: [one] });

function toStep(number: number, tool: Tool, args: JsonObject, title: string | undefined): PlanStep {
  const { key, hash, risk, replay, summary, operation } = tool;
  const shown = plainLine(title ?? "", MAX_TITLE) || plainLine(summary, MAX_TITLE) || operation;
  return { number, title: shown, tool: key, toolHash: hash, args, risk, replay };
}

/** Spelled as it is listed, or with the packaging a small model adds: the service before it, spaces, a lower-case method. */
async function findTool(step: RawStep, { project, tools }: CheckAgainst): Promise<Tool | undefined> {
  const service = step.service.trim();
  const written = step.operation.trim().replace(/\s+/g, " ");
  const bare = written.startsWith(`${service} `) ? written.slice(service.length + 1) : written;
  const upper = bare.replace(/^[a-z]+(?= \/)/, (method) => method.toUpperCase());
  for (const operation of new Set([step.operation, bare, upper, upper.replace(/(?<=.)\/$/, "")])) {
    const tool = await tools.get(project.id, `${service} ${operation}` as ToolKey);
    if (tool) return tool;
  }
  return undefined;
}

function noTool(step: RawStep, number: number, tool: Tool | undefined): Problem {
  const name = plainLine(`${step.service} ${step.operation}`, 160);
  if (tool) return { kind: "not-allowed", step: number, text: `Step ${number}: ${name} is not on the allow-list.` };
  return {
    kind: "unknown-endpoint",
    step: number,
    text: `Step ${number}: there is no endpoint "${name}". Copy service and operation from the list.`,
  };
}

function argumentProblems(args: JsonObject, tool: Tool, number: number, against: CheckAgainst): Problem[] {
  const missing = missingValues(args, tool.argsSchema, { words: against.words, changesThings: tool.risk !== "read" });
  if (missing.length > 0) {
    return missing.map((one) => ({
      kind: "missing",
      step: number,
      tool,
      missing: one,
      text: missingText(one, number),
    }));
  }
  const wrong = checkArgs(tool, args, { references: true });
  const idle = optionalPlaceholders(args, tool.argsSchema, against.words);
  wrong.push(...idle.map((path) => `${path} holds a placeholder; leave it out or ask the person`));
  if (wrong.length === 0 && !isCanonical(args)) wrong.push("the arguments have no canonical JSON form");
  return wrong.map((text) => ({
    kind: "arguments",
    step: number,
    tool,
    text: `Step ${number}: ${text}${/[.!?]$/.test(text) ? "" : "."}`,
  }));
}

function missingText({ path, type, why }: MissingValue, number: number): string {
  const wanted = `Step ${number}: ${path} (${type}) is required`;
  if (why === "absent") return `${wanted} and missing.`;
  return why === "placeholder"
    ? `${wanted}, and a placeholder stands in its place.`
    : `${wanted}, and nobody said that number.`;
}

function referenceProblems(args: JsonObject, number: number, tool: Tool): Problem[] {
  const { references, malformed } = referencesIn(args);
  const late = references.filter((reference) => reference.step < 1 || reference.step >= number);
  return [
    ...malformed.map(
      (text) => `Step ${number}: ${text} is no reference; write {{steps.N.body.key}} with an earlier step.`,
    ),
    ...late.map(({ text }) => `Step ${number}: ${text} does not name an earlier step.`),
  ].map((text) => ({ kind: "reference", step: number, tool, text }));
}

function isCanonical(args: JsonObject): boolean {
  try {
    canonicalJson(args);
    return true;
  } catch (error) {
    if (error instanceof RangeError || error instanceof Error) return false;
    throw error;
  }
}

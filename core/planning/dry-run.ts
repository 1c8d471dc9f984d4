import { auditEntry } from "../access/record-audit.ts";
import type { Language } from "../domain/chat.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { PlanStep, StepResult } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import { referencesIn, resolveReferences } from "../domain/references.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool, ToolOutcome } from "../domain/tool.ts";
import type { CorePorts } from "../ports/core-ports.ts";
import { checkArgs } from "../tools/check-args.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { words } from "../words/words.ts";
import { takePress } from "./decide-plan.ts";
import type { Decision, Press } from "./decision.ts";

export type DryRunDeps = Pick<CorePorts, "stores" | "clock"> & { readonly tools: ToolCatalogue };

/** A reading call of a dry run waits this long. */
const CALL_MS = 20_000;
const MAX_ARGS = 300;
const MAX_SUMMARY = 300;

/**
 * Walks through a draft without changing anything: every step is resolved and checked against the endpoint as it
 * is now, and only steps whose tool reads are called. The result is text in `detail`; the plan stays as it is and
 * may be tried again.
 */
export async function dryRun(press: Press, deps: DryRunDeps, signal: AbortSignal): Promise<Decision> {
  const taken = await deps.stores.atomically((tx) => takePress(tx, press, deps.clock.nowMs()));
  if (taken.kind === "no") return taken.decision;
  const { run } = taken;
  const { project, language } = await deps.stores.read(async (tx) => ({
    project: await tx.projects.get(run.projectId),
    language: (await tx.chats.get(run.chatId))?.language ?? "en",
  }));
  if (!project) return { kind: "not-found" };
  const say = words(language).planning.dryRun;
  const results = new Map<number, StepResult>();
  const lines: string[] = [];
  for (const step of run.plan.steps)
    lines.push(await tryStep(step, { run, project, language, results, say }, deps, signal));
  const { id, revision, planHash } = run;
  const entry = auditEntry(press.by, "dry-run-plan", id, deps.clock.nowMs(), {
    revision,
    planHash,
    reads: results.size,
  });
  await deps.stores.atomically((tx) => tx.audit.append(entry));
  return { kind: "accepted", action: "dry-run", run, detail: [say.head, ...lines].join("\n") };
}

interface Walk {
  readonly run: PlanRun;
  readonly project: Project;
  readonly language: Language;
  readonly results: Map<number, StepResult>;
  readonly say: ReturnType<typeof words>["planning"]["dryRun"];
}

async function tryStep(step: PlanStep, walk: Walk, deps: DryRunDeps, signal: AbortSignal): Promise<string> {
  const { say, results, project } = walk;
  const { number } = step;
  const tool = await deps.tools.get(project.id, step.tool);
  const shown = (args: JsonObject) => plainLine(`${step.tool} ${JSON.stringify(args)}`, MAX_ARGS);
  if (!tool) return say.gone(number, step.tool);
  if (!tool.isAllowed) return say.notAllowed(number, step.tool);
  if (tool.hash !== step.toolHash) return say.isChanged(number, step.tool);
  const uncalled = referencesIn(step.args).references.find((reference) => !results.has(reference.step));
  if (uncalled) return say.waits(number, shown(step.args), say.stepsNotRead(uncalled.step));
  const resolved = resolveReferences(step.args, results);
  if (resolved.kind === "missing") {
    return say.invalid(number, shown(step.args), `${resolved.reference}: ${resolved.why}`);
  }
  const wrong = checkArgs(tool, resolved.args);
  if (wrong.length > 0) return say.invalid(number, shown(resolved.args), plainLine(wrong.join("; "), MAX_SUMMARY));
  if (tool.risk !== "read") return say.wouldCall(number, shown(resolved.args));
  const outcome = await callRead(tool, resolved.args, walk, number, deps, signal);
  if (outcome === "limit") return say.waits(number, shown(resolved.args), say.limit);
  if (outcome.kind === "done") results.set(number, outcome.result);
  const summary = plainLine(outcome.summary, MAX_SUMMARY);
  return outcome.kind === "done"
    ? say.read(number, shown(resolved.args), summary)
    : say.invalid(number, shown(resolved.args), summary);
}

async function callRead(
  tool: Tool,
  args: JsonObject,
  { run, project, language }: Walk,
  number: number,
  { tools, stores, clock }: DryRunDeps,
  signal: AbortSignal,
): Promise<ToolOutcome | "limit"> {
  const atMs = clock.nowMs();
  const { callsPerHour } = project.limits;
  const taken = await stores.atomically((tx) => tx.limits.takeCalls(project.id, atMs, callsPerHour, 1));
  if (taken === 0) return "limit";
  const over = new AbortController();
  const timeUp = new AbortController();
  clock.sleep(CALL_MS, over.signal).then(() => timeUp.abort());
  const idempotencyKey = `dry:${run.id}:${run.revision}:${number}`;
  try {
    return await tools.call(
      project.id,
      { tool, args, idempotencyKey, language },
      AbortSignal.any([signal, timeUp.signal]),
    );
  } finally {
    over.abort();
  }
}

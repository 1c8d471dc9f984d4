import type { PlanRun } from "../../core/domain/plan-run.ts";
import { referencesIn } from "../../core/domain/references.ts";
import { claimsAnAction } from "../../core/planning/false-claim.ts";
import { checkArgs } from "../../core/tools/check-args.ts";
import { FAULTS, type Fault, faultyBrain } from "../../src/demo/faulty-brains.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import type { BenchContext, Figure } from "./figure.ts";
import { type ModelsWorld, openModelsWorld, WAYS, type WayName } from "./models-world.ts";

/**
 * Models that get it wrong, over the real path: HTTP to a simulated PC, prompt, parsing, checks, drafts in SQLite.
 * Every kind of fault, both ways in, and models that learn after one or two answers sent back, or never.
 */
export const bench = {
  name: "models",
  summary:
    "Faulty models: how many requests still end in a valid plan or a question, and whether anything invalid is shown.",
  run: measure,
};

const REQUESTS = [
  "set the stock of M8 bolts to 400 and tell the workshop",
  "set the stock of p-101 to 250",
  "pon las existencias de los tornillos M8 a 400 y avisa al taller",
  "start the machine mill-2",
  "post a notice that the laser cutter is free again",
  "create a job for machine mill-1 with part p-201 and quantity 5",
];
const RECOVERS_AFTER = [1, 2, Number.POSITIVE_INFINITY];

type Outcome = "plan" | "question" | "words" | "invalid";

interface Case {
  readonly fault: Fault;
  readonly way: WayName;
  readonly recoversAfter: number;
  readonly outcome: Outcome;
}

async function measure({ log }: BenchContext): Promise<Figure[]> {
  const world = await openModelsWorld(simulatedBrain());
  try {
    const clean: Outcome[] = [];
    for (const way of WAYS) for (const text of REQUESTS) clean.push(await outcomeOf(text, way, world));
    const cases: Case[] = [];
    for (const fault of FAULTS) {
      for (const recoversAfter of RECOVERS_AFTER) {
        world.brain = faultyBrain(fault, { recoversAfter });
        for (const way of WAYS) {
          for (const text of REQUESTS)
            cases.push({ fault, way, recoversAfter, outcome: await outcomeOf(text, way, world) });
        }
      }
      log(
        line(
          fault,
          cases.filter((one) => one.fault === fault),
        ),
      );
    }
    return toFigures(cases, clean);
  } finally {
    await world.close();
  }
}

async function outcomeOf(text: string, way: WayName, world: ModelsWorld): Promise<Outcome> {
  const { told, run } = await world.ask(text, way);
  if (run) return (await isValid(run, world)) ? "plan" : "invalid";
  if (claimsAnAction(told)) return "invalid";
  return /[?？]\s*$/.test(told) ? "question" : "words";
}

/** Judged afresh from the record: the tool as it is registered, its arguments, its references. */
async function isValid(run: PlanRun, { tools }: ModelsWorld): Promise<boolean> {
  for (const step of run.plan.steps) {
    const tool = await tools.get(run.projectId, step.tool);
    if (!tool?.isAllowed || tool.hash !== step.toolHash || tool.risk !== step.risk) return false;
    const { references, malformed } = referencesIn(step.args);
    if (malformed.length > 0 || references.some((reference) => reference.step >= step.number)) return false;
    if (checkArgs(tool, step.args, { references: true }).length > 0) return false;
    if (JSON.stringify(step.args).includes("<value>")) return false;
  }
  return run.plan.steps.length > 0;
}

function line(fault: Fault, cases: readonly Case[]): string {
  const count = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  return `${fault.padEnd(24)} plans ${count("plan")}, questions ${count("question")}, words ${count("words")}, invalid ${count("invalid")}`;
}

function toFigures(cases: readonly Case[], clean: readonly Outcome[]): Figure[] {
  const share = (some: readonly { outcome: Outcome }[], ...wanted: Outcome[]) =>
    some.length === 0 ? 0 : some.filter(({ outcome }) => wanted.includes(outcome)).length / some.length;
  const learning = cases.filter(({ recoversAfter }) => Number.isFinite(recoversAfter));
  const ended = share(cases, "plan", "question");
  const invalid = cases.filter(({ outcome }) => outcome === "invalid").length;
  const faultless = share(
    clean.map((outcome) => ({ outcome })),
    "plan",
  );
  const recovered = share(learning, "plan");
  const figure = (name: string, value: number, unit: string, goal: string, holds: boolean): Figure => ({
    name,
    value: Math.round(value * 1000) / 1000,
    unit,
    goal,
    holds,
  });
  return [
    figure("valid_or_question_share", ended, "share", ">= 0.95", ended >= 0.95),
    figure("invalid_shown", invalid, "count", "= 0", invalid === 0),
    figure("recovered_to_plan_share", recovered, "share", ">= 0.95", recovered >= 0.95),
    figure("faultless_plan_share", faultless, "share", "= 1", faultless === 1),
    figure("requests", cases.length, "count", "", true),
  ];
}

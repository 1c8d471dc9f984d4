import { PilotoError } from "../../core/domain/errors.ts";
import type { AccountId, ChatId, RunId } from "../../core/domain/ids.ts";
import { isDeeper } from "../../core/domain/is-deeper.ts";
import { isOver, type PlanRun } from "../../core/domain/plan-run.ts";
import type { Project } from "../../core/domain/project.ts";
import { isJsonObject, type JsonObject } from "../../core/domain/result.ts";
import { COMMAND_FACE } from "../command-platform.ts";
import type { WaitOptions } from "./ask.ts";
import { askYesNo } from "./ask-yes-no.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { hint, print } from "./output.ts";
import { printRun } from "./print-run.ts";
import { numberOf } from "./runs.ts";
import { waitUntil } from "./wait-until.ts";
import { type Working, withCore } from "./with-core.ts";
import { projectNamed, whoActs } from "./with-house.ts";

interface CallOptions extends WaitOptions {
  readonly yes?: boolean;
}

/**
 * `piloto call SERVICE OPERATION [ARGUMENTS]`: a plan of one step, confirmed here, run and recorded like any other.
 * Prints the result. Exit 1 when the step failed or the end did not come within `--seconds`.
 */
export function call(service: string, operation: string, given: string | undefined, options: CallOptions) {
  const withinMs = numberOf(options.seconds, "--seconds", 86_400) * 1000;
  const args = argumentsOf(given);
  return withCore(async (working) => {
    const by = whoActs(options, working.settings);
    const draft = await propose({ service, operation, args, by }, options, working);
    if (!options.yes && draft.state === "draft") {
      await printRun(draft, {}, working);
      if (!(await askYesNo("\nConfirm exactly this?"))) return drop(draft, by, working);
    }
    await confirm(draft, by, working);
    const run = await waitUntil(working, withinMs, () => overRun(draft.id, working));
    if (!run) {
      hint(`It has not ended within ${options.seconds} s and goes on: piloto runs show ${draft.id}`);
      return EXIT.failed;
    }
    await tellResult(run, options, working);
    return run.state === "done" ? EXIT.ok : EXIT.failed;
  });
}

interface Wanted {
  readonly service: string;
  readonly operation: string;
  readonly args: JsonObject;
  readonly by: AccountId;
}

async function propose({ by, ...wanted }: Wanted, options: CallOptions, working: Working): Promise<PlanRun> {
  const project = await projectNamed(working, options);
  const chatId = `${COMMAND_FACE}:${working.ids.next()}` as ChatId;
  await mustHaveService(project, wanted.service, working);
  const core = await working.core();
  const proposed = await core.proposeCall({ ...wanted, chatId, projectId: project.id, account: by });
  if (proposed.kind === "drafted") return proposed.run;
  if (proposed.kind === "not-allowed") {
    throw new PilotoError("NOT_ALLOWED", `${by} may not propose in the project ${project.id}.`);
  }
  const [first] = proposed.problems;
  const told = proposed.problems.map(({ text }) => sentence(text.replace(/^Step 1: /, ""))).join(" ");
  throw new PilotoError(CODES[first?.kind ?? "limit"], `${told} See: piloto services show ${wanted.service}`);
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** @throws PilotoError SERVICE_NOT_FOUND, naming those that there are */
async function mustHaveService(project: Project, name: string, { stores }: Working): Promise<void> {
  const services = await stores.read((tx) => tx.services.list(project.id));
  // Piloto's own tools belong to no service that is registered.
  if (name === "piloto" || services.some((service) => service.name === name)) return;
  const names = services.map((service) => service.name).join(", ");
  const there = names === "" ? "It has none; add one: piloto services add NAME URL" : `It has: ${names}`;
  const message = `The project ${project.id} has no service "${name.slice(0, 80)}". ${there}.`;
  throw new PilotoError("SERVICE_NOT_FOUND", message);
}

const CODES = {
  "unknown-endpoint": "ENDPOINT_NOT_FOUND",
  "not-allowed": "ENDPOINT_NOT_ALLOWED",
  missing: "ARGUMENTS_INVALID",
  arguments: "ARGUMENTS_INVALID",
  reference: "ARGUMENTS_INVALID",
  limit: "PLAN_INVALID",
} as const;

/** @throws PilotoError NOT_ALLOWED; a project may have let a reading call start by itself, which is well. */
async function confirm({ id, revision }: PlanRun, by: AccountId, { core, stores }: Working): Promise<void> {
  const now = await stores.read((tx) => tx.runs.get(id));
  if (now && now.state !== "draft") return;
  const { decision, reply } = await (await core()).pressButton({ runId: id, revision, action: "confirm", by });
  if (decision.kind !== "accepted") throw new PilotoError("NOT_ALLOWED", reply);
}

async function drop({ id, revision }: PlanRun, by: AccountId, { core }: Working): Promise<ExitCode> {
  const { reply } = await (await core()).pressButton({ runId: id, revision, action: "cancel", by });
  hint(reply);
  return EXIT.failed;
}

async function overRun(id: RunId, { stores }: Working): Promise<PlanRun | undefined> {
  const run = await stores.read((tx) => tx.runs.get(id));
  return run && (isOver(run.state) || run.state === "waiting") ? run : undefined;
}

async function tellResult(run: PlanRun, options: CallOptions, working: Working): Promise<void> {
  if (options.json) return printRun(run, options, working);
  const [step] = await working.stores.read((tx) => tx.steps.of(run.id));
  if (step?.result) print(JSON.stringify(step.result.body, undefined, 2));
  if (run.state !== "done") hint(run.reason ?? step?.summary ?? `It ended as ${run.state}.`);
}

function argumentsOf(given: string | undefined): JsonObject {
  if (given === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch (cause) {
    throw new PilotoError("INPUT_INVALID", `The arguments are not JSON. Write them like ${EXAMPLE}.`, { cause });
  }
  if (isDeeper(value, MAX_DEPTH)) {
    throw new PilotoError(
      "INPUT_INVALID",
      `The arguments are nested deeper than ${MAX_DEPTH} levels. Write them flatter.`,
    );
  }
  if (isJsonObject(value)) return value;
  throw new PilotoError("INPUT_INVALID", `The arguments are no object. Write them like ${EXAMPLE}.`);
}

/** What a service takes is far flatter; code behind this walks the arguments by recursion. */
const MAX_DEPTH = 100;

const EXAMPLE = `'{"path":{"id":"M8"},"body":{"quantity":400}}'`;

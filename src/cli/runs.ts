import { isPilotoError, PilotoError } from "../../core/domain/errors.ts";
import { type RunId, shortRunId } from "../../core/domain/ids.ts";
import { plainLine } from "../../core/domain/plain-text.ts";
import { isActive, type PlanRun, type PressAction, RUN_STATES, type RunState } from "../../core/domain/plan-run.ts";
import { takeOwnership } from "../../storage/index.ts";
import type { CommandHouse } from "../open-for-command.ts";
import type { Settings } from "../settings.ts";
import { askYesNo } from "./ask-yes-no.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson, printTable } from "./output.ts";
import { printRun } from "./print-run.ts";
import { projectNamed, whoActs, withHouse } from "./with-house.ts";

interface ListOptions extends CommonOptions {
  readonly state?: string;
  readonly limit: string;
  readonly before?: string;
}

/** `piloto runs list` */
export function listRuns(options: ListOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const projectId = options.project === undefined ? undefined : (await projectNamed(house, options)).id;
    const filter = { projectId, states: options.state === undefined ? undefined : statesOf(options.state) };
    const limit = numberOf(options.limit, "--limit", 200);
    if (options.before !== undefined && !/^\d+\.[\w-]+$/.test(options.before)) {
      const message = `--before is "${options.before.slice(0, 80)}"; it may be what the last page ended with.`;
      throw new PilotoError("INPUT_INVALID", message);
    }
    const page = await house.stores.read((tx) => tx.runs.page(filter, { limit, before: options.before }));
    if (options.json) {
      printJson({ runs: page.items, next: page.next });
      return EXIT.ok;
    }
    printTable(
      ["run", "state", "proposed", "by", "goal"],
      page.items.map((run) => [shortRunId(run.id), run.state, time(run.proposedAtMs), run.requestedBy, goal(run)]),
      options.before === undefined ? "There are no runs yet." : "There are no runs before that.",
    );
    if (page.next) hint(`There are older ones: --before ${page.next}`);
    return EXIT.ok;
  });
}

/** `piloto runs show RUN` */
export function showRun(id: string, options: CommonOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const run = await runNamed(house, id);
    await printRun(run, options, house);
    if (!options.json) print("", `run   ${run.id}, revision ${run.revision}`, `plan  ${run.planHash}`);
    return EXIT.ok;
  });
}

interface ConfirmOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** `piloto runs confirm RUN`: shows the plan and asks, unless `--yes`. A running Piloto then runs it. */
export function confirmRun(id: string, options: ConfirmOptions): Promise<ExitCode> {
  return withHouse(async (house) => {
    const run = await runNamed(house, id);
    if (run.state === "draft" && !options.yes) {
      await printRun(run, {}, house);
      if (!(await askYesNo("\nConfirm exactly this?"))) return EXIT.failed;
    }
    return pressOn(run, "confirm", options, house);
  });
}

/** `piloto runs cancel RUN`: drops a draft, asks an active run to stop. */
export function cancelRun(id: string, options: CommonOptions): Promise<ExitCode> {
  return press(id, options, (run) => (run.state === "waiting" ? "abandon" : isActive(run.state) ? "stop" : "cancel"));
}

/** `piloto runs retry RUN` */
export function retryRun(id: string, options: CommonOptions): Promise<ExitCode> {
  return press(id, options, () => "retry");
}

function press(id: string, options: CommonOptions, actionFor: (run: PlanRun) => PressAction): Promise<ExitCode> {
  return withHouse(async (house) => {
    const run = await runNamed(house, id);
    return pressOn(run, actionFor(run), options, house);
  });
}

async function pressOn(
  { id: runId, revision }: PlanRun,
  action: PressAction,
  options: CommonOptions,
  house: CommandHouse,
): Promise<ExitCode> {
  const core = await house.core();
  const { decision, reply } = await core.pressButton({
    runId,
    revision,
    action,
    by: whoActs(options, house.settings),
  });
  if (options.json) printJson({ run: runId, decision: decision.kind, reply });
  else print(reply);
  if (decision.kind === "accepted") {
    if (STARTS_WORK.has(action) && !isOwned(house.settings)) {
      hint("No Piloto runs on this data now. It is queued, and runs when one is started: piloto start.");
    }
    return EXIT.ok;
  }
  return decision.kind === "refused" ? EXIT.notAllowed : EXIT.failed;
}

const STARTS_WORK: ReadonlySet<PressAction> = new Set(["confirm", "retry"]);

/** On a shared PostgreSQL another computer may do the work; then there is nothing to tell. */
function isOwned({ dataFolder, databaseUrl }: Settings): boolean {
  if (databaseUrl !== undefined) return true;
  try {
    takeOwnership(dataFolder).release();
    return false;
  } catch (error) {
    if (isPilotoError(error, "DATA_IN_USE")) return true;
    throw error;
  }
}

/** A run by its id or the end of it. @throws PilotoError RUN_NOT_FOUND */
async function runNamed({ stores }: Pick<CommandHouse, "stores">, id: string): Promise<PlanRun> {
  const found = await stores.read(
    async (tx) => (await tx.runs.get(id as RunId)) ?? (await tx.runs.find(undefined, id)),
  );
  if (found) return found;
  throw new PilotoError("RUN_NOT_FOUND", `No run ends in "${id.slice(0, 60)}", or several do. See: piloto runs list.`);
}

function statesOf(text: string): RunState[] {
  return text.split(",").map((word) => {
    const state = RUN_STATES.find((known) => known === word.trim());
    if (state) return state;
    throw new PilotoError("INPUT_INVALID", `"${word}" is no state of a run. There are: ${RUN_STATES.join(", ")}.`);
  });
}

/** A whole number from an option. @throws PilotoError INPUT_INVALID */
export function numberOf(text: string, option: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new PilotoError("INPUT_INVALID", `${option} is "${text}"; it may be a whole number from 1 to ${most}.`);
}

const goal = (run: PlanRun) => plainLine(run.plan.goal, 60);

/** `2026-11-21 08:05:09` in UTC. */
const time = (atMs: number) => new Date(atMs).toISOString().slice(0, 19).replace("T", " ");

import type { PlanRun, StepRun } from "../../core/domain/plan-run.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";
import { run as runProgram } from "./kill-life.ts";
import type { Person } from "./kill-person.ts";
import type { KillWorld } from "./kill-world.ts";

/** What is wrong after the last life, counted. All of them should be 0. */
export interface Wrongs {
  /** Confirmed, said so, and not done now. */
  acknowledged_lost: number;
  /** Steps that may happen once and happened more often. */
  effects_repeated: number;
  /** Steps that are told as done, and never happened. */
  effects_missing: number;
  /** Runs that are still queued, running or waiting. */
  runs_unfinished: number;
  /** Chats with a message that was taken and never acted on. */
  messages_unhandled: number;
  /** Runs whose last card does not show what the database says. */
  cards_untrue: number;
  audit_breaks: number;
}

/** Holds the record, the workshop and what the person was shown against each other. */
export async function whatIsWrong(world: KillWorld, person: Person): Promise<Wrongs> {
  const audit_breaks = (await auditHolds(world.folder)) ? 0 : 1;
  const stores = await openSqlite({ folder: world.folder });
  try {
    const wrongs: Wrongs = {
      acknowledged_lost: 0,
      effects_repeated: 0,
      effects_missing: 0,
      runs_unfinished: 0,
      messages_unhandled: (await stores.read((tx) => tx.messages.chatsWaiting(100_000))).length,
      cards_untrue: 0,
      audit_breaks,
    };
    const runs = await allRuns(stores);
    for (const [run, steps] of runs.values()) judge(run, steps, { world, person, wrongs });
    for (const id of person.acknowledged) if (runs.get(id)?.[0].state !== "done") wrongs.acknowledged_lost += 1;
    return wrongs;
  } finally {
    await stores.close();
  }
}

interface Judging {
  readonly world: KillWorld;
  readonly person: Person;
  readonly wrongs: Wrongs;
}

const UNFINISHED = ["queued", "running", "waiting"];

function judge(run: PlanRun, steps: readonly StepRun[], { world, person, wrongs }: Judging): void {
  if (UNFINISHED.includes(run.state)) wrongs.runs_unfinished += 1;
  const effects = world.effects();
  for (const { number, risk, replay } of run.plan.steps) {
    const times = effects.get(`${run.id}-${number}`) ?? 0;
    const isDone = steps.find((step) => step.number === number)?.state === "done";
    if (replay === "never" && times > 1) wrongs.effects_repeated += 1;
    if (isDone && risk !== "read" && times === 0) wrongs.effects_missing += 1;
  }
  const card = person.shown.get(run.id);
  const isTrue =
    card?.state === run.state &&
    card.revision === run.revision &&
    card.steps.every(({ number, state }) => steps.find((step) => step.number === number)?.state === state);
  if (!isTrue) wrongs.cards_untrue += 1;
}

async function allRuns(stores: Stores): Promise<Map<string, [PlanRun, StepRun[]]>> {
  const found = new Map<string, [PlanRun, StepRun[]]>();
  let before: string | undefined;
  do {
    const page = await stores.read((tx) => tx.runs.page({}, { before, limit: 200 }));
    for (const run of page.items) found.set(run.id, [run, await stores.read((tx) => tx.steps.of(run.id))]);
    before = page.next;
  } while (before !== undefined);
  return found;
}

/** As a person would ask: the chain, and the signed checkpoints beside the database. */
async function auditHolds(folder: string): Promise<boolean> {
  const child = runProgram(folder, ["audit", "verify", "--json"]);
  child.stdin?.end();
  child.stdout?.resume();
  return (await new Promise((resolve) => child.once("close", resolve))) === 0;
}

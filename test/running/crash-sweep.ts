import { expect } from "vitest";
import type { PlanRun, PressAction } from "../../core/domain/plan-run.ts";
import type { Decision } from "../../core/planning/decision.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { Disk } from "./disks.ts";
import { type Life, type LifeOptions, type Outside, outsideWith, startLife } from "./process.ts";
import { type Case, STORY_TOOLS, type Story, type Telling } from "./story.ts";
import { press, projectWith, propose, standing } from "./world.ts";

/** Where processes die: at the `first` point of the story, and the one that comes then at its own `second`. */
export interface Deaths {
  readonly first?: number;
  readonly second?: number;
}

/** A story may end processes in good order, too. */
const MOST_LIVES = 8;

/**
 * One story from its draft to its end: told in a process that dies, told on in a second that may die too, and
 * finished in one that lives. Each process finds what the one before left.
 */
export async function oneCase(disk: Disk, id: string, story: Story, deaths: Deaths): Promise<Case> {
  const outside = outsideWith(STORY_TOOLS, story.services);
  outside.passedMs = story.passedMs ?? 0;
  const { run, auditSeq } = await begin(disk, id, { story, outside });
  const accepted: PressAction[] = [];
  const dieAt = [deaths.first, deaths.second];
  let hasDied = false;
  for (let n = 0; n < MOST_LIVES; n++) {
    const [at] = dieAt;
    const lived = await live({ disk, outside, story, run, accepted }, { boot: `${id}-${n}`, dieAt: at });
    hasDied ||= lived.hasDied;
    if (lived.isOver) return { story, outside, chatId: run.chatId, run, auditSeq, accepted, hasDied };
    if (lived.hasDied) dieAt.shift();
    else if (at !== undefined) dieAt[0] = at - lived.points;
  }
  throw new Error(`"${story.name}" was not over after ${MOST_LIVES} processes.`);
}

async function begin(disk: Disk, id: string, { story, outside }: { story: Story; outside: Outside }) {
  const stores = await disk.open();
  const { seq: auditSeq } = await stores.read((tx) => tx.audit.head());
  const atMs = Date.now() + outside.passedMs;
  await stores.atomically((tx) => tx.projects.put(projectWith(story.limits)));
  const run = await propose(stores, { id, chat: `terminal:${id}`, plan: story.plan, atMs, lifeMs: story.lifeMs });
  await story.prepare?.(stores, run);
  await stores.close();
  return { run, auditSeq };
}

interface Told {
  readonly disk: Disk;
  readonly outside: Outside;
  readonly story: Story;
  readonly run: PlanRun;
  readonly accepted: PressAction[];
}

async function live({ disk, outside, story, run, accepted }: Told, options: LifeOptions) {
  const life = await startLife(disk, outside, { ...options, settings: story.settings });
  let isOver = false;
  const tell = async () => {
    isOver = (await story.tell(tellingOf({ life, outside, run, accepted }))) === "over";
  };
  await Promise.race([
    tell().catch((error: unknown) => {
      if (!life.isDead) throw error;
    }),
    life.died,
  ]);
  await life.end();
  return { isOver: isOver && !life.isDead, hasDied: life.isDead, points: life.points };
}

function tellingOf({ life, outside, run, accepted }: Omit<Told, "disk" | "story"> & { life: Life }): Telling {
  const keep = (decision: Decision) => {
    if (decision.kind === "accepted") accepted.push(decision.action);
    return decision;
  };
  return {
    life,
    outside,
    run,
    keep,
    async press(action, on = run) {
      const isSecond = action === "confirm" && accepted.includes("confirm");
      const decision = keep(await press(life, on, action));
      if (isSecond) expect(decision.kind).not.toBe("accepted");
      return decision;
    },
  };
}

/** What must be true in the end, wherever a process died. */
export async function holds(stores: Stores, one: Case): Promise<void> {
  const { items } = await stores.read((tx) => tx.runs.page({ chatId: one.chatId }, { limit: 50 }));
  expect(items.map((run) => run.state).sort()).toEqual([...one.story.ends].sort());
  for (const run of items) {
    await effectsAreTrue(stores, run, one.outside);
    await cardIsTrue(stores, run, one.outside);
    await recordIsWhole(stores, run, one);
    expect(await stores.read((tx) => tx.queue.get(run.id))).toBeUndefined();
  }
  const chat = await stores.read((tx) => tx.chats.get(one.chatId));
  expect(chat).toMatchObject({ pendingRunId: undefined, activeRunId: undefined });
  await nothingAcceptedIsGone(stores, items, one);
  await one.story.holds?.(stores, one);
}

async function effectsAreTrue(stores: Stores, { id, plan }: PlanRun, { effects }: Outside): Promise<void> {
  const { steps } = await standing(stores, id);
  for (const { number, state } of steps) {
    const step = plan.steps[number - 1];
    const times = effects.filter((key) => key === `${id}-${number}`).length;
    if (step?.replay === "never") expect(times).toBeLessThanOrEqual(1);
    if (state === "done") expect(times).toBeGreaterThanOrEqual(1);
    if (state === "pending" || state === "running") expect.fail(`Step ${number} is ${state} though its run is over.`);
    if (state === "cancelled" && step?.risk !== "read") expect(times).toBe(0);
  }
}

async function cardIsTrue(stores: Stores, { id, chatId }: PlanRun, { platform }: Outside): Promise<void> {
  const { run, steps } = await standing(stores, id);
  const card = platform.seen(chatId).findLast((what) => what.kind === "card" && what.runId === id);
  expect(card).toMatchObject({ state: run.state, revision: run.revision });
  expect(card?.kind === "card" && card.steps.map((step) => step.state)).toEqual(steps.map((step) => step.state));
}

/** Each begun attempt, each end and each decision has its entry: facts and their audit are one transaction. */
async function recordIsWhole(stores: Stores, { id }: PlanRun, { auditSeq }: Case): Promise<void> {
  const { entries, attempts, votes } = await stores.read(async (tx) => ({
    entries: (await tx.audit.after(auditSeq, 100_000)).filter((entry) => entry.target === id),
    attempts: await tx.steps.attempts(id),
    votes: await tx.votes.of(id),
  }));
  const count = (did: string) => entries.filter((entry) => entry.did === did).length;
  expect(count("begin-step")).toBe(attempts.length);
  expect(count("end-step")).toBe(attempts.filter((attempt) => attempt.finishedAtMs !== undefined).length);
  expect(count("confirm-plan")).toBeLessThanOrEqual(1);
  for (const [action, did] of Object.entries(DECIDED)) {
    expect(votes.filter((vote) => vote.counted && vote.action === action)).toHaveLength(count(did));
  }
  if (attempts.length > 0) expect(count("finish-run")).toBeGreaterThanOrEqual(1);
}

const DECIDED: Readonly<Partial<Record<PressAction, string>>> = {
  confirm: "confirm-plan",
  cancel: "cancel-plan",
  stop: "stop-run",
  retry: "retry-step",
  continue: "continue-run",
  abandon: "abandon-run",
  edit: "edit-plan",
};

async function nothingAcceptedIsGone(stores: Stores, runs: readonly PlanRun[], { accepted }: Case): Promise<void> {
  const votes = await stores.read(async (tx) => (await Promise.all(runs.map((run) => tx.votes.of(run.id)))).flat());
  const counted = (action: PressAction) => votes.filter((vote) => vote.counted && vote.action === action).length;
  for (const action of new Set(accepted)) {
    expect(counted(action)).toBeGreaterThanOrEqual(accepted.filter((one) => one === action).length);
  }
}

import { expect } from "vitest";
import type { RunId } from "../../core/domain/ids.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { fakeTool } from "../support/fake-tools.ts";
import type { Disk } from "./disks.ts";
import { type Life, type LifeOptions, type Outside, outsideWith, startLife } from "./process.ts";
import { planOf, press, projectWith, propose, standing } from "./world.ts";

export const TOOLS = [
  fakeTool("look"),
  fakeTool("order", { risk: "write", replay: "never" }),
  fakeTool("set", { risk: "write", replay: "safe" }),
] as const;
const [look, order, set] = TOOLS;

/** Both kinds of replay, one after another and before one another, with a reference between them. */
export const sweepPlan = planOf(
  { tool: look },
  { tool: order, args: { of: "{{steps.1.body.id}}" } },
  { tool: set },
  { tool: order },
);

export interface Case {
  readonly outside: Outside;
  readonly run: PlanRun;
  readonly points: number;
  readonly hasDied: boolean;
}

/**
 * One plan from draft to its end: confirmed in a first process that dies at `dieAt` (and a second that dies at
 * `dieAgainAt`), then finished in a process that lives. A person answers when asked: looks outside, and continues
 * when it happened, or retries when it did not.
 */
export async function oneCase(
  disk: Disk,
  id: string,
  dieAt: { readonly first?: number; readonly second?: number; readonly tamper?: LifeOptions["tamper"] },
): Promise<Case> {
  const outside = outsideWith(TOOLS);
  const run = await saveDraft(disk, id);
  const lives = { disk, outside, id, tamper: dieAt.tamper };
  const first = await live(lives, run, { boot: `${id}-a`, dieAt: dieAt.first });
  let wasConfirmed = first.wasConfirmed;
  let { hasDied, points } = first;
  if (hasDied && dieAt.second !== undefined) {
    const second = await live(lives, run, { boot: `${id}-b`, dieAt: dieAt.second, mustBeConfirmed: wasConfirmed });
    wasConfirmed ||= second.wasConfirmed;
    hasDied = second.hasDied;
  }
  if (hasDied) await live(lives, run, { boot: `${id}-c`, mustBeConfirmed: wasConfirmed });
  points = first.points;
  return { outside, run, points, hasDied: first.hasDied };
}

async function saveDraft(disk: Disk, id: string): Promise<PlanRun> {
  const stores = await disk.open();
  await stores.atomically((tx) => tx.projects.put(projectWith()));
  const run = await propose(stores, { id, chat: `terminal:${id}`, plan: sweepPlan, atMs: Date.now() });
  await stores.close();
  return run;
}

interface Lives {
  readonly disk: Disk;
  readonly outside: Outside;
  readonly id: string;
  readonly tamper: LifeOptions["tamper"];
}

async function live(
  { disk, outside, tamper }: Lives,
  run: PlanRun,
  { mustBeConfirmed = false, ...options }: { boot: string; dieAt?: number; mustBeConfirmed?: boolean },
) {
  const life = await startLife(disk, outside, { ...options, tamper });
  let wasConfirmed = mustBeConfirmed;
  const story = async () => {
    if (mustBeConfirmed) expect((await standing(life.stores, run.id)).run.state).not.toBe("draft");
    const decision = await press(life, run, "confirm");
    expect(["accepted", "too-late"]).toContain(decision.kind);
    wasConfirmed = true;
    await untilOver(life, outside, run);
  };
  await Promise.race([
    story().catch((error: unknown) => {
      if (!life.isDead) throw error;
    }),
    life.died,
  ]);
  await life.end();
  return { hasDied: life.isDead, wasConfirmed, points: life.points };
}

async function untilOver(life: Life, outside: Outside, run: PlanRun): Promise<void> {
  for (let asked = 0; asked < 10; asked++) {
    await life.runner.idle(run.chatId);
    const { run: now, steps } = await standing(life.stores, run.id);
    if (now.state !== "waiting") return;
    const unknown = steps.find((step) => step.state === "unknown");
    const hasHappened = outside.effects.includes(`${run.id}-${unknown?.number}`);
    await press(life, now, hasHappened ? "continue" : "retry");
  }
}

/** What must be true in the end, wherever the process died. */
export async function holds(stores: Stores, { outside, run }: Case): Promise<void> {
  const { run: now, steps } = await standing(stores, run.id);
  expect(now.state).toBe("done");
  expect(steps.every((step) => step.state === "done" || step.state === "skipped")).toBe(true);
  for (const { number, replay } of run.plan.steps) {
    const times = outside.effects.filter((key) => key === `${run.id}-${number}`).length;
    expect(times).toBeGreaterThanOrEqual(1);
    if (replay === "never") expect(times).toBe(1);
  }
  const chat = await stores.read((tx) => tx.chats.get(run.chatId));
  expect(chat).toMatchObject({ pendingRunId: undefined, activeRunId: undefined, lastRunId: run.id });
  expect(await stores.read((tx) => tx.queue.get(run.id))).toBeUndefined();
  const shown = outside.platform.card(run.chatId);
  expect(shown?.state).toBe("done");
  expect(shown?.steps.map((step) => step.state)).toEqual(steps.map((step) => step.state));
  await recordIsWhole(stores, run.id);
}

/** Each begun attempt, each end and each decision has its entry: facts and their audit are one transaction. */
async function recordIsWhole(stores: Stores, runId: RunId): Promise<void> {
  const { entries, attempts, votes } = await stores.read(async (tx) => ({
    entries: (await tx.audit.after(0, 100_000)).filter((entry) => entry.target === runId),
    attempts: await tx.steps.attempts(runId),
    votes: await tx.votes.of(runId),
  }));
  const count = (did: string) => entries.filter((entry) => entry.did === did).length;
  expect(count("begin-step")).toBe(attempts.length);
  expect(count("end-step")).toBe(attempts.filter((attempt) => attempt.finishedAtMs !== undefined).length);
  expect(count("confirm-plan")).toBe(1);
  expect(votes.filter((vote) => vote.counted && vote.action === "confirm")).toHaveLength(1);
  expect(count("finish-run")).toBeGreaterThanOrEqual(1);
}

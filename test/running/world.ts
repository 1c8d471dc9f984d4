import { planHash } from "../../core/domain/canonical.ts";
import { type AccountId, asId, type BootId, type ChatId, type ProjectId, type RunId } from "../../core/domain/ids.ts";
import type { Plan, PlanStep, Replay, Risk } from "../../core/domain/plan.ts";
import type { PlanRun, StepRun } from "../../core/domain/plan-run.ts";
import { DEFAULT_LIMITS, type Project, type ProjectLimits } from "../../core/domain/project.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Tool } from "../../core/domain/tool.ts";
import { type DecidedAction, decide } from "../../core/planning/decide-plan.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";

export const PROJECT = asId<ProjectId>("workshop");
export const ana = asId<AccountId>("terminal:ana");
export const ben = asId<AccountId>("slack:ben");
export const stranger = asId<AccountId>("discord:eve");

export const quietLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export const realClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const timer = setTimeout(finish, Math.min(ms, 2 ** 31 - 1));
      timer.unref();
      function finish() {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
      signal?.addEventListener("abort", finish, { once: true });
    }),
};

export function projectWith(limits: Partial<ProjectLimits> = {}, more: Partial<Project> = {}): Project {
  return {
    id: PROJECT,
    name: "Workshop",
    access: { propose: [ana, ben], confirm: [ana, ben], administer: [ana] },
    limits: { ...DEFAULT_LIMITS, callsPerHour: 1_000_000, ...limits },
    readsNeedNoConfirmation: false,
    draftLifeMs: 86_400_000,
    ...more,
  };
}

export interface StepWish {
  readonly tool: Tool;
  readonly args?: JsonObject;
  readonly risk?: Risk;
  readonly replay?: Replay;
}

export function planOf(...wishes: readonly StepWish[]): Plan {
  const steps = wishes.map(
    ({ tool, args = {}, risk = tool.risk, replay = tool.replay }, i): PlanStep => ({
      number: i + 1,
      title: `Step ${i + 1}`,
      tool: tool.key,
      toolHash: tool.hash,
      args,
      risk,
      replay,
    }),
  );
  return { version: 1, goal: "set the stock", steps };
}

/** Saves a draft as planning does: the run, the chat's pending run, the card. */
export async function propose(
  stores: Stores,
  { id, plan, chat = "terminal:1", atMs = 1_000, lifeMs = 86_400_000, by = ana }: DraftWish,
): Promise<PlanRun> {
  const run: PlanRun = {
    id: asId<RunId>(id),
    chatId: asId<ChatId>(chat),
    projectId: PROJECT,
    state: "draft",
    revision: 1,
    plan,
    planHash: planHash(plan),
    requestedBy: by,
    proposedAtMs: atMs,
    expiresAtMs: atMs + lifeMs,
    fence: 0,
  };
  await stores.atomically(async (tx) => {
    await tx.chats.ensure({ id: run.chatId, projectId: PROJECT, language: "en", atMs });
    await tx.runs.create(run);
    await tx.chats.set(run.chatId, { pendingRunId: run.id });
    await announceRun(tx, run, atMs);
  });
  return run;
}

export interface DraftWish {
  readonly id: string;
  readonly plan: Plan;
  readonly chat?: string;
  readonly atMs?: number;
  readonly lifeMs?: number;
  readonly by?: AccountId;
}

export const bootOf = (n: number | string) => ({ id: asId<BootId>(`boot-${n}`), processName: "piloto" });

export function press(
  deps: { stores: Stores; clock: Clock },
  run: Pick<PlanRun, "id" | "revision">,
  action: DecidedAction,
  by: AccountId = ana,
  fence?: number,
) {
  return decide({ runId: run.id, revision: run.revision, action, by, fence }, deps);
}

export interface Standing {
  readonly run: PlanRun;
  readonly steps: StepRun[];
}

export function standing(stores: Stores, id: RunId): Promise<Standing> {
  return stores.read(async (tx) => ({ run: (await tx.runs.get(id))!, steps: await tx.steps.of(id) }));
}

/** What a run came to, in one line: `done: done done`. */
export async function told(stores: Stores, id: RunId): Promise<string> {
  const { run, steps } = await standing(stores, id);
  return `${run.state}: ${steps.map((step) => step.state).join(" ")}`;
}

export async function audited(stores: Stores, target: string): Promise<string[]> {
  const entries = await stores.read((tx) => tx.audit.after(0, 100_000));
  return entries.filter((entry) => entry.target === target).map((entry) => entry.did);
}

import type { ChatId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { PlanRun, PressAction, RunState } from "../../core/domain/plan-run.ts";
import type { ProjectLimits } from "../../core/domain/project.ts";
import type { ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import type { DecidedAction } from "../../core/planning/decide-plan.ts";
import type { Decision } from "../../core/planning/decision.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { RunnerSettings } from "../../core/running/settings.ts";
import { fakeTool } from "../support/fake-tools.ts";
import type { Life, Outside, Services } from "./process.ts";
import { planOf, standing } from "./world.ts";

/**
 * What people and services do with one plan. Told again from its beginning in each process, so `tell` looks where the
 * records stand and goes on from there; what is outside of processes it keeps itself. Make one for each case.
 */
export interface Story {
  readonly name: string;
  readonly plan: Plan;
  /** How the runs of the chat end. */
  readonly ends: readonly RunState[];
  readonly limits?: Partial<ProjectLimits>;
  readonly settings?: Partial<RunnerSettings>;
  readonly services?: Services;
  /** How long the draft may wait for a decision. */
  readonly lifeMs?: number;
  /** Where the clock stands, beside the real time. */
  readonly passedMs?: number;
  /** What else is on the disk before the first process. */
  prepare?(stores: Stores, run: PlanRun): Promise<void>;
  /** `again`: this process has ended in good order, and the story goes on in another. */
  tell(telling: Telling): Promise<"over" | "again">;
  /** What must be true beside what is true of every story. */
  holds?(stores: Stores, one: Case): Promise<void>;
}

/** What a story has in hand while a process lives. */
export interface Telling {
  readonly life: Life;
  readonly outside: Outside;
  readonly run: PlanRun;
  /** Presses the first plan's button, or another run's; what is accepted must still be true in the end. */
  press(action: DecidedAction, run?: Pick<PlanRun, "id" | "revision">): Promise<Decision>;
  /** Another way to decide, with the same promise. */
  keep(decision: Decision): Decision;
}

/** A story that was told to its end, over as many processes as died in it. */
export interface Case {
  readonly story: Story;
  readonly outside: Outside;
  readonly chatId: ChatId;
  /** The plan that the story begins with. */
  readonly run: PlanRun;
  /** The audit entry before the story's first: stories may share a database. */
  readonly auditSeq: number;
  /** What Piloto said it had done. */
  readonly accepted: readonly PressAction[];
  readonly hasDied: boolean;
}

export const look = fakeTool("look");
export const order = fakeTool("order", { risk: "write", replay: "never" });
export const set = fakeTool("set", { risk: "write", replay: "safe" });
export const STORY_TOOLS = [look, order, set] as const;

/** Both kinds of replay, one after another and before one another, with a reference between them. */
export const mixedPlan = planOf(
  { tool: look },
  { tool: order, args: { of: "{{steps.1.body.id}}" } },
  { tool: set },
  { tool: order },
);

/** A failure as a service's answer is told. */
export function failed(
  call: ToolCall,
  how: Omit<Extract<ToolOutcome, { kind: "failed" }>, "kind" | "request" | "summary">,
) {
  return { kind: "failed", request: call.tool.operation, summary: "It did not work.", ...how } as const;
}

/** A person answers when asked: looks outside, and continues when it happened, or retries when it did not. */
export async function untilOver({ life, outside, press }: Telling, run: PlanRun): Promise<void> {
  for (let asked = 0; asked < 10; asked++) {
    await life.runner.idle(run.chatId);
    const { run: now, steps } = await standing(life.stores, run.id);
    if (now.state !== "waiting") return;
    const unknown = steps.find((step) => step.state === "unknown");
    const hasHappened = outside.effects.includes(`${run.id}-${unknown?.number}`);
    await press(hasHappened ? "continue" : "retry", now);
  }
}

/** Looks after each commit until `find` finds something. */
export async function afterCommits<T>({ stores }: { stores: Stores }, find: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    let forget = () => {};
    const committed = new Promise<void>((resolve) => {
      forget = stores.onCommit(resolve);
    });
    const found = await find().catch((error: unknown) => {
      forget();
      throw error;
    });
    if (found !== undefined) {
      forget();
      return found;
    }
    await committed.finally(() => forget());
  }
}

/** Calls that answer only when they are told to end. */
export interface Hanging {
  /** Resolves when a call hangs in the process that is now alive. */
  hangs(): Promise<void>;
  readonly isHanging: boolean;
  /** `how` says what the call answers when it is told to end. */
  wait(call: ToolCall, signal: AbortSignal, how: (call: ToolCall) => ToolOutcome): Promise<ToolOutcome>;
  /** Another process is alive: what hung in the one before is gone. */
  forget(): void;
}

export function hanging(): Hanging {
  let isHanging = false;
  let notice = () => {};
  let noticed = new Promise<void>(() => {});
  const forget = () => {
    isHanging = false;
    noticed = new Promise((resolve) => {
      notice = resolve;
    });
  };
  forget();
  return {
    forget,
    hangs: () => noticed,
    get isHanging() {
      return isHanging;
    },
    wait: (call, signal, how) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          isHanging = false;
          resolve(how(call));
        });
        isHanging = true;
        notice();
      }),
  };
}

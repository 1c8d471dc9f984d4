import type { AccountId, ChatId, ProjectId, RunId } from "./ids.ts";
import type { Plan, PlanStep, StepResult } from "./plan.ts";

/**
 * The states of a run.
 *
 * ```
 * draft -> queued -> running -> done | error | cancelled
 * draft -> cancelled | expired | superseded
 * running -> waiting (a person must decide) -> queued | cancelled
 * running -> queued (handed back: it goes on by itself)
 * error -> queued (a person retries the failed step)
 * queued -> cancelled
 * ```
 */
export type RunState =
  | "draft"
  | "queued"
  | "running"
  | "waiting"
  | "done"
  | "error"
  | "cancelled"
  | "expired"
  | "superseded";

export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  draft: ["queued", "cancelled", "expired", "superseded"],
  queued: ["running", "cancelled"],
  running: ["queued", "waiting", "done", "error", "cancelled"],
  waiting: ["queued", "cancelled"],
  error: ["queued"],
  done: [],
  cancelled: [],
  expired: [],
  superseded: [],
};

/** All states, in the order of a run's life. */
export const RUN_STATES = Object.keys(RUN_TRANSITIONS) as readonly RunState[];

/** Confirmed and not over: the chat's `activeRunId` points at a run in one of these. */
export const ACTIVE_STATES: readonly RunState[] = ["queued", "running", "waiting"];
export const isActive = (state: RunState): boolean => ACTIVE_STATES.includes(state);
/** No more is going to happen by itself. */
export const isOver = (state: RunState): boolean => state !== "draft" && !isActive(state);

/**
 * `unknown`: an attempt began and its outcome is not known (the process died, the connection was cut).
 * It is never repeated by itself unless the tool says that repeating is safe; a person is asked.
 */
export type StepState = "pending" | "running" | "done" | "error" | "skipped" | "cancelled" | "unknown";

/** A proposal and its execution. */
export interface PlanRun {
  readonly id: RunId;
  readonly chatId: ChatId;
  readonly projectId: ProjectId;
  readonly state: RunState;
  /** 1 for the first proposal; every edit adds one. A press for another revision decides nothing. */
  readonly revision: number;
  readonly plan: Plan;
  readonly planHash: string;
  readonly requestedBy: AccountId;
  readonly proposedAtMs: number;
  readonly expiresAtMs: number;
  /** Who confirmed, cancelled, or edited last so that the draft ended; absent while a draft and after expiry. */
  readonly decidedBy?: AccountId;
  readonly decidedAtMs?: number;
  /** Set when a person pressed Stop on an active run; the runner settles it. */
  readonly cancelRequestedBy?: AccountId;
  readonly cancelRequestedAtMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** The run that replaced this draft. */
  readonly supersededBy?: RunId;
  /** One plain sentence: why the run is in `error`, or what is waited for. */
  readonly reason?: string;
  /** Words shown on the card about the last edit: what differs from the revision before. */
  readonly editNote?: string;
  /** Raised at every claim; a writer with an older fence can write nothing. 0 before the first claim. */
  readonly fence: number;
}

/** The people whom a run itself remembers: who asked, who decided, who pressed Stop. */
export function accountsOf({ requestedBy, decidedBy, cancelRequestedBy }: PlanRun): AccountId[] {
  return [requestedBy, decidedBy, cancelRequestedBy].filter((account) => account !== undefined);
}

/** The execution of one step; joined to `plan.steps` by `number`. */
export interface StepRun {
  readonly runId: RunId;
  readonly number: number;
  readonly state: StepState;
  /** Attempts begun so far. */
  readonly attempt: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** The resolved request in one line, secrets absent: `PUT /parts/M8/stock {"quantity":400}`. */
  readonly request?: string;
  /** A short, plain line of what came back, or of what went wrong. At most 500 characters. */
  readonly summary?: string;
  readonly errorCode?: string;
  /** Kept whole for references and the record. Absent unless `done`, or `error` with an answer. */
  readonly result?: StepResult;
  /** The step finished although Stop had been pressed before. */
  readonly finishedAfterCancel?: boolean;
}

/**
 * Whether a step that is to be tried again may have taken effect in an earlier attempt: then ending the run leaves it
 * `unknown`, not `cancelled`. The record does not tell of what effect an attempt was, so every attempt counts.
 */
export function mayHaveHappened(step: PlanStep, { attempt }: Pick<StepRun, "attempt">): boolean {
  return attempt > 0 && !(step.risk === "read" && step.replay === "safe");
}

/** One try at one step. Written before the effect, closed after it. */
export interface Attempt {
  readonly runId: RunId;
  readonly step: number;
  readonly attempt: number;
  readonly fence: number;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  readonly outcome?: "done" | "error" | "cancelled" | "unknown";
  readonly summary?: string;
}

/** A decision of a person about one revision of one run. All are kept, late ones too. */
export interface Vote {
  readonly runId: RunId;
  readonly revision: number;
  readonly planHash: string;
  readonly by: AccountId;
  /** The groups of the account at that moment: a permission of a group holds for the whole run. */
  readonly groups?: readonly AccountId[];
  readonly action: PressAction;
  readonly counted: boolean;
  readonly atMs: number;
}

/** What a person can press. `stop` ends an active run; `cancel` drops a draft. */
export const PRESS_ACTIONS = ["confirm", "edit", "cancel", "dry-run", "stop", "retry", "continue", "abandon"] as const;
export type PressAction = (typeof PRESS_ACTIONS)[number];

/** Which buttons a run offers in a state. The card shows exactly these; a press on another is `too-late`. */
export function offeredActions(run: Pick<PlanRun, "state" | "cancelRequestedAtMs">): readonly PressAction[] {
  switch (run.state) {
    case "draft":
      return ["confirm", "edit", "dry-run", "cancel"];
    case "queued":
    case "running":
      return run.cancelRequestedAtMs === undefined ? ["stop"] : [];
    case "waiting":
      return ["continue", "retry", "abandon"];
    case "error":
      return ["retry"];
    default:
      return [];
  }
}

import type { AccountId, ProjectId } from "./ids.ts";

/** Who may do what, by account; `terminal:*` names everybody on a face. An empty list allows nobody. */
export interface ProjectAccess {
  readonly propose: readonly AccountId[];
  readonly confirm: readonly AccountId[];
  readonly administer: readonly AccountId[];
}

export interface ProjectLimits {
  /** Steps in one plan. */
  readonly stepsPerPlan: number;
  /** Wall clock of one run, waiting for people not counted. */
  readonly secondsPerRun: number;
  /** Calls to services an hour, over all runs of the project. */
  readonly callsPerHour: number;
  /** Runs of the project that work at the same time. */
  readonly runsAtOnce: number;
  /** Calls to one service at the same time. */
  readonly callsAtOncePerService: number;
}

export const DEFAULT_LIMITS: ProjectLimits = {
  stepsPerPlan: 20,
  secondsPerRun: 3600,
  callsPerHour: 1000,
  runsAtOnce: 8,
  callsAtOncePerService: 4,
};

/** A set of chats with the same services, people, roles and limits. */
export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly access: ProjectAccess;
  readonly limits: ProjectLimits;
  /** Which model plans and answers; absent: the fleet's first that can. */
  readonly model?: string;
  /** Plans of reading steps alone run without a confirmation. Off unless an administrator says so. */
  readonly readsNeedNoConfirmation: boolean;
  /** How long a draft waits for a decision. Default 24 h. */
  readonly draftLifeMs: number;
}

export const DEFAULT_DRAFT_LIFE_MS = 24 * 3_600_000;

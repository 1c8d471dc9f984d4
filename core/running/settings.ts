/** How the runner works. Times in milliseconds. */
export interface RunnerSettings {
  /** Runs under way at once in this process. */
  readonly capacity: number;
  /** How long a claim lasts unless it is extended; a run of a dead process is free again after it. */
  readonly leaseMs: number;
  /** One call of a tool may take so long. */
  readonly attemptMs: number;
  /** Attempts at a step between two decisions of a person. */
  readonly attempts: number;
  /** Attempts at a step that ended with the process, between two decisions of a person. */
  readonly deaths: number;
  /** Waiting before the second attempt; doubles for each further one, up to `backOffMostMs`. */
  readonly backOffMs: number;
  readonly backOffMostMs: number;
  /** A longer wait hands the run back to the queue, so that others can work meanwhile. */
  readonly waitInHandMs: number;
  /** A service that asks for a longer wait (`Retry-After`) has failed the step. */
  readonly retryAfterMostMs: number;
  /** How long a call that was told to end may take to do so. */
  readonly graceMs: number;
  /** How often calls under way are looked at: timeouts, leases, elapsed time on the card. */
  readonly beatMs: number;
  /** How often the card of a long step shows its elapsed time. */
  readonly tellMs: number;
  /** How old a tool's description or a project's permissions may be when a step begins. */
  readonly factsMs: number;
  /** Commits are looked at no more often than this. */
  readonly lookMs: number;
  /** How soon a Stop that was pressed reaches a call under way. */
  readonly stopLookMs: number;
  /** Looks at the queue even when no commit was announced. */
  readonly pollMs: number;
}

export const RUNNER_DEFAULTS: RunnerSettings = {
  capacity: 64,
  leaseMs: 30_000,
  attemptMs: 60_000,
  attempts: 3,
  deaths: 20,
  backOffMs: 500,
  backOffMostMs: 30_000,
  waitInHandMs: 5_000,
  retryAfterMostMs: 3_600_000,
  graceMs: 5_000,
  beatMs: 1_000,
  tellMs: 10_000,
  factsMs: 1_000,
  lookMs: 20,
  stopLookMs: 100,
  pollMs: 2_000,
};

/** How fast Piloto may write to one workspace. */
export interface SlackPace {
  /** Posts in one channel: `burst` at once, then one each `postEveryMs`. */
  readonly postEveryMs: number;
  readonly burst: number;
  /** Edits in a workspace a minute (Tier 3: 50 and more). */
  readonly editsAMinute: number;
  /** Pages of threads that are read back in a workspace a minute (Tier 3). */
  readonly readsAMinute: number;
  /** Everything together in a workspace: so many at once, then so many a minute. */
  readonly callsAtOnce: number;
  readonly callsAMinute: number;
  /** Previews of one answer are shown this often at most. */
  readonly previewEveryMs: number;
  readonly editEveryMs: number;
}

/** Sources: https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11-21); bursts are our guess, 429 the judge. */
export const SLACK_PACE: SlackPace = {
  postEveryMs: 1_000,
  burst: 4,
  editsAMinute: 50,
  readsAMinute: 50,
  callsAtOnce: 200,
  callsAMinute: 600,
  previewEveryMs: 2_000,
  editEveryMs: 2_000,
};

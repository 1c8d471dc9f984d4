/** How bold the slow loop is. Times in milliseconds. */
export interface PlacementOptions {
  /** A load must pay for itself within this time. */
  readonly horizonMs: number;
  /** Who still waits at the end of it is reckoned to wait so many horizons more: a queue is not gone when it is moved. */
  readonly leftOver: number;
  /** A copy stays at least this long, unless a model with waiting requests has no copy at all. */
  readonly minResidencyMs: number;
  /** Even then it stays this long, and `hardLoads` times the load of who takes its place: no two models thrash. */
  readonly hardResidencyMs: number;
  readonly hardLoads: number;
  /** A model with waiting requests and no copy gets one after this time, whatever it costs the others. */
  readonly patienceMs: number;
  /** The same where only batch waits. */
  readonly batchPatienceMs: number;
  /** Who takes another's place must save this many times the waiting that the other's going costs. */
  readonly margin: number;
  /** … and so many times more where the other is young; this wears off by `e` in every `youngMs`. */
  readonly youngMargin: number;
  readonly youngMs: number;
  /** A load must save at least this part of its own length, in waiting of requests: no load for nothing. */
  readonly worth: number;
  /** The same where something must go for it: a small gain is soon lost again. */
  readonly evictWorth: number;
  /** How much slower each answer is when one PC writes `b` at once: `b` to this power. A guess, until it is learned. */
  readonly contention: number;
  /** The part of what was learned that counts: prices reckon with all slots taken, which they seldom are. */
  readonly contentionPart: number;
  /** Half the sum of the squared variations of arrivals and of service: 1 for a Poisson queue. */
  readonly variability: number;
  /** The part of a service that comes before the first token. */
  readonly firstTokenShare: number;
  /**
   * The part of those who wait that counts, where the model has a copy: a queue passes, and whoever made room for it
   * has to come back.
   */
  readonly backlogWeight: number;
  /** What a batch request's waiting counts, where an interactive one's counts 1. */
  readonly batchWeight: number;
  /** Moves looked at in one call, at most. */
  readonly maxMoves: number;
  /** PCs looked at for one model in one round, at most: the most promising ones. */
  readonly maxNodes: number;
  /** Losing moves that are tried with others behind them, moves in such a chain, and tries for each of those. */
  readonly maxChains: number;
  readonly maxChain: number;
  readonly maxRepairs: number;
}

export const PLACEMENT_OPTIONS: PlacementOptions = {
  horizonMs: 120_000,
  leftOver: 0.5,
  minResidencyMs: 60_000,
  hardResidencyMs: 10_000,
  hardLoads: 3,
  patienceMs: 20_000,
  batchPatienceMs: 300_000,
  margin: 2.5,
  youngMargin: 3,
  youngMs: 300_000,
  worth: 0.1,
  evictWorth: 1,
  contention: 0.3,
  contentionPart: 0.8,
  variability: 1.2,
  firstTokenShare: 0.15,
  backlogWeight: 1,
  batchWeight: 0.05,
  maxMoves: 1_000,
  maxNodes: 16,
  maxChains: 8,
  maxChain: 4,
  maxRepairs: 6,
};

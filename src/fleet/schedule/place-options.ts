/** How bold the slow loop is. Times in milliseconds. */
export interface PlacementOptions {
  /** A load must pay for itself within this time. */
  readonly horizonMs: number;
  /** A copy that was loaded stays at least this long, unless a model with waiting requests has no copy at all. */
  readonly minResidencyMs: number;
  /** Even then it stays this long: two models never thrash each other. */
  readonly hardResidencyMs: number;
  /** A move must save at least this part of all waiting that is expected. */
  readonly margin: number;
  /** Copies that may be loading at once over the whole fleet, as a part of its PCs; at least one. */
  readonly loadingShare: number;
  /** Moves looked at in one call, at most. */
  readonly maxMoves: number;
}

export const PLACEMENT_OPTIONS: PlacementOptions = {
  horizonMs: 120_000,
  minResidencyMs: 60_000,
  hardResidencyMs: 15_000,
  margin: 0.05,
  loadingShare: 1,
  maxMoves: 2_000,
};

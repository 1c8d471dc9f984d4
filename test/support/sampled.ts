/**
 * With PILOTO_TEST_SWEEP=all, as `.ci/run` sets it, sweeps visit every point that there is. Else an even sample of
 * them: enough to notice what broke, quick enough to run after every change.
 */
export const isWholeSweep = process.env.PILOTO_TEST_SWEEP === "all";

/**
 * Whether a sweep visits its point number `at`: every `every`-th one, beginning at a place that `seed` decides, so
 * that sweeps side by side visit different ones. The same points in every run.
 */
export function isVisited(
  at: number,
  { every, seed = 0 }: { readonly every: number; readonly seed?: number },
): boolean {
  return isWholeSweep || at % every === seed % every;
}

/** How many of something a sweep takes: all of them, or a sample. */
export const sampled = (all: number, sample: number): number => (isWholeSweep ? all : sample);

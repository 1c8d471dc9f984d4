import type { Random } from "./workload-random.ts";

/** Of the Azure code trace, 2023: requests a second, and how counts in bins of ten seconds spread. */
const MEAN_PER_S = 2.54;
const BIN_MS = 10_000;
const DISPERSION = 72;

/**
 * Arrival times (ms, from nought) in bursts: counts of ten-second bins are Poisson with a rate that a gamma
 * distribution draws anew for each bin, so that variance / mean of the counts is 72, as measured in the Azure code
 * trace. The peak bin then has about 12 times the mean (measured: 12.8). Within a bin arrivals are uniform.
 */
export function burstArrivals(count: number, random: Random): number[] {
  const mean = (MEAN_PER_S * BIN_MS) / 1000;
  // Negative binomial: variance = mean + mean^2 / shape.
  const shape = mean / (DISPERSION - 1);
  const times: number[] = [];
  for (let bin = 0; times.length < count; bin++) {
    const here = random.poisson(random.gamma(shape, mean / shape));
    for (let i = 0; i < here; i++) times.push((bin + random.uniform()) * BIN_MS);
  }
  times.sort((a, b) => a - b);
  const first = times[0] ?? 0;
  return times.slice(0, count).map((atMs) => atMs - first);
}

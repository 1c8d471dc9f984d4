import { seeded } from "../../../test/support/seeded.ts";

/** What people want to know about many times. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A value and the interval in which it lies with 95 % confidence; the two are NaN where nothing tells. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => percentile(sorted, share);
  return { count: values.length, mean: mean(values), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of sorted values, between neighbours in proportion (type 7 of Hyndman and Fan, as NumPy does by default). */
export function percentile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (sorted[Math.min(below + 1, sorted.length - 1)]! - low) * (place - below);
}

/** Fewer seeds tell nothing of their spread. */
const LEAST_SEEDS = 3;

/** The mean of a few values, one a seed, with Student's interval; of one or two values it has none. */
export function meanOverSeeds(values: readonly number[]): Interval {
  const value = mean(values);
  if (values.length < LEAST_SEEDS) return { value, low: Number.NaN, high: Number.NaN };
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (values.length - 1);
  const half = student(values.length - 1) * Math.sqrt(variance / values.length);
  return { value, low: value - half, high: value + half };
}

/** Times of one seed: ours and the rival's, by request, in the same order. */
export interface Pair {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Our mean over theirs. Each seed gives a ratio; with three seeds or more the value is their geometric mean and the
 * interval is Student's, of the logarithms: paired, since both played the same requests at the same time. With fewer
 * the interval comes from a bootstrap over blocks of neighbouring requests, which wait for each other.
 */
export function ratioOfMeans(pairs: readonly Pair[]): Interval {
  const logs = pairs.map(({ ours, theirs }) => Math.log(mean(ours) / mean(theirs)));
  if (pairs.length >= LEAST_SEEDS) {
    const { value, low, high } = meanOverSeeds(logs);
    return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  }
  const random = seeded(SEED);
  const drawn = bootstrap(() => {
    const each = pairs.map(({ ours, theirs }) => {
      const at = drawBlocks(ours.length, random);
      return Math.log(mean(at.map((index) => ours[index]!)) / mean(at.map((index) => theirs[index]!)));
    });
    return Math.exp(mean(each));
  });
  return { value: Math.exp(mean(logs)), ...drawn };
}

/** A percentile of all our times over that of all theirs; a list a seed. The interval is a bootstrap over blocks. */
export function ratioOfPercentiles(
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
  share: number,
): Interval {
  const at = (lists: readonly (readonly number[])[]) => percentileOf(lists.flat(), share);
  const random = seeded(SEED);
  const again = (list: readonly number[]) => drawBlocks(list.length, random).map((index) => list[index]!);
  return { value: at(ours) / at(theirs), ...bootstrap(() => at(ours.map(again)) / at(theirs.map(again))) };
}

const percentileOf = (values: readonly number[], share: number) => percentile(values.toSorted(ascending), share);
const ascending = (a: number, b: number) => a - b;

const SEED = 20_231_116;
const DRAWS = 1000;
const BLOCK = 25;

function bootstrap(draw: () => number): { low: number; high: number } {
  const drawn = Array.from({ length: DRAWS }, draw).sort(ascending);
  return { low: percentile(drawn, 0.025), high: percentile(drawn, 0.975) };
}

/** As many places as there are, in blocks of neighbours (around the end). */
function drawBlocks(count: number, random: () => number): number[] {
  const block = Math.min(BLOCK, Math.ceil(count / 4));
  const places: number[] = [];
  while (places.length < count) {
    const start = Math.floor(random() * count);
    for (let i = 0; i < block && places.length < count; i++) places.push((start + i) % count);
  }
  return places;
}

/** Two-sided 95 % points of Student's distribution. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145];
const student = (freedom: number): number => STUDENT[freedom - 1] ?? 1.96 + 2.6 / freedom;

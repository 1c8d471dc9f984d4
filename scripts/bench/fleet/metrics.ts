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

/** The mean of a few values, one a seed, with Student's interval. */
export function meanOverSeeds(values: readonly number[]): Interval {
  const value = mean(values);
  if (values.length < 2) return { value, low: Number.NaN, high: Number.NaN };
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
  if (pairs.length >= 3) {
    const { value, low, high } = meanOverSeeds(logs);
    return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  }
  const value = Math.exp(mean(logs));
  return { value, ...bootstrap(pairs) };
}

const DRAWS = 2000;
const BLOCK = 25;

function bootstrap(pairs: readonly Pair[]): { low: number; high: number } {
  const random = seeded(20_231_116);
  const ratios: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const logs = pairs.map(({ ours, theirs }) => {
      const blocks = Math.ceil(ours.length / BLOCK);
      let [a, b] = [0, 0];
      for (let block = 0; block < blocks; block++) {
        const start = Math.floor(random() * ours.length);
        for (let i = 0; i < BLOCK; i++) {
          a += ours[(start + i) % ours.length]!;
          b += theirs[(start + i) % ours.length]!;
        }
      }
      return Math.log(a / b);
    });
    ratios.push(Math.exp(mean(logs)));
  }
  ratios.sort((a, b) => a - b);
  return { low: percentile(ratios, 0.025), high: percentile(ratios, 0.975) };
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two-sided 95 % points of Student's distribution. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145];
const student = (freedom: number): number => STUDENT[freedom - 1] ?? 1.96 + 2.6 / freedom;

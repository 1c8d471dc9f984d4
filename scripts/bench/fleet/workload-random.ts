import { seeded } from "../../../test/support/seeded.ts";

/** Random numbers that are the same for the same seed, everywhere. */
export interface Random {
  /** Below 1, nought or more. */
  uniform(): number;
  /** A whole number below `limit`. */
  below(limit: number): number;
  exponential(mean: number): number;
  normal(): number;
  gamma(shape: number, scale: number): number;
  poisson(mean: number): number;
  /** The place of one of the weights, as often as it weighs. */
  weighted(weights: readonly number[]): number;
}

/** One stream of random numbers, and what is made of it. */
export function createRandom(seed: number): Random {
  const uniform = seeded((seed * 2654435761) >>> 0);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const random: Random = {
    uniform,
    below: (limit) => Math.floor(uniform() * limit),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    normal,
    gamma(shape, scale) {
      // Marsaglia and Tsang, 2000; below 1 by the usual boost.
      if (shape < 1) return random.gamma(shape + 1, scale) * (1 - uniform()) ** (1 / shape);
      const d = shape - 1 / 3;
      for (;;) {
        const x = normal();
        const v = (1 + x / Math.sqrt(9 * d)) ** 3;
        if (v > 0 && Math.log(1 - uniform()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v * scale;
      }
    },
    poisson(mean) {
      let count = 0;
      for (let left = random.exponential(1); left < mean; left += random.exponential(1)) count += 1;
      return count;
    },
    weighted(weights) {
      let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0);
      const at = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return at < 0 ? weights.length - 1 : at;
    },
  };
  return random;
}

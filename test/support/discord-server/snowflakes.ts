/** Discord counts time from 2015; the upper 42 bits of an id are milliseconds since then. */
const EPOCH_MS = 1_420_070_400_000n;

export interface Snowflakes {
  /** A new id of 18-19 digits, larger than every earlier one, that carries the time of `nowMs`. */
  next(): string;
}

/** Ids like Discord's, from a counter: the same calls at the same times give the same ids. */
export function snowflakes(nowMs: () => number): Snowflakes {
  let last = 0n;
  return {
    next() {
      const now = (BigInt(Math.floor(nowMs())) - EPOCH_MS) << 22n;
      last = now > last ? now : last + 1n;
      return last.toString();
    },
  };
}

/** When an id was made, in milliseconds since 1970. */
export const madeAtMs = (id: string): number => Number((BigInt(id) >> 22n) + EPOCH_MS);

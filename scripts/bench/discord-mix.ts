/** Each as often as its share says, spread evenly. */
export const spread = <T>(shares: readonly (readonly [T, number])[]): readonly T[] =>
  shares
    .flatMap(([name, share]) => Array.from({ length: share }, (_, n) => ({ name, at: (n + 0.5) / share })))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);

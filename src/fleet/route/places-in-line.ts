/** How many wait, of whom: one line. */
export interface PlacesInLine {
  /**
   * Whether one more of a share may wait. The line has a length; when it is full, a share that has less than its part
   * of it is let in all the same, so that nobody who asks for much shuts the others out.
   */
  hasPlace(share: string): boolean;
  enter(share: string): void;
  leave(share: string): void;
}

/** `most`: the length of the line. Shares that wait together hold at most `most` times 1 + 1/2 + 1/3 … of their number. */
export function createPlacesInLine(most: number): PlacesInLine {
  const waiting = new Map<string, number>();
  let all = 0;
  return {
    hasPlace(share) {
      if (all < most) return true;
      const own = waiting.get(share) ?? 0;
      const shares = waiting.size + (own === 0 ? 1 : 0);
      return own < Math.floor(most / shares);
    },
    enter(share) {
      all += 1;
      waiting.set(share, (waiting.get(share) ?? 0) + 1);
    },
    leave(share) {
      all -= 1;
      const left = (waiting.get(share) ?? 0) - 1;
      if (left > 0) waiting.set(share, left);
      else waiting.delete(share);
    },
  };
}

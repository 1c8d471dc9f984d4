/** Calls to one service of one project at the same time, within this process. */
export interface ServiceSlots {
  /** A place, or `undefined` when all are taken. Call what it returns to give it back; twice does no harm. */
  tryTake(key: string, most: number): (() => void) | undefined;
  /** Calls back once, when a place of the key was given back: try again then. Returns how to stop waiting. */
  whenFree(key: string, wake: () => void): () => void;
}

export function createServiceSlots(): ServiceSlots {
  const taken = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();
  const give = (key: string) => {
    const left = (taken.get(key) ?? 1) - 1;
    if (left > 0) taken.set(key, left);
    else taken.delete(key);
    // All of them: the first may be told to stop in this very moment and leave the place to the next.
    const woken = waiting.get(key);
    waiting.delete(key);
    for (const wake of woken ?? []) wake();
  };
  const forget = (key: string, wake: () => void) => {
    const others = waiting.get(key);
    others?.delete(wake);
    if (others?.size === 0) waiting.delete(key);
  };
  return {
    tryTake(key, most) {
      const now = taken.get(key) ?? 0;
      if (now >= most) return undefined;
      taken.set(key, now + 1);
      let isFree = false;
      return () => {
        if (isFree) return;
        isFree = true;
        give(key);
      };
    },
    whenFree(key, wake) {
      const others = waiting.get(key) ?? new Set();
      others.add(wake);
      waiting.set(key, others);
      return () => forget(key, wake);
    },
  };
}

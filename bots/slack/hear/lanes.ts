import type { Clock } from "../../../core/ports/clock.ts";

/** Keeps what belongs together in order, and knows what is at work. */
export interface Lanes {
  /** After what came before in this lane, or after a while: a slow download holds nobody up for long. */
  inTurn(lane: string, work: () => Promise<void>): Promise<void>;
  /** Counts as work until it settles. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  /** Resolves when nothing is at work. */
  settled(): Promise<void>;
}

const PATIENCE_MS = 5_000;

export function chatLanes(clock: Clock): Lanes {
  const last = new Map<string, Promise<void>>();
  const working = new Set<Promise<unknown>>();

  const track = <T>(work: Promise<T>): Promise<T> => {
    working.add(work);
    const done = () => void working.delete(work);
    work.then(done, done);
    return work;
  };

  async function after(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    const inTime = new AbortController();
    const patience = clock.sleep(PATIENCE_MS, inTime.signal);
    await Promise.race([before, patience]);
    inTime.abort();
    await work();
  }

  return {
    track,
    inTurn(lane, work) {
      const before = last.get(lane);
      const mine = track(before ? after(before, work) : work());
      // Whoever comes next waits for the end, not for its success.
      const end = mine.then(
        () => undefined,
        () => undefined,
      );
      last.set(lane, end);
      void end.then(() => {
        if (last.get(lane) === end) last.delete(lane);
      });
      return mine;
    },
    async settled() {
      while (working.size > 0) await Promise.allSettled([...working]);
    },
  };
}

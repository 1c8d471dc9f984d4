import type { Clock } from "../../core/ports/clock.ts";

/** Many due times on one sleeper of the clock: a request that sets one and takes it back costs no timer. */
export interface Timers {
  /** Calls `act` once, when the clock is there; a time that is past comes with the next turn of the event loop. */
  at(atMs: number, act: () => void): Due;
  /** Nothing is called any more. A second call does nothing. */
  stop(): void;
}

export interface Due {
  readonly atMs: number;
  /** A second call, or one after it was called, does nothing. */
  cancel(): void;
}

interface Entry extends Due {
  act: (() => void) | undefined;
}

/** Entries that were taken back and still lie in the heap, before it is built anew. */
const MOST_DEAD = 256;

export function createTimers(clock: Clock): Timers {
  let heap: Entry[] = [];
  let dead = 0;
  let isStopped = false;
  let sleep: { readonly untilMs: number; readonly wakeUp: AbortController } | undefined;

  function at(atMs: number, act: () => void): Due {
    const entry: Entry = {
      atMs,
      act,
      cancel() {
        if (!entry.act) return;
        entry.act = undefined;
        dead += 1;
        if (dead > MOST_DEAD && dead * 2 > heap.length) bury();
      },
    };
    push(heap, entry);
    if (heap[0] === entry) arm();
    return entry;
  }

  function bury(): void {
    heap = heap.filter((entry) => entry.act).sort((a, b) => a.atMs - b.atMs);
    dead = 0;
  }

  function arm(): void {
    const first = heap[0];
    if (!first || isStopped || (sleep && sleep.untilMs <= first.atMs)) return;
    sleep?.wakeUp.abort();
    const mine = { untilMs: first.atMs, wakeUp: new AbortController() };
    sleep = mine;
    void clock.sleep(Math.max(1, first.atMs - clock.nowMs()), mine.wakeUp.signal).then(() => {
      if (sleep !== mine) return;
      sleep = undefined;
      ring();
    });
  }

  function ring(): void {
    const nowMs = clock.nowMs();
    try {
      while (heap[0] && (heap[0].atMs <= nowMs || !heap[0].act) && !isStopped) {
        const { act } = heap[0];
        heap[0].act = undefined;
        pop(heap);
        if (act) act();
        else dead -= 1;
      }
    } finally {
      arm(); // what threw is a bug and rises; the others are called all the same
    }
  }

  return {
    at,
    stop() {
      isStopped = true;
      heap = [];
      sleep?.wakeUp.abort();
    },
  };
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]!.atMs <= entry.atMs) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = at * 2 + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && heap[below + 1]!.atMs < heap[below]!.atMs) below += 1;
    if (heap[below]!.atMs >= last.atMs) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
}

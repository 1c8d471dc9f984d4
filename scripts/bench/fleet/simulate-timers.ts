/** Things to do at certain times, earliest first; at one time in the order in which they were asked for. */
export interface Timers {
  at(ms: number, action: () => void): void;
  /** Infinity: none. */
  nextAtMs(): number;
  /** Does what is due. */
  run(nowMs: number): void;
}

interface Entry {
  readonly ms: number;
  readonly order: number;
  readonly action: () => void;
}

/** A binary heap. */
export function createTimers(): Timers {
  const heap: Entry[] = [];
  let order = 0;
  const isBefore = (a: Entry, b: Entry) => a.ms < b.ms || (a.ms === b.ms && a.order < b.order);

  function up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  function down(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }

  function take(): Entry {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      down();
    }
    return first;
  }

  return {
    at(ms, action) {
      order += 1;
      heap.push({ ms, order, action });
      up(heap.length - 1);
    },
    nextAtMs: () => heap[0]?.ms ?? Number.POSITIVE_INFINITY,
    run(nowMs) {
      while (heap.length > 0 && heap[0]!.ms <= nowMs) take().action();
    },
  };
}

import { Heap } from "./heap.ts";
import type { Fault, FleetRequest, PriorityClass } from "./shapes.ts";

/** A request that waits. */
export interface Entry {
  readonly request: FleetRequest;
  readonly arrivedMs: number;
  /** Where it stands in its share; fixed when it comes, so that nothing starves. */
  readonly key: number;
  /** Predicted milliseconds of a PC's time, for fair shares. */
  readonly workMs: number;
  readonly answerTokens: number;
  readonly deadlineMs: number;
  /** PCs that failed it. */
  failedOn: readonly string[];
  attempts: number;
  lastFault?: { readonly fault: Fault; readonly why: string };
  lane: Lane | undefined;
  heapAt: number;
  deadlineAt: number;
  /** The first guess it was told, to learn from. */
  guess?: { readonly atMs: number; readonly aboutMs: number };
}

/** Those who count for one share, in one class of one model. */
interface Share {
  readonly name: string;
  readonly weight: number;
  /** Start tag of its next request (start-time fair queuing). */
  tag: number;
  waiting: number;
}

interface LaneShare {
  readonly share: Share;
  readonly entries: Heap<Entry>;
  /** The share's tag when it was put where it is: tags only rise, so an old one is mended when it comes first. */
  tag: number;
  at: number;
}

interface LaneClass {
  readonly shares: Map<string, LaneShare>;
  readonly order: Heap<LaneShare>;
}

/** Requests of one model with the same demands on their place. */
export interface Lane {
  readonly key: string;
  readonly labels: readonly string[];
  readonly tolerations: readonly string[];
  readonly failedOn: readonly string[];
  readonly interactive: LaneClass;
  readonly batch: LaneClass;
  /** Which state of the world its hope was checked in. */
  checkedIn: number;
}

interface ClassState {
  readonly shares: Map<string, Share>;
  /** Virtual time: the start tag of what was served last, and never less than what was served over who waits. */
  virtual: number;
  waiting: number;
}

/** One model's queue: lane, class, share, aged key. */
export interface ModelQueue {
  readonly lanes: Map<string, Lane>;
  readonly interactive: ClassState;
  readonly batch: ClassState;
  /** Interactive requests served since an aged batch request was. */
  sinceAged: number;
}

export function emptyQueue(): ModelQueue {
  return {
    lanes: new Map(),
    interactive: { shares: new Map(), virtual: 0, waiting: 0 },
    batch: { shares: new Map(), virtual: 0, waiting: 0 },
    sinceAged: 0,
  };
}

export function waitingIn(queue: ModelQueue): number {
  return queue.interactive.waiting + queue.batch.waiting;
}

/** The weight of a share, at most; and one part of it at least. */
const MOST = 1000;

/** Puts it in, also again after a failure: it keeps its key. */
export function enqueue(queue: ModelQueue, entry: Entry, weight = 1): void {
  const lane = laneOf(queue, entry);
  const state = queue[entry.request.class];
  const share = shareOf(state, entry.request.share, weight > 0 ? Math.min(MOST, Math.max(1 / MOST, weight)) : 1);
  if (share.waiting === 0) share.tag = Math.max(share.tag, state.virtual);
  share.waiting += 1;
  state.waiting += 1;
  entry.lane = lane;
  const inLane = laneShareOf(lane[entry.request.class], share);
  inLane.entries.push(entry);
  if (inLane.at < 0) lane[entry.request.class].order.push(inLane);
  else lane[entry.request.class].order.moved(inLane);
}

/** Takes it out without serving it. */
export function dequeue(queue: ModelQueue, entry: Entry): void {
  const lane = entry.lane;
  if (lane === undefined) return;
  const { class: kind, share: name } = entry.request;
  const state = queue[kind];
  const share = state.shares.get(name)!;
  share.waiting -= 1;
  state.waiting -= 1;
  entry.lane = undefined;
  const inLane = lane[kind].shares.get(name)!;
  inLane.entries.remove(entry);
  if (inLane.entries.size > 0) {
    lane[kind].order.moved(inLane);
    return;
  }
  lane[kind].order.remove(inLane);
  lane[kind].shares.delete(name);
  if (lane.key !== "" && lane.interactive.shares.size + lane.batch.shares.size === 0) queue.lanes.delete(lane.key);
  if (state.shares.size > 2 * state.waiting + 64) forgetIdle(state);
}

/** What an idle share once used is forgotten when it is no longer ahead of the others; all of it when nobody waits. */
function forgetIdle(state: ClassState): void {
  for (const [name, share] of state.shares) {
    if (share.waiting === 0 && (share.tag <= state.virtual || state.waiting === 0)) state.shares.delete(name);
  }
}

/** Takes it out and charges its share for it. */
export function serve(queue: ModelQueue, entry: Entry, nowMs: number, agesMs: number): void {
  const state = queue[entry.request.class];
  const share = state.shares.get(entry.request.share)!;
  const others = Math.max(1, state.shares.size);
  state.virtual = Math.max(state.virtual + entry.workMs / others, share.tag);
  share.tag += entry.workMs / share.weight;
  if (entry.request.class === "interactive") queue.sinceAged += 1;
  else if (nowMs - entry.arrivedMs > agesMs) queue.sinceAged = 0;
  dequeue(queue, entry);
}

/** The requests that may go next, the first of each lane and class, the most entitled first. */
export function heads(queue: ModelQueue, nowMs: number, ageing: { agesMs: number; every: number }): Entry[] {
  const found: { entry: Entry; rank: number; tag: number }[] = [];
  for (const lane of queue.lanes.values()) {
    for (const kind of ["interactive", "batch"] as const) {
      const first = firstOf(lane[kind]);
      if (first === undefined) continue;
      found.push({ entry: first.entry, tag: first.tag, rank: rankOf(queue, first.entry, nowMs, ageing) });
    }
  }
  if (found.length > 1) {
    found.sort((a, b) => a.rank - b.rank || a.tag - b.tag || (isBefore(a.entry, b.entry) ? -1 : 1));
  }
  return found.map((one) => one.entry);
}

export function isBefore(a: Entry, b: Entry): boolean {
  return a.key < b.key || (a.key === b.key && a.request.id < b.request.id);
}

function rankOf(queue: ModelQueue, entry: Entry, nowMs: number, ageing: { agesMs: number; every: number }): number {
  if (entry.request.class === "interactive") return 1;
  const isAged = nowMs - entry.arrivedMs > ageing.agesMs;
  return isAged && queue.sinceAged >= ageing.every ? 0 : 2;
}

function firstOf(lane: LaneClass): { entry: Entry; tag: number } | undefined {
  for (;;) {
    const first = lane.order.peek();
    if (first === undefined) return undefined;
    if (first.tag === first.share.tag) return { entry: first.entries.peek()!, tag: first.tag };
    first.tag = first.share.tag;
    lane.order.moved(first);
  }
}

function laneOf(queue: ModelQueue, entry: Entry): Lane {
  const { labels = [], tolerations = [] } = entry.request;
  const isPlain = labels.length + tolerations.length + entry.failedOn.length === 0;
  const key = isPlain ? "" : JSON.stringify([[...labels].sort(), [...tolerations].sort(), [...entry.failedOn].sort()]);
  let lane = queue.lanes.get(key);
  if (lane === undefined) {
    lane = {
      key,
      labels,
      tolerations,
      failedOn: entry.failedOn,
      interactive: laneClass(),
      batch: laneClass(),
      checkedIn: -1,
    };
    queue.lanes.set(key, lane);
  }
  return lane;
}

function laneClass(): LaneClass {
  return {
    shares: new Map(),
    order: new Heap<LaneShare>(
      (a, b) => a.tag < b.tag || (a.tag === b.tag && isBefore(a.entries.peek()!, b.entries.peek()!)),
      {
        get: (one) => one.at,
        set: (one, at) => {
          one.at = at;
        },
      },
    ),
  };
}

function shareOf(state: ClassState, name: string, weight: number): Share {
  let share = state.shares.get(name);
  if (share === undefined) {
    share = { name, weight, tag: state.virtual, waiting: 0 };
    state.shares.set(name, share);
  }
  return share;
}

/** The caller puts it in its place once it has an entry. */
function laneShareOf(lane: LaneClass, share: Share): LaneShare & { entries: Heap<Entry> } {
  const known = lane.shares.get(share.name);
  if (known !== undefined) return known;
  const entries = new Heap<Entry>(isBefore, {
    get: (one) => one.heapAt,
    set: (one, at) => {
      one.heapAt = at;
    },
  });
  const made: LaneShare = { share, entries, tag: share.tag, at: -1 };
  lane.shares.set(share.name, made);
  return made;
}

/** Every waiting request of a class, in no order. */
export function* entriesOf(queue: ModelQueue, kind?: PriorityClass): Generator<Entry> {
  for (const lane of queue.lanes.values()) {
    for (const one of kind === undefined ? (["interactive", "batch"] as const) : [kind]) {
      for (const share of lane[one].shares.values()) yield* share.entries.items();
    }
  }
}

import type { Breaker } from "./breaker.ts";
import type { Demand } from "./demand.ts";
import type { Heap } from "./heap.ts";
import type { LearnedRates } from "./learned-rates.ts";
import type { PlacementOptions } from "./place-options.ts";
import type { Entry, ModelQueue } from "./queue.ts";
import type { Command, Explanation, ModelRules, NodeFacts } from "./shapes.ts";
import type { Tuning } from "./tuning.ts";

/** A model in one PC's memory, or on its way there. */
export interface Copy {
  readonly node: NodeState;
  readonly model: ModelState;
  state: "loading" | "ready" | "leaving" | "foreign";
  sinceMs: number;
  lastUsedMs: number;
  inFlight: number;
  batchInFlight: number;
  slots: number;
  /** What its PC was told last: how many seconds it stays after a request; absent: it was told nothing from here. */
  keepS?: number;
  /** From the last plan: how much it is wanted there; absent: not wanted. */
  want?: number;
  /** Place among the PC's wanted copies, 0 the least wanted. */
  wantRank: number;
  /** `loading`: models that must leave first. Empty and `isAsked`: the PC works on it. */
  evict: readonly string[];
  /** The load, or the unload, was sent. */
  isAsked: boolean;
  askedMs: number;
  /** Chats whose prefix it is believed to hold, the latest last. */
  affinities: string[];
  running: Set<Sent>;
}

export interface NodeState {
  readonly name: string;
  facts: NodeFacts;
  readonly copies: Map<string, Copy>;
  readonly breaker: Breaker;
  pausedUntilMs: number;
  pauses: number;
  inFlight: number;
  batchInFlight: number;
  /** Requests under way, added up over time: gives the mean of any span. */
  streamMs: number;
  streamAtMs: number;
  /** The part of the time that batch was at work there, smoothed over the last minute. */
  batchShare: number;
  /** By model: a load failed there, when it may be tried again. */
  readonly loadFailures: Map<string, { times: number; untilMs: number; why: string }>;
  readonly room: LearnedRoom;
  /** A load of ours ended there, or another's was seen. */
  loadedMs: number;
  /** By model: an unload was done, a look may still show it until then. */
  readonly dropped: Map<string, number>;
}

/** When a waiting request gets its first token, and how many go before it. */
export interface Start {
  readonly atMs: number;
  readonly ahead: number;
}

/** A model's queue played forward. */
export interface Forecast {
  readonly atMs: number;
  readonly order: readonly Entry[];
  /** By request. */
  readonly starts: ReadonlyMap<number, Start>;
}

export interface ModelState {
  readonly name: string;
  readonly queue: ModelQueue;
  readonly copies: Copy[];
  readonly demand: Demand;
  /** Estimates of its waiting requests, worked out together. */
  forecast?: Forecast;
  /** Learned: how much longer waits are than the guesses (log of the ratio, smoothed). */
  guessError: number;
}

/** A request on a PC. */
export interface Sent {
  readonly entry: Entry;
  node: NodeState;
  copy: Copy;
  readonly sentMs: number;
  /** Predicted, of this attempt. */
  readonly firstTokenMs: number;
  readonly serviceMs: number;
  /** It was sent though the slots known were full, to see whether there is one more. */
  readonly isSlotTry: boolean;
  readonly isPrefixHit: boolean;
  readonly streamMsAtSend: number;
  firstTokenAtMs?: number;
  streamMsAtFirst: number;
  isAborted: boolean;
  /** Slot try: when another request on the copy ended before this one's first token. */
  otherEndedMs?: number;
}

/** What was learned of one (PC, model): requests that it really works on at once. */
export interface LearnedCopy {
  slots: number;
  /** One more was tried and was not there. */
  noMoreAtMs?: number;
  triedMs: number;
  /** Requests in a row that waited for another to end though they were within what is known. */
  misses: number;
}

/** By `PC` then model. */
export type LearnedSlots = Map<string, Map<string, LearnedCopy>>;

/** What a PC's memory was seen to hold, where settings do not tell. */
export interface LearnedRoom {
  /** The most that was there at once. */
  heldBytes: number;
  /** The least that was too much: a model was pushed out by another one's coming. */
  tooManyBytes?: number;
  /** So many at once were too many, though they were no more bytes than it held before. */
  tooMany?: number;
}

/** Everything the scheduler knows. */
export interface World {
  readonly tuning: Tuning;
  readonly rules: ReadonlyMap<string, ModelRules>;
  readonly weights: ReadonlyMap<string, number>;
  /** Seconds; Infinity: nobody has said. */
  readonly keepAtMostS: number;
  readonly waitMs: { readonly interactive: number; readonly batch: number };
  readonly nodes: Map<string, NodeState>;
  readonly models: Map<string, ModelState>;
  readonly waiting: Map<number, Entry>;
  readonly sent: Map<number, Sent>;
  readonly deadlines: Heap<Entry>;
  /** Models whose queue may have something to bind. */
  readonly dirty: Set<ModelState>;
  commands: Command[];
  readonly rates: LearnedRates;
  readonly slots: LearnedSlots;
  /** Rises when what PCs may serve has changed: then it is checked who has no hope left. */
  version: number;
  placeAtMs: number;
  placedMs: number;
  readonly decisions: Explanation[];
  readonly placement: Partial<PlacementOptions>;
  tickAtMs: number;
}

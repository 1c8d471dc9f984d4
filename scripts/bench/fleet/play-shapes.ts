/** One request that a player sends. Times in virtual milliseconds from the start of the play. */
export interface PlayRequest {
  readonly id: number;
  readonly atMs: number;
  readonly class: "interactive" | "batch";
  readonly path: string;
  readonly body: string;
}

/** Who is asked: a system under test, or a PC itself. */
export interface PlayTarget {
  readonly name: string;
  readonly url: string;
  /** Sent with requests of a class: a token, a priority. */
  readonly headers?: Readonly<Partial<Record<PlayRequest["class"], Readonly<Record<string, string>>>>>;
}

export interface PlayJob {
  readonly id: number;
  readonly targets: readonly PlayTarget[];
  readonly requests: readonly PlayRequest[];
  /** Virtual time over real time. */
  readonly scale: number;
  /** How long answers are waited for after the last request was sent, in virtual milliseconds. */
  readonly drainMs: number;
}

/** What a request came to, as its client saw it. Times in virtual milliseconds from when it was sent first. */
export interface Played {
  readonly id: number;
  readonly class: PlayRequest["class"];
  /** `open`: not answered when the play ended; `refused`: an answer that no repetition helps against. */
  readonly state: "done" | "open" | "refused";
  /** To the first byte of the answer that was completed; of `open` ones how long they have waited: a lower bound. */
  readonly firstMs: number;
  /** To the last byte. */
  readonly endMs: number;
  readonly attempts: number;
  /** What the PC says it took for the prompt; absent when it did not tell. */
  readonly prefillMs?: number;
  /** The last failure. */
  readonly why?: string;
}

export interface PlayEnd {
  readonly played: ReadonlyMap<string, readonly Played[]>;
  /** How much later than planned requests left, in real milliseconds: the 99th percentile. */
  readonly lateP99Ms: number;
}

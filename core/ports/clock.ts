/** Core reads time no other way, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970, UTC. Never goes back within a process. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). Does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Ids that sort by creation time (UUIDv7 in production, counters in tests). */
export interface IdSource {
  next(): string;
}

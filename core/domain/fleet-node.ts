/** One GPU PC that runs Ollama. */
export interface FleetNode {
  readonly name: string;
  readonly url: string;
  readonly health: "up" | "down" | "unknown";
  /** Why it is down, or what is odd about it, in plain words. */
  readonly reason?: string;
  readonly version?: string;
  /** Models in its memory now. */
  readonly resident: readonly string[];
  readonly requestsInFlight: number;
  /** Gets no new work, because somebody said so. */
  readonly isDrained?: boolean;
  /** It failed lately and is being tried out again, one request at a time. */
  readonly isOnTrial?: boolean;
}

/** A model that at least one PC has, with what it can do. */
export interface FleetModel {
  readonly name: string;
  readonly abilities: readonly ("completion" | "tools" | "vision" | "embedding" | "thinking" | "insert")[];
  /** Tokens; the smallest over the PCs that hold it. Absent when no PC tells. */
  readonly contextLength?: number;
  readonly sizeBytes?: number;
  readonly nodes: readonly string[];
  /** Of the copies on those PCs, each once; more than one: the PCs hold different models under one name. */
  readonly digests?: readonly string[];
  /** What a short test showed that planning works with; absent: not tested yet. */
  readonly planning?: "tools" | "format" | "neither";
}

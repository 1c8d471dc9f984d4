/** One GPU PC that runs Ollama. */
export interface FleetNode {
  readonly name: string;
  readonly url: string;
  readonly health: "up" | "down" | "unknown";
  /** Why it is down, in plain words. */
  readonly reason?: string;
  readonly version?: string;
  /** Models in its memory now. */
  readonly resident: readonly string[];
  readonly requestsInFlight: number;
}

/** A model that at least one PC has, with what it can do. */
export interface FleetModel {
  readonly name: string;
  readonly abilities: readonly ("completion" | "tools" | "vision" | "embedding" | "thinking" | "insert")[];
  /** Tokens; the smallest over the PCs that hold it. Absent when no PC tells. */
  readonly contextLength?: number;
  readonly sizeBytes?: number;
  readonly nodes: readonly string[];
}

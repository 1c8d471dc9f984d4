import type { EndpointLimits } from "../../../src/fleet/endpoint/limits.ts";
import type { FleetOptions, NodeSettings } from "../../../src/fleet/fleet-options.ts";

/** What `front-child.ts` is started with, as one JSON argument. */
export interface FrontOptions {
  readonly nodes: readonly NodeSettings[];
  /** How many times as fast as real time its clock runs; 1 where it is not said. */
  readonly scale?: number;
  /** 0, or nothing: any free port of the loopback. */
  readonly port?: number;
  /** What was learned is read from there at the start and written there. */
  readonly memoryFile?: string;
  /** Everything else that a fleet may be told: models, limits, timing, contextTokens, weights, keepAlive. */
  readonly fleet?: Partial<
    Pick<FleetOptions, "models" | "limits" | "timing" | "contextTokens" | "weights" | "keepAlive">
  >;
  readonly limits?: Partial<EndpointLimits>;
  /** Notes estimates (a little time for each request). */
  readonly withEstimates?: boolean;
  /** Says on stderr what is odd. */
  readonly isLoud?: boolean;
}

/** The tokens are the classes: `interactive` and `batch`. */
export const FRONT_TOKENS = { interactive: "interactive", batch: "batch" } as const;

/** What it may be asked by its parent; it answers with a message of the same kind. `stop` ends it. */
export interface FrontQuestion {
  readonly kind: "overview" | "decisions" | "estimates" | "stop";
}

/** Of one request. Milliseconds of its clock. */
export interface FrontEstimate {
  readonly model: string;
  readonly class: string;
  /** From its arrival at the router to its first token. */
  readonly firstTokenMs: number;
  /** What it was told first of the time to its first token, and the time that it took from then on. */
  readonly toldMs?: number;
  readonly actualMs?: number;
}

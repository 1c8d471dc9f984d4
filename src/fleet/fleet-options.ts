import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { ModelRules } from "./schedule/shapes.ts";

/** How long each phase of a request to a PC may take, in milliseconds. */
export interface FleetTiming {
  /** Opening the connection. */
  readonly connectMs: number;
  /**
   * From sending a request to its first token. Long: Ollama sends no headers while a model loads or the request
   * waits for its slot, and a load alone may take five minutes.
   */
  readonly firstTokenMs: number;
  /** The longest silence between two pieces of an answer. */
  readonly stallMs: number;
  /** A whole answer, from sending the request. */
  readonly answerMs: number;
  /** `/api/version`, `/api/ps`, `/api/tags`, `/api/show`. */
  readonly probeMs: number;
  /** Between two looks at a PC. */
  readonly probeEveryMs: number;
  /** Loading a model, by a request of Piloto's own. */
  readonly loadMs: number;
  /** How long a request may wait for a place. */
  readonly waitMs: { readonly interactive: number; readonly batch: number };
}

export interface FleetLimits {
  /** Requests of each class that may wait for a slot; one more gets FLEET_BUSY. */
  readonly waiting: number;
  /** Text and thinking of one answer. */
  readonly answerBytes: number;
  /** One line of an answer. */
  readonly lineBytes: number;
  /** Vectors, a model's details. */
  readonly documentBytes: number;
  /** A list of models. */
  readonly listBytes: number;
}

export interface FleetOptions {
  readonly nodes: readonly NodeSettings[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing?: Partial<FleetTiming>;
  readonly limits?: Partial<FleetLimits>;
  /** Tokens of context each model gets, the same on every PC (else Ollama loads it afresh). Default 8192. */
  readonly contextTokens?: number;
  /** The model for requests that name none; absent: the first that can do what the request needs. */
  readonly defaultModel?: string;
  /** What differs for one model: its context and further options of Ollama (`temperature`, `num_gpu`). */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** The longest that a PC keeps a model loaded after a request, as Ollama writes it (`30m`); absent: Piloto decides. */
  readonly keepAlive?: string;
  /** Weights of the shares; 1 for who is not named. A map may change while the fleet runs: new shares see it. */
  readonly weights?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
  /** What was learned, and which PCs are drained. */
  readonly memory?: FleetMemory;
}

/** One PC of the settings. */
export interface NodeSettings {
  readonly name: string;
  readonly url: string;
  readonly labels?: readonly string[];
  readonly taints?: readonly string[];
  /** Memory for models; absent: learned where it shows. */
  readonly vramBytes?: number;
  /** Models in memory at once (OLLAMA_MAX_LOADED_MODELS). */
  readonly maxLoaded?: number;
  /** Requests at once for one model (OLLAMA_NUM_PARALLEL); absent: learned. */
  readonly slots?: number;
}

/** What is laid down for one model: where it may live, its context, and further options of Ollama. */
export interface ModelSettings extends ModelRules {
  readonly contextTokens?: number;
  readonly options?: Readonly<Record<string, number | boolean>>;
}

/** Keeps a small JSON value from one start to the next. */
export interface FleetMemory {
  /** What `write` got last; anything else (`undefined`, nonsense) counts as nothing. */
  read(): unknown;
  /** At most every 30 seconds, when a PC is drained, and at the stop. */
  write(value: unknown): void;
}

export const DEFAULT_TIMING: FleetTiming = {
  connectMs: 2000,
  firstTokenMs: 600_000,
  stallMs: 30_000,
  answerMs: 1_800_000,
  probeMs: 3000,
  probeEveryMs: 5000,
  loadMs: 600_000,
  waitMs: { interactive: 120_000, batch: 3_600_000 },
};

export const DEFAULT_LIMITS: FleetLimits = {
  waiting: 2000,
  answerBytes: 2 ** 20,
  lineBytes: 2 ** 20,
  documentBytes: 64 * 2 ** 20,
  listBytes: 8 * 2 ** 20,
};

export const DEFAULT_CONTEXT_TOKENS = 8192;

/** A time as Ollama writes it (`30m`, `90s`, `-1`) in seconds; below nought: for ever. `undefined`: none, or unreadable. */
export function keepAliveSeconds(text: string | undefined): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text?.trim() ?? "");
  if (!match) return undefined;
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[(match[2] ?? "s") as "ms" | "s" | "m" | "h"];
  return Number(match[1]) * unit;
}

/** Ollama is silent while a tool call is written, also behind a sentence: so many times as long is waited for it. */
export const TOOL_CALL_STALLS = 10;

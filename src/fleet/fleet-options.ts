import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";

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
}

export interface FleetLimits {
  /** Requests at once for one model on one PC. Ollama itself works on one unless told otherwise, and does not say. */
  readonly perNodeAndModel: number;
  /** Requests that may wait for a slot; one more gets FLEET_BUSY. */
  readonly waiting: number;
  /** Text and thinking of one answer. */
  readonly answerBytes: number;
  /** One line of an answer. */
  readonly lineBytes: number;
  /** A list of models, a model's details, vectors. */
  readonly documentBytes: number;
}

export interface FleetOptions {
  readonly nodes: readonly { readonly name: string; readonly url: string }[];
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
  /** How long a PC keeps a model loaded after a request, as Ollama writes it (`30m`); absent: as the PC is set. */
  readonly keepAlive?: string;
}

export interface ModelSettings {
  readonly contextTokens?: number;
  readonly options?: Readonly<Record<string, number | boolean>>;
}

export const DEFAULT_TIMING: FleetTiming = {
  connectMs: 2000,
  firstTokenMs: 600_000,
  stallMs: 30_000,
  answerMs: 1_800_000,
  probeMs: 3000,
  probeEveryMs: 5000,
};

export const DEFAULT_LIMITS: FleetLimits = {
  perNodeAndModel: 1,
  waiting: 200,
  answerBytes: 2 ** 20,
  lineBytes: 2 ** 20,
  documentBytes: 64 * 2 ** 20,
};

export const DEFAULT_CONTEXT_TOKENS = 8192;

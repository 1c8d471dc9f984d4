/** What one PC is asked. */
export interface PcRequest {
  /** Unique on this PC. */
  readonly id: number;
  readonly model: string;
  readonly promptTokens: number;
  /** Nought for an embedding. */
  readonly answerTokens: number;
  readonly session?: string;
  /** Of the prompt's blocks, in order: two prompts share what they have in common from the start. */
  readonly hashIds?: readonly number[];
  /** Loads the model and answers nothing. */
  readonly isBare?: boolean;
  readonly keepAliveMs?: number;
  /** What makes Ollama load afresh when it differs; the same for all when absent. */
  readonly loadOptions?: string;
}

export type PcEvent =
  /** The headers leave. */
  | { readonly kind: "first-token"; readonly id: number }
  | { readonly kind: "done"; readonly id: number; readonly usage: PcUsage }
  /** 503, 404, 500, the connection refused, the connection cut, and `{"error"}` as the last line. */
  | { readonly kind: "busy" | "missing" | "broken" | "unreachable" | "cut" | "error-line"; readonly id: number }
  | { readonly kind: "loading" | "loaded" | "unloaded" | "load-aborted"; readonly model: string };

/** As the last line tells: counts in tokens, times in milliseconds. */
export interface PcUsage {
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Waiting for the model, Ollama's own queue included. */
  readonly loadMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly totalMs: number;
}

export type PcFault =
  /** Connections are cut, new ones refused, the memory is lost. */
  | { readonly kind: "kill" }
  /** Accepts, and never answers. Ends by `return`, which is a restart. */
  | { readonly kind: "hang" }
  /** Everything takes that many times as long; 1: normal again. */
  | { readonly kind: "slow"; readonly factor: number }
  | { readonly kind: "return" }
  /** Every request gets 503, until `return`. */
  | { readonly kind: "refuse" }
  /** The next answer breaks off with an error after so many tokens; nought: status 500. */
  | { readonly kind: "error"; readonly afterTokens: number };

/** Everything that a PC did since it began (or since `resetCounts`). */
export interface PcCounts {
  loads: number;
  loadsAborted: number;
  unloads: number;
  loadMs: number;
  answers: number;
  prefixHits: number;
  prefixTokens: number;
  promptTokens: number;
}

export const newCounts = (): PcCounts => ({
  loads: 0,
  loadsAborted: 0,
  unloads: 0,
  loadMs: 0,
  answers: 0,
  prefixHits: 0,
  prefixTokens: 0,
  promptTokens: 0,
});

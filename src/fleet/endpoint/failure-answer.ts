import { type ErrorCode, isPilotoError } from "../../../core/domain/errors.ts";
import { Refusal } from "./pc-refusal.ts";

/** Whose words an answer is in. */
export type Dialect = "ollama" | "openai";

/** What the endpoint itself refuses, before the fleet is asked. */
export class EndpointRefusal extends Error {
  readonly statusCode: number;
  /** For OpenAI's `code`. */
  readonly code: string;
  constructor(statusCode: number, code: string, words: string) {
    super(words);
    this.name = "EndpointRefusal";
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** An error as a program gets it. */
export interface FailureAnswer {
  readonly statusCode: number;
  readonly body: string;
  /** Seconds. */
  readonly retryAfterS?: number;
}

/** By code of the fleet: the status that Ollama or OpenAI would send, and OpenAI's `code`. */
const ANSWERS: Partial<Record<ErrorCode, { readonly statusCode: number; readonly code: string }>> = {
  FLEET_EMPTY: { statusCode: 503, code: "fleet_empty" },
  FLEET_BUSY: { statusCode: 503, code: "fleet_busy" },
  NODE_UNREACHABLE: { statusCode: 502, code: "node_unreachable" },
  NODE_FAILED: { statusCode: 502, code: "node_failed" },
  ANSWER_CUT_OFF: { statusCode: 502, code: "answer_cut_off" },
  ANSWER_TOO_LONG: { statusCode: 502, code: "answer_too_long" },
  MODEL_MISSING: { statusCode: 404, code: "model_not_found" },
  MODEL_FORBIDDEN: { statusCode: 403, code: "model_forbidden" },
  MODEL_LACKS_ABILITY: { statusCode: 400, code: "model_lacks_ability" },
  CONTEXT_TOO_LARGE: { statusCode: 400, code: "context_length_exceeded" },
  CANCELLED: { statusCode: 503, code: "cancelled" },
};

/** Programs that were told 503 may come back after this long. */
const RETRY_AFTER_S = 5;

/**
 * What a program is told of a failure, in its dialect: Ollama's `{"error": "…"}`, or OpenAI's object. `undefined` for
 * what is no named failure: a bug.
 */
export function failureAnswer(error: unknown, dialect: Dialect): FailureAnswer | undefined {
  const known = namedFailure(error);
  if (!known) return undefined;
  const { statusCode, code } = known;
  const body = errorBody(dialect, { ...known, words: (error as Error).message });
  return { statusCode, body, ...(statusCode === 503 && code !== "cancelled" && { retryAfterS: RETRY_AFTER_S }) };
}

function namedFailure(error: unknown): { readonly statusCode: number; readonly code: string } | undefined {
  if (error instanceof EndpointRefusal) return error;
  if (error instanceof Refusal) return { statusCode: error.statusCode, code: "invalid_request" };
  return isPilotoError(error) ? ANSWERS[error.code] : undefined;
}

export interface ToldError {
  readonly statusCode: number;
  readonly code: string;
  readonly words: string;
}

/** An error body as JSON. */
export function errorBody(dialect: Dialect, { statusCode, code, words }: ToldError): string {
  if (dialect === "ollama") return JSON.stringify({ error: words });
  return JSON.stringify({ error: { message: words, type: typeOf(statusCode), param: null, code } });
}

/** OpenAI's `type`, by status, as Ollama's own OpenAI routes say it (openai/openai.go, 2026-08-21). */
function typeOf(statusCode: number): string {
  if (statusCode === 401) return "authentication_error";
  if (statusCode === 403) return "permission_error";
  if (statusCode === 404) return "not_found_error";
  return statusCode < 500 ? "invalid_request_error" : "api_error";
}

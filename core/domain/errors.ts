/**
 * Every named failure of Piloto. `retry` says whether trying again can help, and where;
 * `docs/errors.md` explains each to a person (a test holds the two together).
 *
 * - `never`: the same call gives the same answer.
 * - `later`: waiting may help.
 * - `elsewhere`: another machine may do.
 */
export const ERROR_CODES = {
  // settings, start and storage
  SETTINGS_INVALID: { retry: "never" },
  DATA_IN_USE: { retry: "never" },
  DATA_READ_ONLY: { retry: "never" },
  DATA_TOO_NEW: { retry: "never" },
  DATA_DAMAGED: { retry: "never" },
  DISK_FULL: { retry: "later" },
  SQLITE_TOO_OLD: { retry: "never" },
  STORE_UNREACHABLE: { retry: "later" },
  FOREIGN_AWAIT: { retry: "never" },
  SECRET_UNREADABLE: { retry: "never" },
  SECRET_NOT_FOUND: { retry: "never" },
  PORT_IN_USE: { retry: "never" },
  // things that were named and are not there
  RUN_NOT_FOUND: { retry: "never" },
  CHAT_NOT_FOUND: { retry: "never" },
  PROJECT_NOT_FOUND: { retry: "never" },
  PERSON_NOT_FOUND: { retry: "never" },
  SERVICE_NOT_FOUND: { retry: "never" },
  ENDPOINT_NOT_FOUND: { retry: "never" },
  // requests Piloto does not take
  INPUT_INVALID: { retry: "never" },
  NOT_ALLOWED: { retry: "never" },
  // plans
  PLAN_INVALID: { retry: "never" },
  REFERENCE_MISSING: { retry: "never" },
  ARGUMENTS_INVALID: { retry: "never" },
  // services and their descriptions
  SERVICE_EXISTS: { retry: "never" },
  SERVICE_OFFLINE: { retry: "later" },
  SPEC_NOT_FOUND: { retry: "never" },
  SPEC_UNREADABLE: { retry: "never" },
  SPEC_UNSAFE: { retry: "never" },
  SPEC_TOO_LARGE: { retry: "never" },
  ENDPOINT_NOT_ALLOWED: { retry: "never" },
  ENDPOINT_CHANGED: { retry: "never" },
  URL_NOT_ALLOWED: { retry: "never" },
  CALL_NOT_SENT: { retry: "later" },
  CALL_TIMED_OUT: { retry: "later" },
  CALL_CUT_OFF: { retry: "later" },
  CALL_REFUSED: { retry: "never" },
  CALL_FAILED: { retry: "later" },
  RESPONSE_TOO_LARGE: { retry: "never" },
  RESPONSE_UNREADABLE: { retry: "never" },
  RUN_TIMED_OUT: { retry: "never" },
  // the fleet
  FLEET_EMPTY: { retry: "later" },
  FLEET_BUSY: { retry: "later" },
  NODE_UNREACHABLE: { retry: "elsewhere" },
  NODE_FAILED: { retry: "elsewhere" },
  MODEL_MISSING: { retry: "elsewhere" },
  MODEL_FORBIDDEN: { retry: "never" },
  MODEL_LACKS_ABILITY: { retry: "never" },
  CONTEXT_TOO_LARGE: { retry: "never" },
  ANSWER_CUT_OFF: { retry: "elsewhere" },
  ANSWER_TOO_LONG: { retry: "never" },
  NODE_DISK_FULL: { retry: "elsewhere" },
  PULL_FAILED: { retry: "later" },
  CANCELLED: { retry: "never" },
  // chat platforms
  CHAT_UNREACHABLE: { retry: "later" },
  // audit
  AUDIT_BROKEN: { retry: "never" },
} as const satisfies Record<string, { retry: "never" | "later" | "elsewhere" }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * A failure with a name. The message is one or two plain sentences that a person may read:
 * what was wanted, what was found, what to do. It never holds a secret.
 */
export class PilotoError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "PilotoError";
    this.code = code;
  }
  get retry(): "never" | "later" | "elsewhere" {
    return ERROR_CODES[this.code].retry;
  }
}

export function isPilotoError(error: unknown, code?: ErrorCode): error is PilotoError {
  return error instanceof PilotoError && (code === undefined || error.code === code);
}

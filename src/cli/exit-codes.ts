import type { ErrorCode } from "../../core/domain/errors.ts";

/** What the command line's exit codes mean; told by `piloto --help` and docs/commands.md. */
export const EXIT = {
  ok: 0,
  /** It failed, or the answer is no. */
  failed: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  /** A store, a service or every GPU PC did not answer. */
  unreachable: 5,
  /** The data, or the port, is used by another process. */
  inUse: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  SETTINGS_INVALID: EXIT.usage,
  INPUT_INVALID: EXIT.usage,
  ARGUMENTS_INVALID: EXIT.usage,
  RUN_NOT_FOUND: EXIT.notFound,
  CHAT_NOT_FOUND: EXIT.notFound,
  PROJECT_NOT_FOUND: EXIT.notFound,
  PERSON_NOT_FOUND: EXIT.notFound,
  SERVICE_NOT_FOUND: EXIT.notFound,
  ENDPOINT_NOT_FOUND: EXIT.notFound,
  SECRET_NOT_FOUND: EXIT.notFound,
  SPEC_NOT_FOUND: EXIT.notFound,
  NOT_ALLOWED: EXIT.notAllowed,
  ENDPOINT_NOT_ALLOWED: EXIT.notAllowed,
  URL_NOT_ALLOWED: EXIT.notAllowed,
  STORE_UNREACHABLE: EXIT.unreachable,
  SERVICE_OFFLINE: EXIT.unreachable,
  CALL_NOT_SENT: EXIT.unreachable,
  CALL_TIMED_OUT: EXIT.unreachable,
  CALL_CUT_OFF: EXIT.unreachable,
  FLEET_EMPTY: EXIT.unreachable,
  FLEET_BUSY: EXIT.unreachable,
  NODE_UNREACHABLE: EXIT.unreachable,
  DATA_IN_USE: EXIT.inUse,
  PORT_IN_USE: EXIT.inUse,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return BY_ERROR[code] ?? EXIT.failed;
}

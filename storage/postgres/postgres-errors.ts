import { isPilotoError, PilotoError } from "../../core/domain/errors.ts";

/** Two transactions stood in each other's way; one was undone and may simply be run again. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

/** What PostgreSQL and the network report, in Piloto's words. Anything else is a bug and stays as it is. */
export function toPilotoError(error: unknown): unknown {
  if (isPilotoError(error)) return error;
  const code = codeOf(error);
  const because = { cause: error };
  if (code === "53100") {
    return new PilotoError(
      "DISK_FULL",
      "PostgreSQL could not write: its disk is full. Nothing of this was saved; make room and try again.",
      because,
    );
  }
  if (code === "25006" || code === "42501") {
    return new PilotoError(
      "DATA_READ_ONLY",
      "Piloto must write to its PostgreSQL database, and may not. Point it at the primary server, and give its role write access.",
      because,
    );
  }
  if (code === "XX001" || code === "XX002") {
    return new PilotoError(
      "DATA_DAMAGED",
      "PostgreSQL reports damaged data. Stop Piloto and bring back a backup.",
      because,
    );
  }
  if (isOutOfReach(code, error)) {
    return new PilotoError(
      "STORE_UNREACHABLE",
      `PostgreSQL cannot be reached or did not answer in time (${code ?? (error as Error).message}). Check the server and PILOTO_DATABASE_URL; Piloto goes on by itself when it answers.`,
      because,
    );
  }
  return error;
}

/** pg itself gives these no code. */
const NO_CODE =
  /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client (was closed|has encountered a connection error) and is not queryable)/;

const OUT_OF_REACH = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ECONNABORTED",
  "EAI_AGAIN",
  "EPIPE",
  // Locks, statements and transactions that took too long, and too many connections.
  "55P03",
  "57014",
  "25P03",
  "53300",
  // Others stood in the way again and again.
  "40001",
  "40P01",
  // A database or role that is not there, a wrong password.
  "3D000",
  "28000",
  "28P01",
]);

function isOutOfReach(code: string | undefined, error: unknown): boolean {
  if (code !== undefined) return OUT_OF_REACH.has(code) || code.startsWith("08") || code.startsWith("57P");
  return error instanceof Error && NO_CODE.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

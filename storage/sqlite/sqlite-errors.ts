import Database from "better-sqlite3";
import { PilotoError } from "../../core/domain/errors.ts";

/** What SQLite reports about the disk and the file, in Piloto's words. Anything else is a bug and stays as it is. */
export function toPilotoError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  const because = { cause: error };
  // The log's index is made longer before it is used: where that fails there is no room.
  // (https://www.sqlite.org/rescode.html#ioerr_shmsize)
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") {
    return new PilotoError(
      "DISK_FULL",
      `Piloto could not write to ${file}: the disk is full. Nothing of this was saved; make room and try again.`,
      because,
    );
  }
  if (code.startsWith("SQLITE_READONLY") || code === "SQLITE_PERM") {
    return new PilotoError(
      "DATA_READ_ONLY",
      `Piloto must write to ${file}, and may not. Give the user that runs Piloto write access to the file and its folder.`,
      because,
    );
  }
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) {
    return new PilotoError(
      "DATA_DAMAGED",
      `${file} is damaged, or is no database of Piloto (${error.message}). Put it aside and bring back a backup.`,
      because,
    );
  }
  if (code.startsWith("SQLITE_CANTOPEN")) {
    return new PilotoError(
      "DATA_READ_ONLY",
      `${file} cannot be opened. Check that its folder exists and that Piloto's user may read and write there.`,
      because,
    );
  }
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new PilotoError(
      "STORE_UNREACHABLE",
      `${file} is locked by another program for longer than Piloto waits. Close what has it open, then try again.`,
      because,
    );
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new PilotoError(
      "STORE_UNREACHABLE",
      `The disk under ${file} failed (${code}). Nothing of this was saved; check the disk and try again.`,
      because,
    );
  }
  return error;
}

/**
 * The disk, or the file on it, takes nothing more until a person has looked after it: full, failing, read-only or
 * damaged. Another program's lock, or a server that does not answer, is none of these: that passes by itself.
 */
export function isDiskFailure(error: unknown): error is PilotoError {
  if (!(error instanceof PilotoError)) return false;
  if (error.code === "DISK_FULL" || error.code === "DATA_READ_ONLY" || error.code === "DATA_DAMAGED") return true;
  return error.cause instanceof Database.SqliteError && error.cause.code.startsWith("SQLITE_IOERR");
}

/** Somebody else has the lock at the moment: waiting helps. */
export function isBusy(error: unknown): boolean {
  const original = error instanceof PilotoError ? error.cause : error;
  return original instanceof Database.SqliteError && original.code.startsWith("SQLITE_BUSY");
}

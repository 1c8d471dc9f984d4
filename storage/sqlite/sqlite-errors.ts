import Database from "better-sqlite3";
import { PilotoError } from "../../core/domain/errors.ts";

/** What SQLite reports about the disk and the file, in Piloto's words. Anything else is a bug and stays as it is. */
export function toPilotoError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  const because = { cause: error };
  if (code === "SQLITE_FULL") {
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

/** Somebody else has the lock at the moment: waiting helps. */
export function isBusy(error: unknown): boolean {
  const original = error instanceof PilotoError ? error.cause : error;
  return original instanceof Database.SqliteError && original.code.startsWith("SQLITE_BUSY");
}

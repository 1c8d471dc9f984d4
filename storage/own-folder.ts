import { readFileSync, writeFileSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { z } from "zod";
import { PilotoError } from "../core/domain/errors.ts";
import { dataFolder, makeDataFolder, toFolderError } from "./data-folder.ts";
import { keepFromCollection } from "./sqlite/keep-from-collection.ts";

/** While held, no other process works on the folder's data. Ends with the process, however it dies. */
export interface FolderOwnership {
  /** Called twice, it does nothing the second time. */
  release(): void;
}

const OwnerNote = z.object({ pid: z.int(), since: z.string() });

/**
 * Takes a data folder for this process. The lock is the operating system's, held through an exclusive SQLite
 * transaction on `owner.db`: a killed process leaves nothing to clean up. The note beside it only tells people who.
 * One-shot commands do without: they may read and write beside the owner.
 * @throws PilotoError DATA_IN_USE with the owner's pid; DATA_READ_ONLY when the folder cannot be written.
 */
export function takeOwnership(folder: string): FolderOwnership {
  makeDataFolder(folder);
  const { owner, ownerNote } = dataFolder(folder);
  let lock: BetterSqlite3.Database | undefined;
  try {
    lock = new BetterSqlite3(owner, { timeout: 0 });
    keepFromCollection(lock);
    lock.exec("BEGIN EXCLUSIVE");
    const note: z.infer<typeof OwnerNote> = { pid: process.pid, since: new Date().toISOString() };
    writeFileSync(ownerNote, `${JSON.stringify(note)}\n`);
    return { release: () => lock?.close() };
  } catch (error) {
    lock?.close();
    const code = (error as { code?: string }).code ?? "";
    if (code === "SQLITE_BUSY") throw inUse(folder, ownerNote, error);
    if (/READONLY|CANTOPEN/.test(code)) throw toFolderError(Object.assign(new Error(code), { code: "EACCES" }), folder);
    if (code === "SQLITE_FULL") throw toFolderError(Object.assign(new Error(code), { code: "ENOSPC" }), folder);
    throw toFolderError(error, folder);
  }
}

function inUse(folder: string, ownerNote: string, cause: unknown): PilotoError {
  return new PilotoError(
    "DATA_IN_USE",
    `Another Piloto${whoFrom(ownerNote)} works on ${folder}. Stop it first, or give this one a folder of its own with PILOTO_DATA_DIR.`,
    { cause },
  );
}

function whoFrom(ownerNote: string): string {
  try {
    const note = OwnerNote.parse(JSON.parse(readFileSync(ownerNote, "utf8")));
    return ` (process ${note.pid}, since ${note.since})`;
  } catch {
    // The owner has not written its note yet, or it was damaged: the refusal stands without a name.
    return "";
  }
}

import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { PilotoError } from "../core/domain/errors.ts";

/** Where things lie in a data folder. */
export interface DataFolder {
  readonly folder: string;
  readonly database: string;
  readonly owner: string;
  readonly ownerNote: string;
  readonly backups: string;
  readonly keys: string;
  readonly checkpoints: string;
}

export function dataFolder(folder: string): DataFolder {
  const at = (name: string) => path.join(folder, name);
  return {
    folder,
    database: at("piloto.db"),
    owner: at("owner.db"),
    ownerNote: at("owner.json"),
    backups: at("backups"),
    keys: at("keys"),
    checkpoints: at("audit-checkpoints.jsonl"),
  };
}

/** Makes the folder, readable by its owner alone. @throws PilotoError DATA_READ_ONLY | DISK_FULL */
export function makeDataFolder(folder: string): void {
  try {
    makeWithParents(folder);
  } catch (error) {
    throw toFolderError(error, folder);
  }
}

/** Not `recursive: true`: Node 20 and 24 turn in circles for ever where a file system refuses with ENOENT, as /proc does. */
function makeWithParents(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error(`${folder} is a file.`), { code: "ENOTDIR" });
  makeWithParents(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Two processes that start at once: the other one was first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The file system has no room left, or this user has had his share of it. */
export function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOSPC" || code === "EDQUOT";
}

/** What the file system says about a folder or a file in it, in Piloto's words. */
export function toFolderError(error: unknown, place: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (isFull(error)) {
    return new PilotoError(
      "DISK_FULL",
      `Piloto could not write to ${place}: the disk is full. Make room and try again.`,
      {
        cause: error,
      },
    );
  }
  if (
    code === "EACCES" ||
    code === "EPERM" ||
    code === "EROFS" ||
    code === "ENOTDIR" ||
    code === "EEXIST" ||
    code === "ENOENT"
  ) {
    return new PilotoError(
      "DATA_READ_ONLY",
      `Piloto needs to write in ${place}, and cannot (${code}). Choose another folder with PILOTO_DATA_DIR, or give Piloto's user write access.`,
      { cause: error },
    );
  }
  return error;
}

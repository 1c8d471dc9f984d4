import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isFull, toFolderError } from "./data-folder.ts";

/**
 * Writes a key that only Piloto's user may read, unless the file is there already. Written apart, then linked: of two
 * processes that start at once the first one's key stands, and nobody sees half of it.
 * @throws PilotoError DISK_FULL; what else the file system says stays as it is
 */
export function makeKeyFile(file: string, text: string): void {
  const apart = `${file}.${process.pid}.new`;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(apart, text, { mode: 0o600, flush: true });
    linkUnlessThere(apart, file);
  } catch (error) {
    throw isFull(error) ? toFolderError(error, file) : error;
  } finally {
    rmSync(apart, { force: true });
  }
}

function linkUnlessThere(apart: string, file: string): void {
  try {
    linkSync(apart, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

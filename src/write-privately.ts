import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Replaces a file whole or not at all, for nobody else at any moment: a reader, and a start after a crash, find the
 * old or the new and never half of it. Throws what the disk says, and leaves nothing behind.
 */
export function writePrivately(file: string, text: string): void {
  const apart = `${file}.${process.pid}.new`;
  try {
    writeFileSync(apart, text, { mode: 0o600 });
    chmodSync(apart, 0o600);
    renameSync(apart, file);
  } finally {
    rmSync(apart, { force: true });
  }
}

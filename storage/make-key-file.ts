import { linkSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes a key that only Piloto's user may read, unless the file is there already. Written apart, then linked: of two
 * processes that start at once the first one's key stands, and nobody sees half of it.
 */
export function makeKeyFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const apart = `${file}.${process.pid}.new`;
  writeFileSync(apart, text, { mode: 0o600, flush: true });
  try {
    linkSync(apart, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(apart);
  }
}

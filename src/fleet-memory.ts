import { existsSync, readFileSync, statSync } from "node:fs";
import type { Logger } from "../core/ports/logger.ts";
import { writePrivately } from "./write-privately.ts";

/** What the fleet learned of its PCs, over restarts. */
export interface FleetMemory {
  /** What was written last; `undefined` when there is none, or none that can be read. Never throws. */
  read(): unknown;
  /** Replaces it at once, whole or not at all. Never throws: what was learned can be learned again. */
  write(value: unknown): void;
}

const MAX_BYTES = 16 * 2 ** 20;

/**
 * Keeps it in one JSON file that only Piloto's user may read. A file that is damaged, and a disk that takes nothing,
 * are warnings in the log, one for each kind; the next write that works ends them.
 */
export function openFleetMemory(file: string, logger: Pick<Logger, "warn">): FleetMemory {
  let warned = "";
  const warn = (error: unknown, text: string) => {
    const why = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
    if (warned === `${text}${why}`) return;
    warned = `${text}${why}`;
    logger.warn({ file, why }, text);
  };
  return {
    read() {
      try {
        if (!existsSync(file)) return undefined;
        const { size } = statSync(file);
        if (size > MAX_BYTES) throw new Error(`${size} bytes are more than the ${MAX_BYTES} it may have`);
        return JSON.parse(readFileSync(file, "utf8"));
      } catch (error) {
        warn(error, "What the fleet had learned cannot be read; it learns afresh");
        return undefined;
      }
    },
    write(value) {
      try {
        writePrivately(file, JSON.stringify(value));
        warned = "";
      } catch (error) {
        warn(error, "What the fleet learned cannot be written; the next start learns afresh");
      }
    },
  };
}

import { setTimeout as wait } from "node:timers/promises";
import { isBusy, toPilotoError } from "./sqlite-errors.ts";

/** How long to wait for another process's lock. */
const PATIENCE_MS = 15_000;

/**
 * Does what needs a lock on the file, again and again while another process has it, without blocking the event loop
 * in between.
 * @throws PilotoError STORE_UNREACHABLE when that takes too long
 */
export async function whenFree<T>(file: string, act: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(50, pauseMs * 2)) {
    try {
      return await act();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw toPilotoError(error, file);
      await wait(pauseMs);
    }
  }
}

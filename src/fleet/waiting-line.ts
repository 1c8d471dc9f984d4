import { PilotoError } from "../../core/domain/errors.ts";
import { cancelled } from "./fleet-failures.ts";

/** Asked each time something changed: the place for a request, `undefined` to go on waiting, or why it is hopeless. */
export type TryPlace<T> = () => T | undefined | PilotoError;

/**
 * Requests that wait for a slot: interactive ones before batch, each kind in order of arrival. A request that fits
 * nowhere does not hold up the ones behind it. They are placed as late as possible, when a slot is free.
 */
export interface WaitingLine {
  /** @throws PilotoError FLEET_BUSY when the line is full, CANCELLED, or what `tryPlace` says. */
  wait<T>(tryPlace: TryPlace<T>, priority: "interactive" | "batch", signal: AbortSignal): Promise<T>;
  /** Call it whenever a slot became free or a PC changed. */
  look(): void;
  readonly length: number;
}

export function createWaitingLine(max: number): WaitingLine {
  const lines = { interactive: new Set<() => boolean>(), batch: new Set<() => boolean>() };

  function look(): void {
    for (const line of [lines.interactive, lines.batch]) {
      for (const attempt of line) if (attempt()) line.delete(attempt);
    }
  }

  function wait<T>(tryPlace: TryPlace<T>, priority: "interactive" | "batch", signal: AbortSignal): Promise<T> {
    if (signal.aborted) return Promise.reject(cancelled());
    const line = lines[priority];
    return new Promise((resolve, reject) => {
      /** `true` when it no longer waits. */
      function attempt(): boolean {
        const place = tryPlace();
        if (place === undefined) return false;
        signal.removeEventListener("abort", giveUp);
        if (place instanceof PilotoError) reject(place);
        else resolve(place);
        return true;
      }
      function giveUp(): void {
        line.delete(attempt);
        reject(cancelled());
      }
      look(); // whoever came first goes first
      if (attempt()) return;
      if (lines.interactive.size + lines.batch.size >= max) return reject(lineIsFull(max));
      signal.addEventListener("abort", giveUp, { once: true });
      line.add(attempt);
    });
  }

  return {
    wait,
    look,
    get length() {
      return lines.interactive.size + lines.batch.size;
    },
  };
}

function lineIsFull(max: number): PilotoError {
  const found = `Every PC is at work and ${max} requests are waiting already`;
  return new PilotoError("FLEET_BUSY", `${found}. Try again in a moment.`);
}

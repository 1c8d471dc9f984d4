import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import type { FleetMemory } from "../fleet-options.ts";
import type { Due, Timers } from "../timers.ts";

/** What is kept from one start to the next. */
export interface Kept {
  readonly scheduler: unknown;
  readonly drained: readonly string[];
}

const KeptShape = z.object({ scheduler: z.unknown(), drained: z.array(z.string().max(200)).max(10_000).catch([]) });

/** What was kept; what cannot be read counts as nothing. */
export function readKept(memory: FleetMemory | undefined): Kept {
  const read = KeptShape.safeParse(memory?.read());
  return { scheduler: read.data?.scheduler, drained: read.data?.drained ?? [] };
}

/** Writes what was learned, now and then. */
export interface MemoryKeeper {
  /** Something may have been learned: it is written within half a minute. */
  touch(): void;
  /** Written now. */
  write(): void;
  /** Written now when something was learned since; nothing is written later. */
  stop(): void;
}

const WRITE_EVERY_MS = 30_000;

export function createMemoryKeeper(
  memory: FleetMemory | undefined,
  what: () => Kept,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): MemoryKeeper {
  let due: Due | undefined;

  function write(): void {
    due?.cancel();
    due = undefined;
    memory?.write(what());
  }

  return {
    touch() {
      if (memory && !due) due = timers.at(clock.nowMs() + WRITE_EVERY_MS, write);
    },
    write,
    stop() {
      if (due) write();
    },
  };
}

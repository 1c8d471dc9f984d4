import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { DISCORD } from "../discord-ids.ts";

/** Until when Piloto was there and heard everything. The note of it outlives the process. */
export interface Presence {
  /** A session begins: the gap before it began at what was noted last. */
  returns(): Promise<void>;
  /** Since when something may have been missed, a day at most; `undefined` before the first session of all. */
  readonly awaySinceMs: number | undefined;
  /** Some of what was missed was not looked for: what was noted last stands until the next session. */
  staysBehind(): void;
  /** The time, when it should be noted: every few minutes. */
  due(): number | undefined;
  note(atMs: number): Promise<void>;
}

const KEY = "present";
const Noted = z.object({ atMs: z.number() });
const NOTE_EVERY_MS = 300_000;
/** What came in just before the note may still have been at work when the process died. */
const MARGIN_MS = 60_000;
const LOOK_BACK_MS = 24 * 3_600_000;

export function createPresence({ stores, clock }: { readonly stores: Stores; readonly clock: Clock }): Presence {
  let dueAtMs = 0;
  let awaySinceMs: number | undefined;
  let isBehind = false;
  return {
    async returns() {
      const noted = Noted.safeParse(await stores.read((tx) => tx.faceNotes.get(DISCORD, KEY))).data;
      awaySinceMs = noted && Math.max(noted.atMs - MARGIN_MS, clock.nowMs() - LOOK_BACK_MS);
      isBehind = false;
    },
    get awaySinceMs() {
      return awaySinceMs;
    },
    staysBehind() {
      isBehind = true;
    },
    due() {
      const nowMs = clock.nowMs();
      if (nowMs < dueAtMs) return undefined;
      dueAtMs = nowMs + NOTE_EVERY_MS;
      return nowMs;
    },
    async note(atMs) {
      if (!isBehind) await stores.atomically((tx) => tx.faceNotes.put(DISCORD, KEY, { atMs }, atMs));
    },
  };
}

import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { DISCORD } from "../discord-ids.ts";
import type { ChannelFacts } from "./channels.ts";

/** A place to be looked at after a gap. */
export interface HeldChat extends ChannelFacts {
  /** Everything up to this id is known to have been heard there. */
  readonly last: string;
}

/** Where Piloto was spoken to, so that missed messages can be fetched. Notes outlive the process. */
export interface HeldChats {
  /**
   * This message is about to be heard in these places: after a crash in between it is looked for again. Never rejects:
   * a message that is heard must not be lost for the sake of those that may be missed later.
   */
  hears(places: readonly ChannelFacts[], message: string): Promise<void>;
  /** All places of the last `forMs`, at most 300. Older ones are forgotten. */
  lately(forMs: number): Promise<HeldChat[]>;
}

const Note = z.object({
  last: z.string().regex(/^\d{1,20}$/),
  kind: z.enum(["direct", "thread", "text", "other"]),
  guild: z.string().optional(),
  parent: z.string().optional(),
});
const PREFIX = "held/";
const MOST = 300;
/** Behind by at most this much: messages that were heard already are duplicates, and cost nothing but a look. */
const NOTE_EVERY_MS = 600_000;

type Deps = { readonly stores: Stores; readonly clock: Clock; readonly logger: Logger };

export function openHeldChats({ stores, clock, logger }: Deps): HeldChats {
  const notedAtMs = new Map<string, number>();
  return {
    async hears(places, message) {
      const nowMs = clock.nowMs();
      const due = places.filter(({ id }) => nowMs - (notedAtMs.get(id) ?? 0) >= NOTE_EVERY_MS);
      if (due.length === 0) return;
      for (const { id } of due) notedAtMs.set(id, nowMs);
      while (notedAtMs.size > 10 * MOST) notedAtMs.delete(notedAtMs.keys().next().value!);
      const last = String(BigInt(message) - 1n);
      try {
        await stores.atomically(async (tx) => {
          for (const { id, kind, guild, parent } of due) {
            const note = { last, kind, ...(guild ? { guild } : {}), ...(parent ? { parent } : {}) };
            await tx.faceNotes.put(DISCORD, PREFIX + id, note, nowMs);
          }
        });
      } catch (error) {
        for (const { id } of due) notedAtMs.delete(id);
        logger.warn({ error: String(error) }, "A place could not be noted; the next message there notes it.");
      }
    },
    async lately(forMs) {
      const notes = await stores.atomically(async (tx) => {
        await tx.faceNotes.forget(DISCORD, PREFIX, clock.nowMs() - forMs);
        return tx.faceNotes.list(DISCORD, PREFIX, { limit: MOST });
      });
      return notes.flatMap(({ key, value }) => {
        const note = Note.safeParse(value).data;
        return note ? [{ ...note, id: key.slice(PREFIX.length) }] : [];
      });
    },
  };
}

import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
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
  /** This message is about to be heard there: after a crash in between it is looked for again. */
  hears(facts: ChannelFacts, message: string): Promise<void>;
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

export function openHeldChats({ stores, clock }: { stores: Stores; clock: Clock }): HeldChats {
  const notedAtMs = new Map<string, number>();
  return {
    async hears({ id, kind, guild, parent }, message) {
      const nowMs = clock.nowMs();
      if (nowMs - (notedAtMs.get(id) ?? 0) < NOTE_EVERY_MS) return;
      notedAtMs.set(id, nowMs);
      if (notedAtMs.size > 10 * MOST) notedAtMs.delete(notedAtMs.keys().next().value ?? id);
      const last = String(BigInt(message) - 1n);
      const note = { last, kind, ...(guild ? { guild } : {}), ...(parent ? { parent } : {}) };
      await stores.atomically((tx) => tx.faceNotes.put(DISCORD, PREFIX + id, note, nowMs));
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

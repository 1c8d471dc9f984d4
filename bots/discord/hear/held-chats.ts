import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { ReadTx, Stores, Tx } from "../../../core/ports/stores.ts";
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
  /**
   * There was a gap, and from now on something is heard again. What is noted of a place stays until it is caught up,
   * whatever is heard there meanwhile: a crash or another gap in between loses nothing.
   */
  gap(): void;
  /** All places of the last `forMs`, those spoken in last first, at most 1,000; older ones are forgotten. */
  lately(forMs: number): Promise<HeldChat[]>;
  /** Everything up to `last` is heard there now. Not to be called for a place that was listed before the latest gap. */
  caughtUp(chat: HeldChat, last: string): Promise<void>;
}

const Note = z.object({
  last: z.string().regex(/^\d{1,20}$/),
  kind: z.enum(["direct", "thread", "text", "other"]),
  guild: z.string().optional(),
  parent: z.string().optional(),
  /** The message that was heard when this was noted. */
  seen: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
});
type Note = z.infer<typeof Note>;
const PREFIX = "held/";
/** Most of them need not be asked for: Discord tells of a server's places what was said there last. */
const MOST = 1_000;
const PAGE = 1_000;
const PLACES_KEPT = 3 * MOST;
/** Behind by at most this much: messages that were heard already are duplicates, and cost nothing but a look. */
const NOTE_EVERY_MS = 600_000;

type Deps = { readonly stores: Stores; readonly clock: Clock; readonly logger: Logger };

export function openHeldChats({ stores, clock, logger }: Deps): HeldChats {
  /** Places that are not behind, and when they were noted. A place that is forgotten here counts as behind. */
  const current = new Map<string, number>();

  function remember(id: string, notedAtMs: number): void {
    current.delete(id);
    current.set(id, notedAtMs);
    if (current.size > PLACES_KEPT) current.delete(current.keys().next().value ?? id);
  }

  /** Whether the place is not behind now. */
  async function note(tx: Tx, { id, kind, guild, parent }: ChannelFacts, message: string): Promise<boolean> {
    const before = Note.safeParse(await tx.faceNotes.get(DISCORD, PREFIX + id)).data;
    const isCurrent = before === undefined || current.has(id);
    const last = isCurrent ? String(BigInt(message) - 1n) : before.last;
    const now: Note = { last, kind, seen: message, ...(guild ? { guild } : {}), ...(parent ? { parent } : {}) };
    await tx.faceNotes.put(DISCORD, PREFIX + id, now, clock.nowMs());
    return isCurrent;
  }

  return {
    async hears(places, message) {
      const nowMs = clock.nowMs();
      const due = places.filter(({ id }) => nowMs - (current.get(id) ?? 0) >= NOTE_EVERY_MS);
      if (due.length === 0) return;
      try {
        await stores.atomically(async (tx) => {
          for (const place of due) if (await note(tx, place, message)) remember(place.id, nowMs);
        });
      } catch (error) {
        for (const { id } of due) current.delete(id);
        logger.warn({ error: String(error) }, "A place could not be noted; the next message there notes it.");
      }
    },
    gap() {
      current.clear();
    },
    async lately(forMs) {
      const found = await stores.atomically(async (tx) => {
        await tx.faceNotes.forget(DISCORD, PREFIX, clock.nowMs() - forMs);
        return allNotes(tx);
      });
      found.sort((a, b) => (BigInt(a.seen ?? a.last) < BigInt(b.seen ?? b.last) ? 1 : -1));
      for (const { id } of found.slice(MOST)) remember(id, 0);
      return found.slice(0, MOST);
    },
    async caughtUp({ id, kind, guild, parent, last: before }, last) {
      // Before anything is waited for: a gap that comes meanwhile makes it behind again.
      remember(id, 0);
      if (last === before) return;
      const now: Note = { last, kind, seen: last, ...(guild ? { guild } : {}), ...(parent ? { parent } : {}) };
      await stores.atomically((tx) => tx.faceNotes.put(DISCORD, PREFIX + id, now, clock.nowMs()));
    },
  };
}

async function allNotes(tx: ReadTx): Promise<(Note & { id: string })[]> {
  const found: (Note & { id: string })[] = [];
  for (let afterKey: string | undefined; ; ) {
    const page = await tx.faceNotes.list(DISCORD, PREFIX, { limit: PAGE, ...(afterKey ? { afterKey } : {}) });
    for (const { key, value } of page) {
      const note = Note.safeParse(value).data;
      if (note) found.push({ ...note, id: key.slice(PREFIX.length) });
    }
    if (page.length < PAGE) return found;
    afterKey = page.at(-1)?.key;
  }
}

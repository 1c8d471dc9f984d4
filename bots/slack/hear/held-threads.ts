import { z } from "zod";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK, type SlackThread } from "../slack-ids.ts";

/** A place to be looked at after a gap: a thread that Piloto takes part in, or the top level of its channel. */
export interface HeldPlace {
  readonly team: string;
  readonly channel: string;
  /** Absent: the top level, where Piloto may have been mentioned, or written to directly. */
  readonly root?: string;
  /** The newest message of it that is known to have been heard. */
  readonly lastTs: string;
}

/** Where Piloto takes part, so that missed messages can be fetched. Notes outlive the process. */
export interface HeldThreads {
  /** Something was heard there. Writes at most once in ten minutes for the thread, and for its channel. */
  heard(place: SlackThread, ts: string): Promise<void>;
  /** Piloto is called into a thread by this message. Said before it is handed over. */
  joins(thread: SlackThread, ts: string): void;
  /** Whether a message was written before Piloto was called: over two connections it may arrive after that. */
  isEarlier(thread: SlackThread, ts: string): boolean;
  /** All places of the last `forMs`, most lately noted first, at most 500. Older ones are forgotten. */
  lately(forMs: number): Promise<HeldPlace[]>;
}

const Note = z.object({ lastTs: z.string(), atMs: z.number() });
const NOTE_EVERY_MS = 600_000;
const MOST_PLACES = 500;
const MOST_REMEMBERED = 5_000;

export function openHeldThreads({ stores, clock }: { stores: Stores; clock: Clock }): HeldThreads {
  /** What was heard last, and when that was noted. */
  const remembered = new Map<string, { lastTs: string; notedAtMs: number }>();

  async function hear(key: string, ts: string): Promise<void> {
    const nowMs = clock.nowMs();
    const known = remembered.get(key);
    const lastTs = known && isLater(known.lastTs, ts) ? known.lastTs : ts;
    const isDue = !known || nowMs - known.notedAtMs >= NOTE_EVERY_MS;
    remembered.delete(key);
    remembered.set(key, { lastTs, notedAtMs: isDue ? nowMs : known.notedAtMs });
    for (const oldest of remembered.keys()) {
      if (remembered.size <= MOST_REMEMBERED) break;
      remembered.delete(oldest);
    }
    if (isDue) await stores.atomically((tx) => tx.faceNotes.put(SLACK, key, { lastTs, atMs: nowMs }, nowMs));
  }

  const joined = new Map<string, string>();

  return {
    joins({ team, channel, root }, ts) {
      joined.set(`${team}/${channel}/${root}`, ts);
      const [oldest] = joined.keys();
      if (joined.size > MOST_REMEMBERED && oldest !== undefined) joined.delete(oldest);
    },
    isEarlier({ team, channel, root }, ts) {
      const since = joined.get(`${team}/${channel}/${root}`);
      return since !== undefined && isLater(since, ts);
    },
    async heard({ team, channel, root }, ts) {
      await hear(`held/${team}/${channel}/${root}`, ts);
      await hear(`held/${team}/${channel}/`, ts);
    },
    async lately(forMs) {
      const sinceMs = clock.nowMs() - forMs;
      const notes = await stores.atomically(async (tx) => {
        await tx.faceNotes.forget(SLACK, "held/", sinceMs);
        return tx.faceNotes.list(SLACK, "held/", { limit: MOST_PLACES * 4 });
      });
      const read = notes.flatMap(({ key, value }) => {
        const [, team, channel, root] = key.split("/");
        const note = Note.safeParse(value);
        if (!team || !channel || !note.success) return [];
        const lastTs = remembered.get(key)?.lastTs ?? note.data.lastTs;
        return [{ atMs: note.data.atMs, place: { team, channel, ...(root ? { root } : {}), lastTs } }];
      });
      return read
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, MOST_PLACES)
        .map(({ place }) => place);
    },
  };
}

/** Slack's timestamps have ten digits, a dot and six: as long as that, texts compare as moments. */
export const isLater = (a: string, b: string): boolean => Number(a) > Number(b);

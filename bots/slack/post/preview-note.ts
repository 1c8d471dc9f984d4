import { z } from "zod";
import { sha256 } from "../../../core/domain/canonical.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { SLACK } from "../slack-ids.ts";

const Note = z.object({
  /** `stream`: opened with chat.startStream, without metadata; `post`: a message with the key in its metadata. */
  kind: z.enum(["stream", "post"]),
  /** Absent: it was about to be opened, and may be there or not. */
  ts: z.string().optional(),
  startedMs: z.number(),
  /** The finished answer takes its place: nobody may change the message any more but who brings it. */
  isEnded: z.boolean().optional(),
});

/** That an answer is being shown before it is finished: written before Slack is asked, so that no crash forgets it. */
export type PreviewNote = z.infer<typeof Note>;

export interface PreviewNotes {
  get(key: string): Promise<PreviewNote | undefined>;
  put(key: string, note: PreviewNote): Promise<void>;
  remove(key: string): Promise<void>;
}

export function createPreviewNotes({ stores, clock }: { stores: Stores; clock: Clock }): PreviewNotes {
  const nameOf = (key: string) => `preview:${sha256(key).slice(0, 40)}`;
  return {
    async get(key) {
      const read = Note.safeParse(await stores.read((tx) => tx.faceNotes.get(SLACK, nameOf(key))));
      return read.success ? read.data : undefined;
    },
    put: (key, note) => stores.atomically((tx) => tx.faceNotes.put(SLACK, nameOf(key), note, clock.nowMs())),
    async remove(key) {
      await stores.atomically((tx) => tx.faceNotes.remove(SLACK, nameOf(key)));
    },
  };
}

import { z } from "zod";
import type { SlackThread } from "../slack-ids.ts";
import type { Answer } from "./slack-calls.ts";

/** What is read of a message in a thread. */
const Message = z.looseObject({
  ts: z.string(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  metadata: z.looseObject({ event_payload: z.looseObject({ key: z.unknown() }).optional() }).optional(),
  files: z.array(z.looseObject({ id: z.string() })).optional(),
});
const Page = z.looseObject({
  messages: z.array(z.unknown()),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});

export type ThreadMessage = z.infer<typeof Message>;

export type Found =
  | { readonly kind: "found"; readonly ts: string }
  | { readonly kind: "absent" }
  /** The thread could not be read: whether it is there is not known. */
  | { readonly kind: "unreadable"; readonly code: string };

/** Pages of 200: a thread of 6,000 messages is read to its end. */
const MOST_PAGES = 30;

/** Reads one page of a thread. */
export type ReadPage = (thread: SlackThread, cursor: string | undefined) => Promise<Answer>;

/** Looks for a message in a thread, the oldest that fits. A thread that is gone holds nothing. */
export async function findInThread(
  thread: SlackThread,
  fits: (message: ThreadMessage) => boolean,
  readPage: ReadPage,
): Promise<Found> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await readPage(thread, cursor);
    if (answer.kind === "failed") {
      const { kind, code } = answer.failure;
      return kind === "chat-gone" || kind === "message-gone" ? { kind: "absent" } : { kind: "unreadable", code };
    }
    const read = Page.safeParse(answer.data);
    if (!read.success) return { kind: "unreadable", code: "unreadable answer" };
    for (const item of read.data.messages) {
      const message = Message.safeParse(item);
      if (message.success && fits(message.data)) return { kind: "found", ts: message.data.ts };
    }
    cursor = read.data.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return { kind: "absent" };
}

/** The message that Piloto posted with this key. Anybody may read metadata, only apps write it: it must be a bot's. */
export const hasKey =
  (key: string) =>
  ({ bot_id, metadata }: ThreadMessage): boolean =>
    bot_id !== undefined && metadata?.event_payload?.key === key;

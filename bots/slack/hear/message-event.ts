import { z } from "zod";

const Attachment = z.looseObject({ text: z.string().nullish(), fallback: z.string().nullish() });

const Message = z.looseObject({
  type: z.enum(["message", "app_mention"]),
  subtype: z.string().nullish(),
  channel: z.string().regex(/^[A-Z0-9]{2,30}$/),
  channel_type: z.string().nullish(),
  user: z
    .string()
    .regex(/^[UW][A-Z0-9]{1,30}$/)
    .nullish(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  ts: z.string().regex(/^\d{1,16}\.\d{1,10}$/),
  thread_ts: z
    .string()
    .regex(/^\d{1,16}\.\d{1,10}$/)
    .nullish(),
  user_team: z.string().nullish(),
  source_team: z.string().nullish(),
  team: z.string().nullish(),
  files: z.array(z.unknown()).nullish(),
  attachments: z.array(Attachment).nullish(),
});

/** What a person wrote in Slack, in Slack's own markup. */
export interface HeardMessage {
  readonly channel: string;
  readonly user: string;
  /** The workspace of the sender, where Slack tells. */
  readonly userTeam?: string;
  readonly ts: string;
  /** The thread's root: its own `ts` when it begins one. */
  readonly root: string;
  readonly isReply: boolean;
  readonly isDirect: boolean;
  /** Slack says by the kind of event that the app was mentioned. */
  readonly isMention: boolean;
  readonly text: string;
  readonly files: readonly unknown[];
}

/** Kinds that are words of a person; edits, deletions, joins, topics and the like are not. */
const SPOKEN = [undefined, "file_share", "thread_broadcast", "me_message"];

/**
 * Reads a `message` or `app_mention`, of an event or of a channel's history. `undefined` for what nobody said to
 * anybody: bots, edits, deletions, joins, and shapes that Slack does not document.
 */
export function readMessage(event: unknown): HeardMessage | undefined {
  const read = Message.safeParse(event);
  if (!read.success) return undefined;
  const { type, subtype, channel, channel_type, user, bot_id, ts, files } = read.data;
  const root = read.data.thread_ts ?? ts;
  if (!SPOKEN.includes(subtype ?? undefined) || bot_id || !user) return undefined;
  const userTeam = [read.data.user_team, read.data.source_team, read.data.team].find((team) => /^T/.test(team ?? ""));
  return {
    channel,
    user,
    ...(userTeam ? { userTeam } : {}),
    ts,
    root,
    isReply: root !== ts,
    isDirect: channel_type === "im" || channel.startsWith("D"),
    isMention: type === "app_mention",
    text: wordsOf(read.data),
    files: files ?? [],
  };
}

/** A forwarded message has its words in attachments. */
export function wordsOf(message: {
  text?: string | null;
  attachments?: readonly z.infer<typeof Attachment>[] | null;
}): string {
  if (message.text) return message.text;
  const attached = (message.attachments ?? []).map(({ text, fallback }) => text ?? fallback ?? "");
  return attached.filter(Boolean).join("\n");
}

/** When Slack took it: its timestamps are seconds. */
export const tsMs = (ts: string): number => Number(ts) * 1000;

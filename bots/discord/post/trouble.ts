import { DiscordAPIError } from "discord.js";

/**
 * What a refusal of Discord means for Piloto. `undefined`: a later try may do better.
 * https://discord.com/developers/docs/topics/opcodes-and-status-codes#json (read 2026-11-21)
 */
export type Trouble =
  | "no-channel"
  | "no-message"
  | "archived"
  | "locked"
  | "forbidden"
  | "too-many-edits"
  | "thread-exists"
  | "no-more-threads"
  | "late"
  | "answered"
  | "bad-body"
  | "blocked";

const TROUBLES: Readonly<Record<number, Trouble>> = {
  10003: "no-channel",
  10004: "no-channel",
  10008: "no-message",
  10015: "late",
  10062: "late",
  30046: "too-many-edits",
  40005: "bad-body",
  40060: "answered",
  50001: "forbidden",
  50005: "forbidden",
  50006: "bad-body",
  50007: "forbidden",
  50008: "forbidden",
  50013: "forbidden",
  50024: "forbidden",
  50027: "late",
  50035: "bad-body",
  50083: "archived",
  160002: "forbidden",
  160004: "thread-exists",
  160005: "locked",
  160006: "no-more-threads",
  200000: "blocked",
  200001: "blocked",
  240000: "blocked",
};

export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof DiscordAPIError)) return undefined;
  const known = TROUBLES[Number(error.code)];
  if (known) return known;
  return error.status === 403 ? "forbidden" : error.status === 400 || error.status === 413 ? "bad-body" : undefined;
}

/** Whether the call may have taken effect although it failed: no answer, or one of a broken server. */
export const isAmbiguous = (error: unknown): boolean => !(error instanceof DiscordAPIError);

const REASONS: Readonly<Record<Trouble, string>> = {
  "no-channel": "The channel or thread is not there any more.",
  "no-message": "The message was deleted.",
  archived: "The thread is archived, and Piloto may not open it again.",
  locked: "The thread is locked.",
  forbidden: "Piloto may not write there: it lacks the permission to see the channel or to send messages.",
  "too-many-edits": "Discord takes no more edits of that message.",
  "thread-exists": "The message has a thread already.",
  "no-more-threads": "The server has too many active threads.",
  late: "The time to answer was over.",
  answered: "It was answered already.",
  "bad-body": "Discord refused the message.",
  blocked: "A filter of the server blocked the message.",
};

/** For logs and the record: what was found, without a secret. */
export const reasonOf = (trouble: Trouble): string => REASONS[trouble];

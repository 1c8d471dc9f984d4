import { sha256 } from "../../../core/domain/canonical.ts";
import type { Say } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import type { AccountId } from "../../../core/domain/ids.ts";
import type { Posted } from "../../../core/ports/chat-platform.ts";
import { ephemeralMessage } from "../show/ephemeral-message.ts";
import { SLACK, type SlackThread, userOf } from "../slack-ids.ts";
import { unreachable } from "./attach-files.ts";
import type { MessageDeps } from "./message-deps.ts";
import { onlyToRef } from "./message-ref.ts";

/** Slack does not show it where the person is not. */
const NOT_THERE = new Set([
  "user_not_in_channel",
  "not_in_channel",
  "channel_not_found",
  "is_archived",
  "thread_not_found",
]);

/**
 * Says something to one person alone. It cannot be looked for afterwards, so it is sent at most once: that it was
 * begun is noted first, and a doubtful failure counts as sent. Who is not in the channel gets a direct message.
 */
export async function postOnlyTo(
  thread: SlackThread,
  say: Say,
  to: AccountId,
  key: string,
  language: Language,
  { stores, clock, calls, logger }: MessageDeps,
): Promise<Posted> {
  const user = userOf(to);
  if (!user) return { kind: "gone", why: "That account is not one of Slack's." };
  const noteKey = `only:${sha256(key).slice(0, 40)}`;
  const isFirst = await stores.atomically((tx) => tx.faceNotes.putNew(SLACK, noteKey, true, clock.nowMs()));
  if (!isFirst) return { kind: "ok", ref: onlyToRef(thread.channel, noteKey), isRepeat: true };
  const content = ephemeralMessage(say.text, language);
  let answer = await calls.postOnlyTo(thread, user.user, content);
  if (answer.kind === "failed" && NOT_THERE.has(answer.failure.code)) {
    const direct = await calls.other(thread.team, "conversations.open", { users: user.user }, { isRepeatable: true });
    const channel = direct.kind === "ok" ? (direct.data.channel as { id?: unknown } | undefined)?.id : undefined;
    if (typeof channel !== "string") return { kind: "gone", why: `Slack says: ${answer.failure.code}` };
    const metadata = { event_type: "piloto_say", event_payload: { key } } as const;
    answer = await calls.post({ team: thread.team, channel }, content, metadata, { priority: 3 });
  }
  if (answer.kind === "ok") return { kind: "ok", ref: onlyToRef(thread.channel, noteKey) };
  const { kind, code } = answer.failure;
  if (kind === "doubtful") {
    logger.warn({ face: SLACK, team: thread.team, code }, "A private reply may not have arrived; it is not repeated.");
    return { kind: "ok", ref: onlyToRef(thread.channel, noteKey) };
  }
  await stores.atomically((tx) => tx.faceNotes.remove(SLACK, noteKey));
  if (kind === "wait" || kind === "unreached") throw unreachable("say something to one person", code);
  return { kind: "gone", why: `Slack says: ${code}` };
}

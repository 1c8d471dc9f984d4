import type { Language } from "../../../core/domain/chat.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { type ExplainedFailure, explainFailure, withoutTokens } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { ephemeralMessage } from "../show/ephemeral-message.ts";
import type { HearDeps } from "./hear-deps.ts";

/** How one person can be reached without the others: by the address that came with what they did, or in a channel. */
export interface PrivateLine {
  readonly bot?: SlackBot;
  readonly channel?: string;
  readonly user: string;
  readonly thread?: string;
  /** Good for half an hour and five answers. */
  readonly responseUrl?: string;
}

const WITHIN_MS = 10_000;

/**
 * Tells one person something that the others do not see. Never rejects: what cannot be told is logged. Slack does not
 * promise to show it, so nothing that matters is said here alone.
 */
export async function tellPrivately(
  line: PrivateLine,
  text: string,
  language: Language,
  deps: Pick<HearDeps, "logger" | "state" | "clock">,
): Promise<void> {
  const message = ephemeralMessage(text, language);
  deps.state.count("privateAnswers");
  const why = await byAddress(line, message);
  if (why === undefined) return;
  const still = await inChannel(line, message, deps.clock);
  if (still === undefined) return;
  deps.state.count("privateAnswersLost");
  deps.logger.warn({ why, still }, "A private answer could not be given.");
}

type Message = ReturnType<typeof ephemeralMessage>;

/** `undefined` when it went well, else why not. */
async function byAddress({ responseUrl, thread }: PrivateLine, message: Message): Promise<string | undefined> {
  if (responseUrl === undefined) return "no response_url";
  const place = thread === undefined ? {} : { thread_ts: thread };
  try {
    const answer = await fetch(responseUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: false, ...place, ...message }),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await answer.arrayBuffer();
    return answer.ok ? undefined : `response_url: HTTP ${answer.status}`;
  } catch (error) {
    return withoutTokens(`response_url: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const MOST_PATIENCE_MS = 15_000;

/** A home page has no channel: there the direct message is the private place. A short rate limit is waited out once. */
async function inChannel(line: PrivateLine, message: Message, clock: Clock): Promise<string | undefined> {
  if (!line.bot) return "no channel";
  const first = await trySay(line, line.bot, message);
  if (first?.retryAfterMs === undefined || first.retryAfterMs > MOST_PATIENCE_MS) return first?.why;
  await clock.sleep(first.retryAfterMs);
  return (await trySay(line, line.bot, message))?.why;
}

async function trySay(
  { channel, user, thread }: PrivateLine,
  { client }: SlackBot,
  message: Message,
): Promise<ExplainedFailure | undefined> {
  const place = thread === undefined ? {} : { thread_ts: thread };
  try {
    if (channel) await client.chat.postEphemeral({ channel, ...place, user, ...message });
    else await client.chat.postMessage({ channel: user, ...message });
    return undefined;
  } catch (error) {
    return explainFailure(error);
  }
}

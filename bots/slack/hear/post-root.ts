import type { KnownBlock } from "@slack/types";
import { cutAt, plainText } from "../../../core/domain/plain-text.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { failureOf, type SlackFailure } from "../post/slack-failure.ts";
import { escapeMrkdwn, fallbackText } from "../show/mrkdwn.ts";
import { richText, run, section } from "../show/rich-text.ts";
import type { SlackThread } from "../slack-ids.ts";

export interface RootWanted {
  readonly bot: SlackBot;
  readonly team: string;
  readonly channel: string;
  /** Who asked: mentioned at the beginning. */
  readonly user: string;
  /** ` asked: `. */
  readonly says: string;
  readonly text: string;
  /** Names the cause, so that the message can be found again: Slack knows no idempotency key. */
  readonly cause: string;
}

/** Where the conversation goes on. */
export interface Root extends SlackThread {
  /** Piloto is not in the channel, so it is a direct message. */
  readonly isElsewhere: boolean;
}

const MOST = 2_500;

/**
 * Posts the message that begins a thread: what somebody typed behind a slash command is seen by nobody else. Where
 * Piloto is not in the channel it goes into the direct message with whoever asked. After a failure that leaves open
 * whether it was posted, it is looked for before it is posted again.
 * @throws what web-api throws when neither can be done
 */
export async function postRoot(wanted: RootWanted, clock: Clock): Promise<Root> {
  const { bot, team, user } = wanted;
  try {
    return { ...(await postSurely(wanted, wanted.channel, clock)), team, isElsewhere: false };
  } catch (error) {
    if (!isOutOfReach(failureOf(error))) throw error;
    const { channel } = await bot.client.conversations.open({ users: user });
    if (!channel?.id) throw error;
    return { ...(await postSurely(wanted, channel.id, clock)), team, isElsewhere: true };
  }
}

type Posted = { readonly channel: string; readonly root: string };

const TRIES = 4;
const PAUSE_MS = 500;

async function postSurely(wanted: RootWanted, channel: string, clock: Clock): Promise<Posted> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await post(wanted, channel);
    } catch (error) {
      const failure = failureOf(error);
      const waitMs = failure.kind === "wait" ? failure.ms : PAUSE_MS * tried;
      if (tried >= TRIES || !MAY_PASS.includes(failure.kind) || waitMs > LONGEST_WAIT_MS) throw error;
      await clock.sleep(waitMs);
      const found = failure.kind === "doubtful" ? await find(wanted, channel) : undefined;
      if (found) return found;
    }
  }
}

const MAY_PASS: readonly SlackFailure["kind"][] = ["wait", "unreached", "doubtful"];
/** Somebody waits for an answer to what they typed. */
const LONGEST_WAIT_MS = 60_000;
/** The channel takes no message of Piloto's. `no_permission`: the app lacks it in this channel. */
const isOutOfReach = ({ kind, code }: SlackFailure): boolean => kind === "chat-gone" || code === "no_permission";
const LATEST = 30;

/** The message of this cause among the latest of the channel. */
async function find({ bot, cause }: RootWanted, channel: string): Promise<Posted | undefined> {
  const { messages = [] } = await bot.client.conversations.history({
    channel,
    limit: LATEST,
    include_all_metadata: true,
  });
  const found = messages.find(({ metadata }) => {
    const payload = metadata?.event_payload as { cause?: unknown } | undefined;
    return metadata?.event_type === ASKED && payload?.cause === cause;
  });
  return found?.ts ? { channel, root: found.ts } : undefined;
}

const ASKED = "piloto_asked";

async function post({ bot, user, says, text, cause }: RootWanted, channel: string): Promise<Posted> {
  const plain = plainText(text).trim();
  const shown = plain.length > MOST ? `${cutAt(plain, MOST)}…` : plain;
  const blocks: KnownBlock[] = [richText([section([{ type: "user", user_id: user }, ...run(says), ...run(shown)])])];
  const { ts, channel: real } = await bot.client.chat.postMessage({
    channel,
    text: `<@${user}>${escapeMrkdwn(says)}${fallbackText(shown)}`,
    blocks,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: ASKED, event_payload: { cause } },
  });
  if (!ts) throw new Error("Slack took a message and gave it no timestamp.");
  return { channel: real ?? channel, root: ts };
}

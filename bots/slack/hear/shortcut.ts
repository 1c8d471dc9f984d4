import { z } from "zod";
import { words } from "../../../core/words/words.ts";
import { placeOf } from "../../shared/place-of.ts";
import { receivePatiently } from "../../shared/receive-patiently.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf } from "../people/actors.ts";
import { chatIdOf } from "../slack-ids.ts";
import type { Commanded } from "./commanded.ts";
import type { HearDeps } from "./hear-deps.ts";
import { readableText } from "./hear-message.ts";
import { wordsOf } from "./message-event.ts";
import { ask } from "./slash-command.ts";
import { tellPrivately } from "./tell-privately.ts";
import { threadBefore } from "./thread-context.ts";

const Ts = z.string().regex(/^\d{1,16}\.\d{1,10}$/);

const Shortcut = z.looseObject({
  trigger_id: z.string().min(1),
  response_url: z.string().optional(),
  user: z.looseObject({ id: z.string(), team_id: z.string().nullish() }),
  channel: z.looseObject({ id: z.string() }),
  /** When it was chosen. */
  action_ts: Ts.optional(),
  message: z.looseObject({
    ts: Ts,
    thread_ts: Ts.nullish(),
    text: z.string().nullish(),
    attachments: z.array(z.looseObject({ text: z.string().nullish(), fallback: z.string().nullish() })).nullish(),
  }),
});

/**
 * "Plan from this message": the words of the message become a request of the person who chose it, in its thread; what
 * was said there before is context. Where Piloto is not in the channel, the conversation begins in a direct message.
 */
export async function hearShortcut(
  body: unknown,
  where: { team: string; bot: SlackBot },
  deps: HearDeps,
): Promise<void> {
  const { user, channel, message, action_ts: chosenTs, ...given } = Shortcut.parse(body);
  const { response_url: responseUrl, trigger_id: trigger } = given;
  const { team, bot } = where;
  if (!(await deps.once.first(`trigger/${trigger}`))) return void deps.state.count("duplicates");
  const line = { bot, channel: channel.id, user: user.id, ...(responseUrl === undefined ? {} : { responseUrl }) };
  const say = words(deps.language).inbox;
  const tell = (text: string) => tellPrivately(line, text, deps.language, deps);
  const rules = placeOf(deps.settings.places, { server: team, channel: channel.id });
  if (!rules.listen) return tell(say.notHere);
  const text = await readableText(wordsOf(message), bot, deps);
  if (text === "") return tell(say.noText);
  const actor = await actorOf({ ...where, user: user.id, ...(user.team_id ? { userTeam: user.team_id } : {}) }, deps);
  deps.state.count("shortcuts");
  const command: Commanded = { bot, team, channel: channel.id, user: user.id, trigger, rules, actor, line };
  if (!(await isInside(bot, channel.id))) return ask(text, command, deps);
  const { ts } = message;
  const root = message.thread_ts ?? ts;
  await askInThread({ text, ts, root, sinceTs: chosenTs ?? String(deps.clock.nowMs() / 1000) }, command, deps);
}

/** What was said there up to `sinceTs` was said to others: only what comes later may be meant for Piloto. */
async function askInThread(
  { text, ts, root, sinceTs }: { text: string; ts: string; root: string; sinceTs: string },
  { bot, team, channel, trigger, rules, actor, line }: Commanded,
  deps: HearDeps,
): Promise<void> {
  const thread = { team, channel, root };
  if (!(await deps.core.knowsChat(chatIdOf(thread)))) deps.held.joins(thread, sinceTs);
  const before = root === ts ? [] : await threadBefore(thread, ts, bot, deps);
  const received = await receivePatiently(
    {
      key: `slack:${team}/${channel}/${ts}/${trigger}`,
      chatId: chatIdOf(thread),
      ...actor,
      text,
      ...(before.length > 0 ? { thread: before } : {}),
      ...(rules.project === undefined ? {} : { projectId: rules.project }),
    },
    deps,
  );
  if (received.kind === "refused") return tellPrivately(line, received.reply, deps.language, deps);
  deps.state.count("heard");
  await deps.held.heard(thread, sinceTs);
  await tellPrivately(line, words(deps.language).inbox.onIt, deps.language, deps);
}

/** Whether Piloto can write there: not in channels without it, nor in what two people write to each other. */
async function isInside({ client }: SlackBot, channel: string): Promise<boolean> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    return found?.is_im === true || (found?.is_member !== false && found?.is_archived !== true);
  } catch (error) {
    // Without the scope to ask, it is tried.
    return explainFailure(error).code !== "channel_not_found";
  }
}

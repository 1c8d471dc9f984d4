import type { IncomingMessage } from "../../../core/domain/chat.ts";
import { isPilotoError } from "../../../core/domain/errors.ts";
import type { ChatId } from "../../../core/domain/ids.ts";
import { words } from "../../../core/words/words.ts";
import { type PlaceRules, placeOf } from "../../shared/place-of.ts";
import { receivePatiently } from "../../shared/receive-patiently.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf } from "../people/actors.ts";
import { chatIdOf, type SlackThread } from "../slack-ids.ts";
import { ageOf } from "./age-of.ts";
import { addressesOthers, cleanText, mentionedUsers, mentions } from "./clean-text.ts";
import { fetchFiles, MOST_FILE_BYTES, MOST_FILES } from "./file-fetch.ts";
import { type HearDeps, languageOf } from "./hear-deps.ts";
import { type HeardMessage, readMessage } from "./message-event.ts";
import { tellPrivately } from "./tell-privately.ts";
import { threadBefore } from "./thread-context.ts";

export interface Where {
  /** The workspace through which the message is seen. */
  readonly team: string;
  readonly bot: SlackBot;
  /** Fetched after a gap: it may be older than an event may be. */
  readonly isCaughtUp?: boolean;
}

/**
 * A message, a mention, or a line of a channel's history: hands what is meant for Piloto to the core, once for one
 * message, however often and in whatever kind of event it comes. Says why it was not taken, for tests and counters.
 */
export async function hearMessage(event: unknown, where: Where, deps: HearDeps): Promise<Heard> {
  const message = readMessage(event);
  if (!message || message.user === where.bot.user) return "not-for-us";
  const late = ageOf(message.ts, where, deps);
  if (late) {
    deps.state.count(late);
    deps.logger.warn({ channel: message.channel, ts: message.ts }, `A message was refused: it is ${late}.`);
    return late;
  }
  const rules = placeOf(deps.settings.places, { server: where.team, channel: message.channel });
  if (!rules.listen) return sayNotHere(message, where, deps);
  const thread = { team: where.team, channel: message.channel, root: message.root };
  const isHeld = message.isReply && (await deps.core.knowsChat(chatIdOf(thread)));
  const mayAnswer = isHeld && rules.threads && !deps.held.isEarlier(thread, message.ts);
  if (!isMeant(message, mayAnswer, where)) return "not-for-us";
  if (!isHeld) deps.held.joins(thread, message.ts);
  return take(message, { thread, isHeld, rules }, where, deps);
}

export type Heard = "taken" | "duplicate" | "refused" | "not-for-us" | "stale" | "future";

/** In a channel Piloto keeps silent where it is told to; who writes to it alone would wait for an answer. */
async function sayNotHere(message: HeardMessage, { team, bot }: Where, deps: HearDeps): Promise<Heard> {
  const { channel, user, ts, isDirect } = message;
  if (!isDirect || !deps.recent.begin(messageKey(team, channel, ts))) return "not-for-us";
  const line = { bot, channel, user, thread: threadLine(message) };
  await tellPrivately(line, words(deps.language).inbox.notHere, deps.language, deps);
  return "not-for-us";
}

/** `mayAnswer`: in this thread people need not mention Piloto. */
function isMeant(message: HeardMessage, mayAnswer: boolean, { bot }: Where): boolean {
  if (message.isDirect || message.isMention || mentions(message.text, bot.user)) return true;
  return mayAnswer && !addressesOthers(message.text, bot.user);
}

interface Situation {
  readonly thread: SlackThread;
  /** The core takes part in the thread. */
  readonly isHeld: boolean;
  readonly rules: PlaceRules;
}

async function take(message: HeardMessage, situation: Situation, where: Where, deps: HearDeps): Promise<Heard> {
  const key = messageKey(where.team, message.channel, message.ts);
  if (!deps.recent.begin(key)) {
    deps.state.count("duplicates");
    return "duplicate";
  }
  try {
    const work = () => hand(message, key, situation, where, deps);
    return await (message.files.length > 0 ? deps.fileTurns.run(work) : work());
  } catch (error) {
    deps.recent.forget(key);
    throw error;
  }
}

async function hand(
  message: HeardMessage,
  key: string,
  situation: Situation,
  where: Where,
  deps: HearDeps,
): Promise<Heard> {
  const { left, ...said } = await translate(message, situation, where, deps);
  const incoming = { key, ...said };
  const received = await receivePatiently(incoming, deps);
  const line = { bot: where.bot, channel: message.channel, user: message.user, thread: threadLine(message) };
  if (received.kind === "duplicate") {
    deps.state.count("duplicates");
    return "duplicate";
  }
  if (received.kind === "refused") {
    deps.state.count("refused");
    if (await isToldFirst(key, where, deps))
      await tellPrivately(line, received.reply, await languageOf(undefined, deps), deps);
    return "refused";
  }
  deps.state.count("heard");
  await deps.held.heard(situation.thread, message.ts);
  if (left.length > 0) await tellLeftFiles(left, incoming.chatId, line, deps);
  return "taken";
}

/**
 * A mention comes as two events, maybe to two processes, and after a gap the same message is found again and again:
 * its sender is told once. While nothing can be kept, rather twice than not at all.
 */
async function isToldFirst(key: string, { isCaughtUp = false }: Where, { once }: HearDeps): Promise<boolean> {
  try {
    return await once.first(`refused/${key}`);
  } catch (error) {
    if (!isPilotoError(error)) throw error;
    return !isCaughtUp;
  }
}

/** In a thread private words belong into it; at the top of a direct message they stand there. */
const threadLine = ({ isReply, isDirect, root }: HeardMessage) => (isReply || !isDirect ? root : undefined);

type Left = Awaited<ReturnType<typeof fetchFiles>>["left"];
type Translated = Omit<IncomingMessage, "key"> & { readonly left: Left };

async function translate(
  message: HeardMessage,
  { thread, isHeld, rules }: Situation,
  { team, bot }: Where,
  deps: HearDeps,
): Promise<Translated> {
  const { user, userTeam, ts, isReply } = message;
  const [actor, text, fetched, before] = await Promise.all([
    actorOf({ bot, team, user, ...(userTeam === undefined ? {} : { userTeam }) }, deps),
    readableText(message.text, bot, deps),
    fetchFiles(message.files, { bot, hosts: deps.settings.fileHosts }),
    isReply && !isHeld ? threadBefore(thread, ts, bot, deps) : [],
  ]);
  return {
    chatId: chatIdOf(thread),
    ...actor,
    text,
    left: fetched.left,
    ...(before.length > 0 ? { thread: before } : {}),
    ...(fetched.files.length > 0 ? { files: fetched.files } : {}),
    ...(rules.project === undefined ? {} : { projectId: rules.project }),
  };
}

/** `app_mention` and `message` of one text, and what a channel's history tells of it, have the same key. */
export const messageKey = (team: string, channel: string, ts: string): string => `slack:${team}/${channel}/${ts}`;

/** Without Slack's markup, people by their names. */
export async function readableText(text: string, bot: SlackBot, { names }: Pick<HearDeps, "names">): Promise<string> {
  const asked = mentionedUsers(text, bot.user).map(async (id) => [id, await names.of(bot.client, id)] as const);
  const users = new Map((await Promise.all(asked)).flatMap(([id, name]) => (name ? [[id, name] as const] : [])));
  return cleanText(text, { bot: bot.user, users });
}

async function tellLeftFiles(
  left: Left,
  chatId: ChatId,
  line: Parameters<typeof tellPrivately>[0],
  deps: HearDeps,
): Promise<void> {
  deps.state.count("filesLeft", left.length);
  const language = await languageOf(chatId, deps);
  const say = words(language).inbox.files;
  const told = left.slice(0, 10).map(({ name, why }) => {
    if (why === "too-large") return `${name} (${say.why[why](MOST_FILE_BYTES / 1_000_000)})`;
    return `${name} (${why === "too-many" ? say.why[why](MOST_FILES) : say.why[why]})`;
  });
  await tellPrivately(line, say.left(told.join(", ")), language, deps);
}

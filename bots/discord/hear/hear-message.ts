import type { IncomingFile, IncomingMessage } from "../../../core/domain/chat.ts";
import type { ChatId, ProjectId } from "../../../core/domain/ids.ts";
import { words } from "../../../core/words/words.ts";
import { chatIdOf, discordChat, messageKey } from "../discord-ids.ts";
import { postNames } from "../post/message-marker.ts";
import { reasonOf, troubleOf } from "../post/trouble.ts";
import { drawSay } from "../show/draw-say.ts";
import type { ChannelFacts } from "./channels.ts";
import { fetchFiles, MOST_FILE_BYTES, MOST_FILES, type WhyLeft } from "./fetch-files.ts";
import type { HearDeps } from "./hear-deps.ts";
import { type DiscordMessage, isMentioned, isSpoken, whoIs, wordsOf } from "./message-event.ts";
import { openThread } from "./open-thread.ts";
import { receiveTyping } from "./receive-typing.ts";
import { threadBefore } from "./thread-before.ts";

/**
 * A message of Discord's: of all that is said only what is meant for Piloto is taken, in the place where its answer
 * belongs. The same message again, however often and in whichever process, is taken once.
 */
export async function hearMessage(message: DiscordMessage, deps: HearDeps): Promise<void> {
  const { channels, counts } = deps;
  if (!(await isMeant(message, deps))) return;
  const mentioned = isMentioned(message, deps.ownId());
  const facts = await channels.facts(message.channel_id);
  if (facts.kind !== "direct" && !mentioned && facts.kind !== "thread") return;
  const rules = channels.rules(facts);
  if (!rules.listen) {
    counts.add("notListened");
    if (facts.kind === "direct") await tell(facts.id, message, words(deps.language).inbox.notHere, deps);
    return;
  }
  if (facts.kind === "thread" && !mentioned && !rules.threads) return;
  counts.add("received");
  const chatId = await chatFor(message, facts, rules.startThreads, deps);
  const work = () => take(message, chatId, facts, deps, rules.project);
  await (message.attachments.length > 0 ? deps.fileTurns.run(work) : work());
}

/** Asked before anything else: most of what is said in a server is not meant for Piloto. */
export async function isMeant(message: DiscordMessage, deps: HearDeps): Promise<boolean> {
  const ownId = deps.ownId();
  if (!isSpoken(message, ownId)) return false;
  return !message.guild_id || isMentioned(message, ownId) || isInChat(message, deps);
}

/** Replies in Piloto's own threads need no mention; without the content intent they come empty, and are no words. */
function isInChat(
  { content, attachments, guild_id, channel_id }: DiscordMessage,
  { core }: HearDeps,
): Promise<boolean> {
  if (content === "" && attachments.length === 0) return Promise.resolve(false);
  return core.knowsChat(chatIdOf({ guild: guild_id ?? undefined, channel: channel_id }));
}

async function chatFor(
  message: DiscordMessage,
  { kind, guild, id }: ChannelFacts,
  startThreads: boolean,
  deps: HearDeps,
): Promise<ChatId> {
  if (kind !== "text" || !startThreads || !guild) return chatIdOf({ guild, channel: id });
  const thread = await openThread(id, message.id, wordsOf(message, deps.ownId()), deps);
  if (thread !== undefined) deps.channels.learn({ id: thread, type: 11, parent_id: id }, guild);
  return chatIdOf({ guild, channel: thread ?? id });
}

async function take(
  message: DiscordMessage,
  chatId: ChatId,
  facts: ChannelFacts,
  deps: HearDeps,
  project = deps.settings.defaultProject,
): Promise<void> {
  const { counts } = deps;
  const place = discordChat(chatId)?.channel ?? facts.id;
  const thereToo = { id: place, kind: "thread", guild: facts.guild, parent: facts.id } as const;
  const noted = deps.held.hears(place === facts.id ? [facts] : [facts, thereToo], message.id);
  if (facts.kind === "text" && place === facts.id) deps.askedLast.note(chatId, message.id);
  const { files, left } = await fetchFiles(message.attachments, deps.settings.fileHosts);
  const received = await receiveTyping(await incoming(message, chatId, facts, { files, project }, deps), deps);
  await noted;
  if (received.kind === "duplicate") {
    counts.add("duplicates");
    return;
  }
  if (left.length > 0) await tell(place, message, leftOut(left, deps), deps, "files");
  if (received.kind === "refused") {
    counts.add("refused");
    await tell(place, message, received.reply, deps);
  }
}

async function incoming(
  message: DiscordMessage,
  chatId: ChatId,
  facts: ChannelFacts,
  { files, project }: { files: readonly IncomingFile[]; project: ProjectId },
  deps: HearDeps,
): Promise<IncomingMessage> {
  const who = whoIs(message.author, message.member, facts.guild);
  const isForeign = facts.kind === "thread" && !(await deps.core.knowsChat(chatId));
  const thread = isForeign ? await threadBefore(facts.id, message.id, deps) : [];
  return {
    ...who,
    key: messageKey(message.channel_id, message.id),
    chatId,
    text: wordsOf(message, deps.ownId()),
    projectId: project,
    ...(thread.length > 0 ? { thread } : {}),
    ...(files.length > 0 ? { files } : {}),
  };
}

function leftOut(left: readonly { name: string; why: WhyLeft }[], { language }: HearDeps): string {
  const say = words(language).inbox.files;
  const why = (reason: WhyLeft): string => {
    if (reason === "too-large") return say.why["too-large"](MOST_FILE_BYTES / 1_000_000);
    return reason === "too-many" ? say.why["too-many"](MOST_FILES) : say.why[reason];
  };
  return say.left(left.map((file) => `${file.name} (${why(file.why)})`).join(", "));
}

/** A word about the message itself, which is in no record: once for a message. */
async function tell(
  channel: string,
  { id }: DiscordMessage,
  text: string,
  deps: HearDeps,
  about = "reply",
): Promise<void> {
  try {
    await deps.messages.send(channel, drawSay({ text }, deps.language), postNames(`${about}:${channel}/${id}`));
  } catch (error) {
    const trouble = troubleOf(error);
    const why = trouble ? reasonOf(trouble) : String(error).slice(0, 200);
    deps.logger.warn({ channel, why }, "A reply could not be sent.");
  }
}

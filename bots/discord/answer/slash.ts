import type { ChatId, ProjectId } from "../../../core/domain/ids.ts";
import { isDeeper } from "../../../core/domain/is-deeper.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { isJsonObject, type JsonObject } from "../../../core/domain/result.ts";
import { MENU_COMMANDS } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import { chatIdOf, discordChat, messageKey } from "../discord-ids.ts";
import type { HearDeps } from "../hear/hear-deps.ts";
import { DiscordMessage, whoIs, wordsOf } from "../hear/message-event.ts";
import { openThread } from "../hear/open-thread.ts";
import { receiveTyping } from "../hear/receive-typing.ts";
import { postNames } from "../post/message-marker.ts";
import { patiently } from "../post/patiently.ts";
import { reasonOf, troubleOf } from "../post/trouble.ts";
import { drawSay } from "../show/draw-say.ts";
import { type Asked, notHere, projectHere } from "./answer-deps.ts";
import { asksLeftOver, type BegunAsk, forgetAsk, keepAsk, messageOfAsk } from "./begun-asks.ts";
import { type CommandUse, readCommand } from "./interaction-event.ts";

/** Somebody used `/piloto …`, or "Plan from message". */
export async function answerCommand(asked: Asked): Promise<void> {
  const use = readCommand(asked.interaction.data);
  if (!use) return;
  if (use.kind === "message") return planFromMessage(use, asked);
  const project = await projectHere(asked);
  if (!project) return notHere(asked);
  if (use.sub === "ask" || use.sub === "plan") return ask(use.given.text ?? "", project, asked);
  if (use.sub === "call") return call(use.given, project, asked);
  return privately(use, project, asked);
}

/** Answers that only their person sees, from what is known: no model, and no trace in the channel. */
async function privately(use: CommandUse, projectId: ProjectId, { interaction, answers, deps }: Asked): Promise<void> {
  if (!(await answers.acknowledge("private"))) return;
  const { who, guild, channel } = interaction;
  const chatId = chatIdOf({ guild, channel });
  if (use.sub === "stop") {
    const { reply } = await deps.core.stopChat({ ...who, chatId });
    return answers.tell(reply);
  }
  const command = MENU_COMMANDS.find((one) => one === use.sub);
  if (!command) return answers.tell(words(deps.language).inbox.unclear.unknown(use.sub));
  const rest = use.given.run ?? use.given.language ?? use.given.code ?? "";
  const knows = await deps.core.knowsChat(chatId);
  const { text } = await deps.core.command({
    ...who,
    command,
    rest,
    projectId,
    language: deps.language,
    ...(knows ? { chatId } : {}),
  });
  await answers.tell(text);
}

/** What is asked stands in the channel for all to see, and is answered in a thread on it. */
async function ask(text: string, projectId: ProjectId, { interaction, answers, deps }: Asked): Promise<void> {
  const say = words(deps.language);
  if (text.trim() === "") return answers.tell(say.inbox.unclear["ask-what"]);
  const { id, guild, channel, who } = interaction;
  const begun = { interaction: id, ...(guild ? { guild } : {}), channel, text, projectId, who };
  // At the same time: Discord does not wait long for the answer.
  const [message] = await Promise.all([answers.say(say.chatFace.asked(who.name, text)), keepAsk(begun, deps)]);
  // Too late, or another process has it: its note is not ours to remove. One without a message goes at the next start.
  if (message === undefined) return;
  const refusal = await hearAsk(begun, message, deps).finally(() => forgetAsk(id, deps));
  if (refusal !== undefined) await answers.tell(refusal);
}

/** Hands the request over; why it is refused, if it is. The same one again, however often, is taken once. */
async function hearAsk(
  { interaction, channel, who, text, projectId }: BegunAsk,
  message: string,
  deps: HearDeps,
): Promise<string | undefined> {
  const chatId = await chatOn(message, text, channel, deps);
  const received = await receiveTyping(
    { ...who, key: messageKey(channel, interaction), chatId, text, projectId },
    deps,
  );
  return received.kind === "refused" ? received.reply : undefined;
}

/** Requests that stand in their channels, and that a crash kept from the record. */
export async function hearAsksLeftOver(deps: HearDeps): Promise<void> {
  for (const begun of await asksLeftOver(deps)) {
    try {
      const message = await patiently(() => messageOfAsk(begun, deps), deps);
      if (message !== undefined) await hearAsk(begun, message, deps);
      await forgetAsk(begun.interaction, deps);
    } catch (error) {
      // One place that cannot be read keeps none of the others waiting; the note stays for a day.
      const trouble = troubleOf(error);
      const why = trouble ? reasonOf(trouble) : String(error).slice(0, 200);
      deps.logger.warn({ channel: begun.channel, why }, "A request of an earlier process could not be taken up.");
    }
  }
}

async function call(given: CommandUse["given"], projectId: ProjectId, asked: Asked): Promise<void> {
  const { interaction, answers, deps } = asked;
  const say = words(deps.language);
  const args = readArguments(given.arguments ?? "");
  if (!args) return answers.tell(say.chatFace.badArguments);
  const [service = "", operation = ""] = [given.service, given.operation];
  const what = `${service} ${operation}`;
  const message = await answers.say(say.chatFace.called(interaction.who.name, plainLine(what, 300)));
  if (message === undefined) return;
  const chatId = await chatOn(message, what, interaction.channel, deps);
  const { who } = interaction;
  const proposed = await deps.core.proposeCall({ chatId, projectId, ...who, service, operation, args });
  if (proposed.kind === "drafted") return;
  const text =
    proposed.kind === "not-allowed"
      ? say.inbox.call.notAllowed
      : say.inbox.call.problems(proposed.problems.map((problem) => problem.text).join(" "));
  const place = discordChat(chatId)?.channel ?? interaction.channel;
  await deps.messages.send(place, drawSay({ text }, deps.language), postNames(`call:${interaction.id}`));
}

const MOST_LEVELS = 100;

function readArguments(text: string): JsonObject | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text.replace(/[“”„]/g, '"'));
    return isJsonObject(value) && !isDeeper(value, MOST_LEVELS) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The message that was chosen is somebody's words: it is quoted in a request of the person who chose it. */
async function planFromMessage(use: CommandUse, asked: Asked): Promise<void> {
  const { interaction, answers, deps } = asked;
  if (!(await answers.acknowledge("private"))) return;
  const projectId = await projectHere(asked);
  const say = words(deps.language);
  if (!projectId) return answers.tell(say.inbox.notHere);
  const message = DiscordMessage.safeParse(use.target).data;
  const text = message ? wordsOf(message, deps.ownId()) : "";
  if (!message || text === "") return answers.tell(say.inbox.noText);
  const author = whoIs(message.author, undefined, undefined);
  const chatId = await chatOn(message.id, text, interaction.channel, deps);
  const received = await receiveTyping(
    {
      ...interaction.who,
      key: messageKey(interaction.channel, interaction.id),
      chatId,
      text: say.chatFace.planFrom(text),
      thread: [{ account: author.account, text }],
      projectId,
    },
    deps,
  );
  if (received.kind === "refused") return answers.tell(received.reply);
  await answers.tell(say.chatFace.onIt(linkTo(chatId, interaction.channel)));
}

/** A thread on the message where the place has threads, else the place itself. */
async function chatOn(message: string, about: string, place: string, deps: HearDeps): Promise<ChatId> {
  const { channels } = deps;
  const facts = await channels.facts(place);
  const { guild, id } = facts;
  const isThreaded = facts.kind === "text" && guild !== undefined && channels.rules(facts).startThreads;
  const thread = isThreaded ? await openThread(id, message, about, deps) : undefined;
  if (thread !== undefined) channels.learn({ id: thread, type: 11, parent_id: id }, guild);
  // What is said there while Piloto is away is looked for afterwards.
  await deps.held.hears(
    [facts, ...(thread ? [{ id: thread, kind: "thread", guild, parent: id } as const] : [])],
    message,
  );
  return chatIdOf({ guild, channel: thread ?? id });
}

function linkTo(chatId: ChatId, channel: string): string {
  const chat = discordChat(chatId) ?? { channel };
  return `https://discord.com/channels/${chat.guild ?? "@me"}/${chat.channel}`;
}

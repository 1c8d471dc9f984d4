import { isKnown } from "../access/is-known.ts";
import { may } from "../access/may.ts";
import type { Message } from "../domain/chat.ts";
import { words } from "../words/words.ts";
import { answerQuestion } from "./answer-question.ts";
import { answerCommand, type CommandView } from "./commands.ts";
import { decideInWords, workOnPending } from "./decide-in-words.ts";
import { finishTurn } from "./finish-turn.ts";
import { burnCodes } from "./link-accounts.ts";
import { type Intent, readIntent } from "./read-intent.ts";
import { readLanguage } from "./read-language.ts";
import { type ConversationDeps, fullName, readScene, type Scene } from "./scene.ts";

/**
 * Acts on one saved message: command, decision in words, greeting, question or task. Ends with the message handled
 * and its answer in the outbox, in one transaction; the same message again does nothing.
 * @throws PilotoError when a model could not be asked; then the message is not handled yet
 */
export async function takeTurn(message: Message, deps: ConversationDeps, signal: AbortSignal): Promise<void> {
  await burnCodes(message.text, deps);
  const scene = await readInLanguage(message, deps);
  if (!scene) {
    await finishTurn(message, { text: words("en").conversation.refused.noProject }, deps);
    return;
  }
  const say = words(scene.chat.language).conversation;
  const refusal = whyNot(scene);
  if (refusal) {
    const audit = { did: "refuse-request" as const, target: message.id, detail: { chat: message.chatId } };
    await finishTurn(message, { text: refusal, audit }, deps);
    return;
  }
  const intent = readIntent(message.text, scene.intentScene);
  if (intent.kind === "task" || intent.kind === "question") {
    if (scene.who && may(scene.who, "propose", scene.project)) {
      return answerQuestion(scene, intent.kind, deps, signal);
    }
    const audit = { did: "refuse-request" as const, target: message.id, detail: { chat: message.chatId } };
    await finishTurn(message, { text: say.mayNotPropose(fullName(scene)), audit }, deps);
    return;
  }
  await finishTurn(message, await answer(intent, scene, deps, signal), deps);
}

/** The scene in the language of the message where that can be told. The chat takes it, but not from a stranger. */
async function readInLanguage(message: Message, deps: ConversationDeps): Promise<Scene | undefined> {
  const scene = await readScene(message, deps);
  const language = readLanguage(message.text);
  if (!scene || !language || language === scene.chat.language) return scene;
  if (scene.who && isKnown(scene.who, scene.project)) {
    await deps.stores.atomically((tx) => tx.chats.set(scene.chat.id, { language }));
  }
  return { ...scene, chat: { ...scene.chat, language } };
}

/** Strangers get nothing but the one sentence that says so. */
function whyNot({ who, chat, project }: Scene): string | undefined {
  const say = words(chat.language).conversation;
  if (!who) return say.stranger("?");
  return isKnown(who, project) ? undefined : say.stranger(who.account);
}

async function answer(
  intent: Exclude<Intent, { kind: "task" | "question" }>,
  scene: Scene,
  deps: ConversationDeps,
  signal: AbortSignal,
) {
  const say = words(scene.chat.language).conversation;
  switch (intent.kind) {
    case "greeting":
      return { text: say.greeting };
    case "thanks":
      return { text: say.thanks };
    case "hold":
      return { text: say.hold };
    case "unclear":
      return { text: say.unclear(scene.pending?.plan.goal ?? "") };
    case "unknown-command":
      return { text: say.unknownCommand(intent.name) };
    case "command":
      if (intent.name === "stop") return { text: await decideInWords("stop", scene, deps, signal) };
      if (intent.name === "link") return { text: words(scene.chat.language).menu.link.notHere };
      return answerCommand(intent.name, intent.rest, viewOf(scene), deps);
    case "decision":
      return { text: await decideInWords(intent.action, scene, deps, signal) };
    case "dry-run":
      return { text: await workOnPending({ action: "dry-run" }, scene, deps, signal), isAboutPlan: true };
    case "revise": {
      const change = { kind: "words" as const, text: scene.message.text };
      return { text: await workOnPending({ action: "edit", change }, scene, deps, signal), isAboutPlan: true };
    }
  }
}

function viewOf({ chat, project, who, pending, active, last }: Scene): CommandView {
  return {
    language: chat.language,
    project,
    who: who!,
    chatId: chat.id,
    pending: pending ? [pending] : [],
    active: active ? [active] : [],
    last,
  };
}

import { holderOf, linkedAccounts } from "../access/holder-of.ts";
import { isHeard } from "../access/is-heard.ts";
import { isKnown } from "../access/is-known.ts";
import type { Actor, Message } from "../domain/chat.ts";
import type { ChatId } from "../domain/ids.ts";
import { isActive } from "../domain/plan-run.ts";
import type { ReadTx, Stores } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { finishTurn } from "./finish-turn.ts";
import { pressButton } from "./press-button.ts";
import type { ConversationDeps } from "./scene.ts";

export interface StopRequest extends Actor {
  readonly chatId: ChatId;
}

/** Messages that wait for their turn and end with a Stop. */
const MOST_WAITING = 20;

/**
 * A platform's own Stop. Ends what is being thought about in the chat, by whichever process: the message is handled
 * from then on, so that an answer or a plan that comes after it is not taken. Then asks the chat's run to stop, with
 * the checks of its Stop button. The reply is for the person alone. Twice does no harm.
 */
export async function stopChat(
  { chatId, account, groups, name }: StopRequest,
  deps: ConversationDeps,
  { interrupt, ending }: { interrupt: (chatId: ChatId) => void; ending: AbortSignal },
): Promise<{ readonly reply: string }> {
  const seen = await deps.stores.read(async (tx) => {
    const chat = await tx.chats.get(chatId);
    const projects = chat ? [await tx.projects.get(chat.projectId)] : await tx.projects.list();
    const who = await holderOf(tx, { account, groups });
    const mayStop = projects.some((project) => project !== undefined && isKnown(who, project));
    return { language: chat?.language ?? deps.language ?? "en", mayStop };
  });
  const say = words(seen.language);
  if (!seen.mayStop) return { reply: say.conversation.stranger(account) };
  const isThinkingEnded = await endThinking(chatId, say.menu.stop.thinking, deps);
  interrupt(chatId);
  const lines = isThinkingEnded ? [say.menu.stop.thinking] : [];
  // Not before: what was being acted on a moment ago may have confirmed a run.
  const { active, pending } = await deps.stores.read((tx) => runsOf(tx, chatId));
  if (active && isActive(active.state)) {
    const { id: runId, revision } = active;
    const press = { runId, revision, action: "stop" as const, by: account, groups, name };
    lines.push((await pressButton(press, deps, ending)).reply);
  }
  if (lines.length > 0) return { reply: lines.join("\n") };
  const { stop, stopPending } = say.conversation.nothing;
  return { reply: pending?.state === "draft" ? stopPending : stop };
}

async function runsOf(tx: ReadTx, chatId: ChatId) {
  const chat = await tx.chats.get(chatId);
  const active = chat?.activeRunId && (await tx.runs.get(chat.activeRunId));
  const pending = chat?.pendingRunId && (await tx.runs.get(chat.pendingRunId));
  return { active: active || undefined, pending: pending || undefined };
}

async function endThinking(chatId: ChatId, text: string, deps: ConversationDeps): Promise<boolean> {
  let isEnded = false;
  let before: Message | undefined;
  for (let count = 0; count < MOST_WAITING; count++) {
    const waiting = await deps.stores.read((tx) => tx.messages.nextWaiting(chatId));
    if (!waiting || waiting.id === before?.id) break;
    before = waiting;
    if (await finishTurn(waiting, { text }, deps)) isEnded = true;
  }
  return isEnded;
}

const MESSAGES_SEEN = 50;

/**
 * Whether Piloto takes part in a chat: somebody it may listen to spoke to it there, or a plan was made there. A
 * stranger's words alone do not make it listen to everybody.
 */
export function knowsChat(chatId: ChatId, { stores }: { stores: Stores }): Promise<boolean> {
  return stores.read(async (tx: ReadTx) => {
    const chat = await tx.chats.get(chatId);
    const project = chat && (await tx.projects.get(chat.projectId));
    if (!chat || !project) return false;
    if (chat.pendingRunId ?? chat.activeRunId ?? chat.lastRunId) return true;
    const { items } = await tx.messages.page(chatId, { limit: MESSAGES_SEEN });
    const said = items.filter(({ origin, account }) => origin === "person" && account !== undefined);
    const linked = await linkedAccounts(
      tx,
      said.flatMap(({ account }) => account ?? []),
    );
    return said.some((message) => isHeard(message, project, linked));
  });
}

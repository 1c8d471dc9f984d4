import { holderOf } from "../access/holder-of.ts";
import { isKnown } from "../access/is-known.ts";
import type { IncomingMessage } from "../domain/chat.ts";
import type { ChatId } from "../domain/ids.ts";
import type { Decision, Press } from "../planning/decision.ts";
import { ChatTurns } from "./chat-turns.ts";
import { STOPPING } from "./intent-words.ts";
import { pressButton } from "./press-button.ts";
import { plainWords } from "./read-intent.ts";
import { type Saved, saveMessage } from "./save-message.ts";
import type { ConversationDeps } from "./scene.ts";
import { type StopRequest, stopChat } from "./stop-chat.ts";

export type { ConversationDeps } from "./scene.ts";

/** Everything people say and press, for one process. */
export interface Conversation {
  /** Resolves once the message is saved; the answer comes through the outbox. The same key again is `duplicate`. */
  receive(message: IncomingMessage): Promise<Saved>;
  press(press: Press): Promise<{ decision: Decision; reply: string }>;
  stopChat(stop: StopRequest): Promise<{ readonly reply: string }>;
  /** Takes up the messages that an earlier process left. Call once, after `queue.boot`. */
  start(): Promise<void>;
  /**
   * Ends what is being thought about; interrupted messages stay unhandled and are taken again at the next start.
   * Resolves when nothing is at work, or after `withinMs`.
   */
  stop(withinMs: number): Promise<void>;
  /** Resolves when no message (of this chat, or at all) waits or is being worked on. */
  idle(chatId?: ChatId): Promise<void>;
}

/** How often messages that another process left behind are looked for. */
const SWEEP_MS = 5_000;
const SWEEP_CHATS = 200;

export function createConversation(deps: ConversationDeps): Conversation {
  const ending = new AbortController();
  const turns = new ChatTurns(deps, ending.signal);

  async function sweep(): Promise<void> {
    const waiting = await deps.stores.read((tx) => tx.messages.chatsWaiting(SWEEP_CHATS));
    for (const chatId of waiting) turns.kick(chatId);
  }

  async function keepSweeping(): Promise<void> {
    while (!ending.signal.aborted) {
      await deps.clock.sleep(SWEEP_MS, ending.signal);
      if (ending.signal.aborted) return;
      try {
        await sweep();
      } catch (error) {
        // A database that does not answer now may answer in the next round; the messages wait in it.
        deps.logger.error({ error: String(error) }, "Could not look for waiting messages.");
      }
    }
  }

  return {
    async receive(message) {
      const saved = await saveMessage(message, deps);
      if (saved.kind !== "accepted") return saved;
      if (STOPPING.includes(plainWords(message.text)) && (await isKnownIn(message, deps))) {
        turns.interrupt(message.chatId);
      }
      turns.kick(message.chatId);
      return saved;
    },
    press: (press) => pressButton(press, deps, ending.signal),
    stopChat: (stop) => stopChat(stop, deps, { interrupt: (chatId) => turns.interrupt(chatId), ending: ending.signal }),
    async start() {
      await sweep();
      void keepSweeping();
    },
    async stop(withinMs) {
      ending.abort();
      await Promise.race([turns.settled(), deps.clock.sleep(withinMs)]);
    },
    async idle(chatId) {
      for (;;) {
        await turns.settled(chatId);
        if (ending.signal.aborted || !(await isWaiting(deps, chatId))) return;
        if (chatId) turns.kick(chatId);
        else await sweep();
        if (!turns.isWorking(chatId)) await deps.clock.sleep(50, ending.signal);
      }
    },
  };
}

function isKnownIn({ chatId, account, groups }: IncomingMessage, { stores }: ConversationDeps): Promise<boolean> {
  return stores.read(async (tx) => {
    const chat = await tx.chats.get(chatId);
    const project = chat && (await tx.projects.get(chat.projectId));
    return project !== undefined && isKnown(await holderOf(tx, { account, groups }), project);
  });
}

function isWaiting({ stores }: ConversationDeps, chatId: ChatId | undefined): Promise<boolean> {
  return stores.read(async (tx) => {
    if (chatId) return (await tx.messages.nextWaiting(chatId)) !== undefined;
    return (await tx.messages.chatsWaiting(1)).length > 0;
  });
}

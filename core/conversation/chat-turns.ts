import type { Language, Message } from "../domain/chat.ts";
import { isPilotoError } from "../domain/errors.ts";
import type { ChatId } from "../domain/ids.ts";
import { HandledBefore } from "./ending-stores.ts";
import { finishTurn } from "./finish-turn.ts";
import type { ConversationDeps } from "./scene.ts";
import { takeTurn } from "./take-turn.ts";
import { tellFailure } from "./tell-failure.ts";

/** A turn is held this long without a sign of life; a dead process's turn is free after it. */
const TURN_MS = 60_000;
const RENEW_MS = 20_000;

/** The chats that this process works on: one message of a chat at a time, over all processes. */
export class ChatTurns {
  readonly #deps: ConversationDeps;
  readonly #ending: AbortSignal;
  readonly #working = new Map<ChatId, Promise<void>>();
  /** Kicked while at work: look once more before leaving. */
  readonly #again = new Set<ChatId>();
  readonly #thinking = new Map<ChatId, AbortController>();

  constructor(deps: ConversationDeps, ending: AbortSignal) {
    this.#deps = deps;
    this.#ending = ending;
  }

  /** There may be something to do in this chat. */
  kick(chatId: ChatId): void {
    if (this.#ending.aborted) return;
    this.#again.add(chatId);
    if (this.#working.has(chatId)) return;
    this.#working.set(chatId, this.#work(chatId));
  }

  /** A person wants the thinking in this chat to end. */
  interrupt(chatId: ChatId): void {
    this.#thinking.get(chatId)?.abort("person");
  }

  isWorking(chatId?: ChatId): boolean {
    return chatId ? this.#working.has(chatId) : this.#working.size > 0;
  }

  async settled(chatId?: ChatId): Promise<void> {
    while (this.isWorking(chatId)) {
      await Promise.all(chatId ? [this.#working.get(chatId)] : this.#working.values());
    }
  }

  async #work(chatId: ChatId): Promise<void> {
    try {
      while (this.#again.delete(chatId)) await this.#workOff(chatId);
    } catch (error) {
      // What could not even be told stays waiting in the database; the next sweep takes it up again.
      this.#deps.logger.error({ chat: chatId, error: describe(error) }, "A chat's turn could not be worked on.");
    } finally {
      // In the same breath as the last look at `#again`: a kick after it starts anew.
      this.#working.delete(chatId);
    }
  }

  async #workOff(chatId: ChatId): Promise<void> {
    while (!this.#ending.aborted) {
      const message = await this.#takeNext(chatId);
      if (!message) return;
      if (!(await this.#handle(message))) break;
    }
    await this.#deps.stores.atomically((tx) => tx.chats.endTurn(chatId, this.#deps.boot.id));
  }

  /** The oldest waiting message with the chat's turn, or nothing, and then without the turn: one transaction. */
  #takeNext(chatId: ChatId): Promise<Message | undefined> {
    const { stores, clock, boot } = this.#deps;
    return stores.atomically(async (tx) => {
      const nowMs = clock.nowMs();
      if (!(await tx.chats.takeTurn(chatId, boot.id, nowMs, nowMs + TURN_MS))) return undefined;
      const message = await tx.messages.nextWaiting(chatId);
      if (!message) await tx.chats.endTurn(chatId, boot.id);
      return message;
    });
  }

  /** `false` when the message stays waiting: Piloto is stopping, or the turn was lost. */
  async #handle(message: Message): Promise<boolean> {
    const { chatId } = message;
    const own = new AbortController();
    const over = new AbortController();
    const signal = AbortSignal.any([own.signal, this.#ending]);
    this.#thinking.set(chatId, own);
    void this.#keepTurn(chatId, own, over.signal);
    try {
      await takeTurn(message, this.#deps, signal);
      return true;
    } catch (error) {
      if (error instanceof HandledBefore) return true;
      if (this.#ending.aborted || own.signal.reason === "lost") {
        this.#deps.logger.info(
          { message: message.id, error: String(error) },
          "A turn was interrupted; it is taken again.",
        );
        return false;
      }
      await this.#tell(message, error);
      return true;
    } finally {
      over.abort();
      this.#thinking.delete(chatId);
    }
  }

  /** Renews the turn while a model thinks; a turn that another process took over is given up. */
  async #keepTurn(chatId: ChatId, own: AbortController, over: AbortSignal): Promise<void> {
    const { stores, clock, boot, logger } = this.#deps;
    try {
      for (;;) {
        await clock.sleep(RENEW_MS, over);
        if (over.aborted) return;
        const nowMs = clock.nowMs();
        const isOurs = await stores.atomically((tx) => tx.chats.takeTurn(chatId, boot.id, nowMs, nowMs + TURN_MS));
        if (!isOurs) return own.abort("lost");
      }
    } catch (error) {
      logger.error({ chat: chatId, error: describe(error) }, "A chat's turn could not be renewed.");
      own.abort("lost");
    }
  }

  /** A failing turn never wedges its chat: the person is told plainly and the message is handled. */
  async #tell(message: Message, error: unknown): Promise<void> {
    const { stores, logger } = this.#deps;
    const chat = await stores.read((tx) => tx.chats.get(message.chatId));
    const language: Language = chat?.language ?? "en";
    const isNamed = isPilotoError(error);
    const fields = { message: message.id, chat: message.chatId, error: describe(error) };
    if (isNamed) logger.warn({ ...fields, code: error.code }, "A turn ended in a named failure.");
    else logger.error(fields, "A turn ended in a bug.");
    await finishTurn(message, { text: tellFailure(error, language) }, this.#deps);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

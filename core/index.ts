import type { IncomingMessage } from "./domain/chat.ts";
import type { ChatId } from "./domain/ids.ts";
import type { Decision, Press } from "./planning/decision.ts";

export type { Decision, PlanChange, Press } from "./planning/decision.ts";

/** The headless agent core, as faces and the house see it. */
export interface Core {
  /** Recovers what an earlier process left, then works: conversations, runs, progress, upkeep. */
  start(): Promise<void>;
  /** Finishes or hands back what is under way, within `withinMs`. */
  stop(withinMs: number): Promise<void>;
  /**
   * Takes a message. Resolves once it is saved; the answer comes through the chat's platform.
   * The same key again is the same message, however much later: `duplicate`, and nothing happens.
   */
  receiveMessage(message: IncomingMessage): Promise<Received>;
  /** `reply` is what the person who pressed should read, in the chat's language; others need not see it. */
  pressButton(press: Press): Promise<{ decision: Decision; reply: string }>;
  /** Resolves when nothing is waiting, running or untold (in this chat, or anywhere): for scripts and tests. */
  idle(chatId?: ChatId): Promise<void>;
}

export type Received =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  /** Not taken: too large, or empty. `reply` says why, to its sender. */
  | { readonly kind: "refused"; readonly reply: string };

import { createConversation } from "./conversation/receive-message.ts";
import type { IncomingMessage } from "./domain/chat.ts";
import type { ChatId } from "./domain/ids.ts";
import type { Decision, Press } from "./planning/decision.ts";
import { type CallProposed, type CallRequest, proposeCall } from "./planning/propose-call.ts";
import type { CorePorts } from "./ports/core-ports.ts";
import { createProgressPoster } from "./progress/progress-poster.ts";
import { recover } from "./running/recover.ts";
import { createRunner } from "./running/runner.ts";
import { createToolCatalogue } from "./tools/tool-catalogue.ts";
import { createUpkeep } from "./upkeep/upkeep.ts";

export type { Decision, PlanChange, Press } from "./planning/decision.ts";
export type { CallProposed, CallRequest } from "./planning/propose-call.ts";

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
  /** Drafts a plan of one call that a person wrote down exactly; no model takes part, a person still confirms. */
  proposeCall(request: CallRequest): Promise<CallProposed>;
  /** Resolves when nothing is waiting, running or untold (in this chat, or anywhere): for scripts and tests. */
  idle(chatId?: ChatId): Promise<void>;
}

export type Received =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate" }
  /** Not taken: too large, or empty. `reply` says why, to its sender. */
  | { readonly kind: "refused"; readonly reply: string };

/**
 * The core over its ports. Not started, it still takes messages and presses and decides them durably: commands use it
 * so beside a running Piloto, which does the work.
 */
export function createCore(ports: CorePorts): Core {
  const tools = createToolCatalogue(ports.tools);
  const deps = { ...ports, tools };
  const conversation = createConversation(deps);
  const runner = createRunner(deps);
  const poster = createProgressPoster(ports);
  const upkeep = createUpkeep(ports);
  return {
    async start() {
      // First of all: this boot now owns what an older one of its name left.
      await recover(ports);
      poster.start();
      runner.start();
      upkeep.start();
      await conversation.start();
    },
    async stop(withinMs) {
      await upkeep.stop();
      await Promise.all([conversation.stop(withinMs), runner.stop(withinMs)]);
      // Last, so that what stopping recorded is told too.
      await poster.stop(withinMs);
    },
    receiveMessage: (message) => conversation.receive(message),
    pressButton: (press) => conversation.press(press),
    proposeCall: (request) => proposeCall(request, deps),
    async idle(chatId) {
      // In the order in which one gives work to the next.
      await conversation.idle(chatId);
      await runner.idle(chatId);
      await poster.idle(chatId);
    },
  };
}

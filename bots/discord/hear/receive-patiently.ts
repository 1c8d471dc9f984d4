import type { IncomingMessage } from "../../../core/domain/chat.ts";
import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Received } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import type { HearDeps } from "./hear-deps.ts";

const TRIES = 5;
const PAUSE_MS = 1_000;

type Deps = Pick<HearDeps, "core" | "clock" | "logger" | "language" | "typing">;

/**
 * Hands a message to the core, and shows that Piloto is at it until the first word of the answer. Discord sends a
 * message once only, so a database that does not answer is asked a few times.
 */
export async function receivePatiently(message: IncomingMessage, deps: Deps): Promise<Received> {
  const { typing } = deps;
  let received: Received | undefined;
  typing.begin(message.chatId);
  try {
    received = await triedAgain(message, deps);
    return received;
  } finally {
    if (received?.kind !== "accepted") typing.end(message.chatId);
  }
}

async function triedAgain(message: IncomingMessage, { core, clock, logger, language }: Deps): Promise<Received> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await core.receiveMessage(message);
    } catch (error) {
      if (!isPilotoError(error) || error.retry !== "later") throw error;
      logger.warn({ code: error.code, tried }, "A message could not be kept.");
      if (tried >= TRIES) return { kind: "refused", reply: words(language).inbox.notKept };
      await clock.sleep(PAUSE_MS * tried);
    }
  }
}

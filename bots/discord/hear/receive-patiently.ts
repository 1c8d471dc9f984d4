import type { IncomingMessage } from "../../../core/domain/chat.ts";
import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Received } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import type { HearDeps } from "./hear-deps.ts";

const TRIES = 5;
const PAUSE_MS = 1_000;

/** Hands a message to the core. Discord sends it once only, so a database that does not answer is asked a few times. */
export async function receivePatiently(
  message: IncomingMessage,
  { core, clock, logger, language }: Pick<HearDeps, "core" | "clock" | "logger" | "language">,
): Promise<Received> {
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

import type { IncomingMessage, Language } from "../../core/domain/chat.ts";
import { isPilotoError } from "../../core/domain/errors.ts";
import type { Core, Received } from "../../core/index.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import { words } from "../../core/words/words.ts";

const TRIES = 5;
const PAUSE_MS = 1_000;

interface Deps {
  readonly core: Pick<Core, "receiveMessage">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly language: Language;
}

/**
 * Hands a message to the core. Its platform will not send it again, so a database that does not answer is asked a few
 * times more; when it still does not, the sender is to be told.
 */
export async function receivePatiently(
  message: IncomingMessage,
  { core, clock, logger, language }: Deps,
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

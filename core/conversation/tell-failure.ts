import type { Language } from "../domain/chat.ts";
import { isPilotoError } from "../domain/errors.ts";
import { words } from "../words/words.ts";

/** A failed turn in plain words. What has no name is a bug: no detail of it reaches a chat. Pure. */
export function tellFailure(error: unknown, language: Language): string {
  const say = words(language).conversation.failure;
  if (!isPilotoError(error)) return say.bug;
  switch (error.code) {
    case "FLEET_EMPTY":
      return say.fleetEmpty;
    case "FLEET_BUSY":
      return say.fleetBusy;
    case "NODE_UNREACHABLE":
    case "NODE_FAILED":
    case "ANSWER_CUT_OFF":
      return say.unreachable;
    case "MODEL_MISSING":
      return say.modelMissing(error.message);
    case "MODEL_LACKS_ABILITY":
      return say.lacksAbility(error.message);
    case "CONTEXT_TOO_LARGE":
      return say.tooLarge(error.message);
    case "CANCELLED":
      return say.stopped;
    default:
      return say.other(error.message);
  }
}

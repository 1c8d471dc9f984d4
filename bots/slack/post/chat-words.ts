import type { Card } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import type { ChatId } from "../../../core/domain/ids.ts";
import type { Plan } from "../../../core/domain/plan.ts";
import type { Stores } from "../../../core/ports/stores.ts";

/** The language of a chat; `otherwise` for one that Piloto has not met. */
export function languageOf(chatId: ChatId, stores: Stores, otherwise: Language): Promise<Language> {
  return stores.read(async (tx) => (await tx.chats.get(chatId))?.language ?? otherwise);
}

/** The plan that a card shows, whole: `undefined` when the run stands at another revision by now. */
export function planOf(card: Card, stores: Stores): Promise<Plan | undefined> {
  return stores.read(async (tx) => {
    const run = await tx.runs.get(card.runId);
    return run?.revision === card.revision ? run.plan : undefined;
  });
}

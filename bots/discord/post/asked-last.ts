import type { ChatId } from "../../../core/domain/ids.ts";

/** Which message a chat asked last, where many talk in one place: what Piloto says there is shown as a reply to it. */
export interface AskedLast {
  note(chatId: ChatId, message: string): void;
  of(chatId: ChatId): string | undefined;
}

const KEPT = 500;

export function createAskedLast(): AskedLast {
  const last = new Map<ChatId, string>();
  return {
    note(chatId, message) {
      last.delete(chatId);
      last.set(chatId, message);
      if (last.size > KEPT) last.delete(last.keys().next().value ?? chatId);
    },
    of: (chatId) => last.get(chatId),
  };
}

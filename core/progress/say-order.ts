import type { ChatId } from "../domain/ids.ts";
import type { Due } from "../ports/stores.ts";

/**
 * Keeps what is said in a chat in order: while an earlier sentence waits for another try, later ones wait too. Only
 * for stores that are not shared: where several processes deliver, the claim keeps the order over all of them.
 */
export interface SayOrder {
  /** What an earlier process left, in any order. */
  preload(items: readonly Due[]): void;
  isNext(item: Due): boolean;
  settled(item: Due): void;
  failed(item: Due): void;
}

export function createSayOrder(): SayOrder {
  const first = new Map<ChatId, number>();
  function hold(item: Due): void {
    if (item.kind !== "say") return;
    first.set(item.chatId, Math.min(item.id, first.get(item.chatId) ?? item.id));
  }
  return {
    preload(items) {
      for (const item of items) hold(item);
    },
    isNext: (item) => item.kind === "card" || item.id <= (first.get(item.chatId) ?? item.id),
    settled(item) {
      if (item.kind === "say" && first.get(item.chatId) === item.id) first.delete(item.chatId);
    },
    failed: hold,
  };
}

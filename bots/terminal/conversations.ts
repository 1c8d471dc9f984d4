import type { Card, Say } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import { isActive, isOver } from "../../core/domain/plan-run.ts";

/** What the terminal must do about news of a chat. */
export type News =
  /** Draw this card at the bottom; the one that was there, if it was another, is left above for good. */
  | { readonly kind: "live"; readonly card: Card; readonly leave?: Card }
  /** Write the card above for good; none is at the bottom any more. */
  | { readonly kind: "leave"; readonly card: Card }
  /** One line about it is enough. `wasLive`: it stood at the bottom and goes away. */
  | { readonly kind: "line"; readonly card: Card; readonly wasLive: boolean }
  | { readonly kind: "nothing" };

interface Kept {
  readonly card: Card;
  readonly chatId: ChatId;
}

/**
 * The chats of this terminal: the latest cards, which one stands at the bottom of the screen, and what was said
 * in the chats that are not on the screen.
 */
export interface Conversations {
  readonly live: Card | undefined;
  /** The card of a chat that was shown or changed last. */
  latest(chatId: ChatId): Card | undefined;
  /** A card of the chat on the screen is new or changed. */
  see(chatId: ChatId, card: Card): News;
  /** A card of another chat: kept for later. `true` when its state is new, and worth a line. */
  keep(chatId: ChatId, card: Card): boolean;
  /** The card at the bottom is to stay above: something is written below it. */
  leaveLive(): Card | undefined;
  /** Puts a card that was shown before at the bottom again. */
  bringBack(card: Card): void;
  /** Said in a chat that is not on the screen. */
  saidElsewhere(chatId: ChatId, say: Say): void;
  /** What was said there meanwhile, oldest first; then it is forgotten. */
  missed(chatId: ChatId): readonly Say[];
}

const CARDS_KEPT = 200;
const SAYS_KEPT = 200;

export function createConversations(): Conversations {
  const cards = new Map<string, Kept>();
  const says = new Map<ChatId, Say[]>();
  let live: Card | undefined;

  function remember(chatId: ChatId, card: Card): Card | undefined {
    const key = `${chatId}\n${card.runId}`;
    const before = cards.get(key)?.card;
    cards.delete(key);
    cards.set(key, { card, chatId });
    if (cards.size > CARDS_KEPT) cards.delete(cards.keys().next().value ?? key);
    return before;
  }

  function see(chatId: ChatId, card: Card): News {
    const before = remember(chatId, card);
    if (live?.runId === card.runId) return seeLive(card);
    const isNews = !before || before.state !== card.state || before.revision !== card.revision;
    if (!isNews && before?.headline === card.headline) return { kind: "nothing" };
    const isDropped = isDroppedDraft(card);
    const mayTakeBottom = !live || !isOpen(live) || (card.state === "draft" && !isActive(live.state));
    if (!mayTakeBottom || isDropped || !isNews) return { kind: "line", card, wasLive: false };
    const leave = live;
    live = card.buttons.length > 0 || isOpen(card) ? card : undefined;
    return live ? { kind: "live", card, leave } : { kind: "leave", card };
  }

  function seeLive(card: Card): News {
    live = card;
    if (card.buttons.length > 0 || isOpen(card)) return { kind: "live", card };
    live = undefined;
    return isDroppedDraft(card) ? { kind: "line", card, wasLive: true } : { kind: "leave", card };
  }

  return {
    get live() {
      return live;
    },
    latest: (chatId) => [...cards.values()].findLast((kept) => kept.chatId === chatId)?.card,
    see,
    keep(chatId, card) {
      return remember(chatId, card)?.state !== card.state;
    },
    leaveLive() {
      const left = live;
      live = undefined;
      return left;
    },
    bringBack(card) {
      live = card;
    },
    saidElsewhere(chatId, say) {
      says.set(chatId, [...(says.get(chatId) ?? []), say].slice(-SAYS_KEPT));
    },
    missed(chatId) {
      const missed = says.get(chatId) ?? [];
      says.delete(chatId);
      return missed;
    },
  };
}

/** Something is still going to happen to it. */
const isOpen = (card: Card): boolean => card.state === "draft" || isActive(card.state);

/** A draft that ended without anything having been run. */
function isDroppedDraft(card: Card): boolean {
  if (card.state === "superseded" || card.state === "expired") return true;
  return (
    isOver(card.state) &&
    card.state === "cancelled" &&
    card.steps.every((step) => step.elapsed === undefined && step.state !== "done" && step.state !== "error")
  );
}

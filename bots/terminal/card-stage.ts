import type { Card } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { Conversations } from "./conversations.ts";
import { drawCard, drawCardLine } from "./draw-card.ts";
import { isTooHigh } from "./draw-frame.ts";
import type { Paint } from "./paint.ts";
import type { Screen } from "./screen.ts";

/** Where cards stand: at the bottom while they can change, above for good when they are over. */
export interface CardStage {
  /** A card of the chat on the screen is new or changed. */
  show(chatId: ChatId, card: Card): void;
  /** Writes a card above for good. */
  print(card: Card): void;
  /** The card at the bottom stays above; what comes next is written below it. */
  leaveLive(): void;
  /** Puts a card at the bottom again. */
  bringBack(card: Card): void;
}

export function createCardStage({
  screen,
  paint,
  conversations,
}: {
  screen: Screen;
  paint: Paint;
  conversations: Conversations;
}): CardStage {
  const shownWhole = new Set<string>();

  function print(card: Card): void {
    screen.print(drawCard(card, { columns: screen.size().columns, paint }));
  }

  function printLine(card: Card): void {
    screen.print([drawCardLine(card, { columns: screen.size().columns, paint })]);
  }

  /** A draft is read before it is confirmed: one that is higher than the screen is also written above, whole. */
  function showWhole(card: Card): void {
    if (card.state === "draft" && isTooHigh(card, paint, screen.size()) && isFirst(card)) print(card);
  }

  function isFirst(card: Card): boolean {
    const known = `${card.runId}:${card.revision}:${card.state}`;
    if (shownWhole.has(known)) return false;
    shownWhole.add(known);
    return true;
  }

  function leaveLive(): void {
    const card = conversations.leaveLive();
    if (card && screen.isLive) print(card);
  }

  return {
    print,
    leaveLive,
    show(chatId, card) {
      const news = conversations.see(chatId, card);
      if (news.kind === "line") printLine(card);
      if (news.kind === "leave") print(card);
      if (news.kind !== "live") return;
      if (screen.isLive) {
        if (news.leave) print(news.leave);
        showWhole(card);
      } else if (isFirst(card)) print(card);
      else printLine(card);
    },
    bringBack(card) {
      if (conversations.live?.runId !== card.runId) leaveLive();
      shownWhole.delete(`${card.runId}:${card.revision}:${card.state}`);
      conversations.bringBack(card);
      showWhole(card);
    },
  };
}

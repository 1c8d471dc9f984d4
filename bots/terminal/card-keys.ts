import type { Card } from "../../core/domain/card.ts";
import type { PressAction } from "../../core/domain/plan-run.ts";

/** The letter of each button. A letter alone on the input line, then Enter, presses it. */
export const ACTION_KEYS: Readonly<Record<PressAction, string>> = {
  confirm: "c",
  edit: "e",
  "dry-run": "d",
  cancel: "x",
  stop: "s",
  retry: "r",
  continue: "g",
  abandon: "a",
};

/** The action that a letter means on this card, when the card offers it. */
export function actionOfKey(text: string, card: Card | undefined): PressAction | undefined {
  const key = text.trim().toLowerCase();
  return card?.buttons.find((button) => ACTION_KEYS[button.action] === key)?.action;
}

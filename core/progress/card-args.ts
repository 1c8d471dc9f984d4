import { cutAt, visibleText } from "../domain/plain-text.ts";
import type { Json } from "../domain/result.ts";
import type { Words } from "../words/words.ts";

/** Characters of a step's arguments on a card. */
export const CARD_ARGS_LIMIT = 1000;
const LONG_STRING = 80;

/**
 * Arguments as compact JSON for a card. Up to 1,000 characters everything is shown. Beyond that long strings are
 * cut first, each with its count outside the quotes (where no value can forge it), so that short values behind a
 * long one stay in sight; then the end is cut. A total count says how much is not shown.
 */
export function cardArgs(args: Json, words: Words): string {
  const whole = visibleText(JSON.stringify(args));
  if (whole.length <= CARD_ARGS_LIMIT) return whole;
  const { text, cut } = shortened(args, words);
  const kept = cutAt(text, CARD_ARGS_LIMIT);
  return kept + words.card.step.cutTotal(cut + text.length - kept.length);
}

function shortened(args: Json, words: Words): { text: string; cut: number } {
  let cut = 0;
  const write = (value: Json): string => {
    if (typeof value === "string") {
      const whole = visibleText(JSON.stringify(value));
      const kept = cutAt(value, LONG_STRING);
      if (kept.length === value.length) return whole;
      const text = visibleText(JSON.stringify(kept));
      cut += whole.length - text.length;
      return text + words.card.step.cutInside(whole.length - text.length);
    }
    if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const members = Object.entries(value).map(([key, item]) => `${visibleText(JSON.stringify(key))}:${write(item)}`);
    return `{${members.join(",")}}`;
  };
  const text = write(args);
  return { text, cut };
}

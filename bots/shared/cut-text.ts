import type { Language } from "../../core/domain/chat.ts";
import { cutAt } from "../../core/domain/plain-text.ts";
import { words } from "../../core/words/words.ts";

/** At most `max` characters, the count of what is missing included: `… (+1,200 characters not shown)`. */
export function cutCounted(text: string, max: number, language: Language): string {
  if (text.length <= max) return text;
  const say = words(language).chatApp;
  const kept = cutAt(text, Math.max(0, max - say.cut(text.length).length));
  return cutAt(kept + say.cut(text.length - kept.length), max);
}

/** The last `max` characters, from a line's begin where there is one near. Never half a character. */
export function tailOf(text: string, max: number): string {
  if (text.length <= max) return text;
  let from = text.length - max;
  if (/[\uDC00-\uDFFF]/.test(text[from] ?? "")) from += 1;
  const line = text.indexOf("\n", from);
  return text.slice(line >= 0 && line - from < max / 2 ? line + 1 : from);
}

/** At most `max` characters on one line, the end marked by `…` when it was cut. For labels. */
export function labelText(text: string, max: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= max ? line : `${cutAt(line, max - 1)}…`;
}

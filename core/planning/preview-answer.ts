import { plainText } from "../domain/plain-text.ts";
import type { Clock } from "../ports/clock.ts";
import { claimsAnAction } from "./false-claim.ts";

/** Shows an answer sentence by sentence while a model writes it. */
export interface AnswerPreview {
  /** The next piece of the model's text. */
  onText(piece: string): void;
  /** What was shown last; `undefined` when nothing was. */
  shown(): string | undefined;
}

/** Previews closer together than this are left out; the answer itself comes in any case. */
const EVERY_MS = 300;
const MAX_CHARS = 8_000;
const SENTENCE_END = /(?<=[.!?…])\s+|\n+/g;
/** The beginning of a call, of JSON or of a tag: what follows may be no answer at all. */
const NO_WORDS = /[{<]|```|mcp_request|propose_plan|ask_person/;

/**
 * Only whole sentences are shown, each after the check that the answer itself must pass; the first that does not
 * pass ends the preview. `show` gets the whole text so far, without what could fake the picture.
 */
export function createAnswerPreview(show: (text: string) => void, clock: Pick<Clock, "nowMs">): AnswerPreview {
  let text = "";
  let checked = 0;
  let isOver = false;
  let last: { readonly text: string; readonly atMs: number } | undefined;

  /** Moves `checked` behind the sentences that are complete and may be shown. */
  function check(): void {
    SENTENCE_END.lastIndex = checked;
    for (let end = SENTENCE_END.exec(text); end && !isOver; end = SENTENCE_END.exec(text)) {
      // More white space may follow and belong to the same end.
      const next = end.index + end[0].length;
      const sentence = text.slice(checked, end.index);
      isOver = NO_WORDS.test(sentence) || claimsAnAction(sentence);
      if (!isOver) checked = next;
    }
  }

  return {
    onText(piece) {
      if (isOver) return;
      text += piece;
      const before = checked;
      check();
      isOver ||= text.length > MAX_CHARS;
      if (checked === before || (last && clock.nowMs() - last.atMs < EVERY_MS)) return;
      const shown = plainText(text.slice(0, checked)).trim();
      if (shown === "") return;
      last = { text: shown, atMs: clock.nowMs() };
      show(shown);
    },
    shown: () => last?.text,
  };
}

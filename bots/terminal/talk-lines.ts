import type { Say } from "../../core/domain/card.ts";
import { type ChatId, nameOf } from "../../core/domain/ids.ts";
import { plainText } from "../../core/domain/plain-text.ts";
import type { Words } from "../../core/words/words.ts";
import { displayWidth, fitWidth, wrapWidth } from "./display-width.ts";
import type { Paint } from "./paint.ts";

/** How what people and Piloto say stands on the screen: lines no wider than `columns`. */
export interface TalkLines {
  piloto(say: Say, words: Words): string[];
  person(name: string, text: string): string[];
  /** One line about another chat. */
  elsewhere(chatId: ChatId, text: string): string[];
  notice(text: string): string[];
  /** Uncoloured, wrapped. */
  plainLines(text: string): string[];
  failure(text: string): string[];
}

export function createTalkLines(paint: Paint, columns: () => number): TalkLines {
  const wide = () => Math.max(20, Math.min(columns() - 1, 100));
  const spoken = (name: string, colour: (text: string) => string, text: string) => {
    const indent = displayWidth(name) + 3;
    const lines = wrapWidth(plainText(text).trimEnd(), Math.max(16, wide() - indent));
    return lines.map((line, at) =>
      at === 0 ? `${colour(name)} ${paint.signs.prompt} ${line}` : `${" ".repeat(indent)}${line}`,
    );
  };
  const plain = (text: string, colour: (text: string) => string) => wrapWidth(plainText(text), wide()).map(colour);
  return {
    piloto(say, words) {
      const to = say.onlyTo === undefined ? "" : ` (${words.terminal.only(plainText(nameOf(say.onlyTo)))})`;
      return spoken(`Piloto${to}`, paint.cyan, say.text);
    },
    person: (name, text) => spoken(name, paint.bold, text),
    elsewhere(chatId, text) {
      const label = `[${plainText(nameOf(chatId))}]`;
      const line = plainText(text).replaceAll("\n", " ");
      return [`${paint.magenta(label)} ${fitWidth(line, Math.max(8, wide() - displayWidth(label) - 1))}`];
    },
    plainLines: (text) => plain(text, (line) => line),
    notice: (text) => plain(text, paint.grey),
    failure: (text) => plain(text, paint.red),
  };
}

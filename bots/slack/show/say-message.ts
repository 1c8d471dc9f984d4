import type { KnownBlock, RichTextBlockElement } from "@slack/types";
import type { Say, SayFile } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import { cutAt, plainText } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { tailOf } from "../../shared/cut-text.ts";
import { MOST_COST, type SlackMessage } from "./card-message.ts";
import { markdownParts } from "./markdown-blocks.ts";
import { fallbackText } from "./mrkdwn.ts";
import { costOf, preformatted, richText, run, section } from "./rich-text.ts";

const HEAD = 4_000;
const TAIL = 1_500;
const MOST_PARTS = 80;
const MOST_BLOCKS = 40;

/**
 * Something Piloto says, as a message: Markdown becomes rich text, in which nothing can mention or mislead. A text
 * that is too long shows its beginning and its end, and comes whole as a file. Files of the say itself follow after.
 */
export function sayMessage(say: Say, language: Language): SlackMessage {
  const text = plainText(say.text).trim();
  const whole = text.length <= MOST_COST - 2_000 ? blocksOf(markdownParts(text)) : undefined;
  if (whole && fits(whole)) return { text: fallbackText(text), blocks: whole, files: say.files ?? [] };
  const chat = words(language).chatApp;
  const [head, tail] = [cutAt(text, HEAD), tailOf(text, TAIL)];
  const gap = text.length - head.length - tail.length;
  const blocks = [
    ...blocksOf(markdownParts(head)),
    richText([section(run(chat.cutMiddle(gap), { italic: true }))]),
    ...blocksOf(markdownParts(tail)),
  ];
  const file: SayFile = { name: "answer.txt", mediaType: "text/plain", text: `${text}\n` };
  return {
    text: fallbackText(text),
    blocks: fits(blocks) ? blocks : literalBlocks(head, chat.cutMiddle(gap), tail),
    files: [file, ...(say.files ?? [])],
  };
}

function blocksOf(parts: RichTextBlockElement[]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let at = 0; at < parts.length; at += MOST_PARTS) blocks.push(richText(parts.slice(at, at + MOST_PARTS)));
  return blocks.length > 0 ? blocks : [richText([section(run("…"))])];
}

const fits = (blocks: KnownBlock[]): boolean => blocks.length <= MOST_BLOCKS && costOf(blocks) <= MOST_COST;

/** For text that is mostly marks: as it was written. */
function literalBlocks(head: string, gap: string, tail: string): KnownBlock[] {
  return [richText([preformatted(head), section(run(gap, { italic: true })), preformatted(tail)])];
}

import type { Say, SayFile } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import { cutAt } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { escapeText, escapeWithin, insideCode } from "./escape-text.ts";
import { LIMITS } from "./limits.ts";
import { type BodyFile, type Drawn, fileOf, messageOf, textDisplay } from "./message-body.ts";

const TAIL_LINES = 10;
const TAIL_ROOM = 1200;
const TEXT_ROOM = 1900;

/**
 * A sentence as a message. What is too long is shown from its beginning and attached as a whole; of a file that comes
 * with it the last lines are shown.
 */
export function drawSay(say: Omit<Say, "outputOf">, language: Language): Drawn {
  const text = words(language).chatApp;
  const given = (say.files ?? []).slice(0, LIMITS.files - 1).map(toFile);
  const shown = escapeWithin(say.text, TEXT_ROOM);
  const whole = shown.left > 0 ? [textFile("whole-text.md", say.text)] : [];
  const tail = tailOf(say);
  const cut = shown.left > 0 ? `\n-# ${escapeText(text.cut(shown.left))}` : "";
  const files = [...whole, ...given];
  const content = `${shown.text}${cut}`.trim() || escapeText(text.textFile);
  const components = [textDisplay(content), ...(tail ? [textDisplay(tail)] : []), ...files.map(fileOf)];
  return messageOf(components, files);
}

function tailOf({ files }: Pick<Say, "files">): string | undefined {
  const text = files?.[0]?.text.trimEnd();
  if (!text) return undefined;
  const lines = insideCode(text.slice(-4 * TAIL_ROOM))
    .split("\n")
    .slice(-TAIL_LINES)
    .join("\n");
  const tail = lines.slice(-TAIL_ROOM).toWellFormed();
  return `\`\`\`\n${tail || " "}\n\`\`\``;
}

/** Names are told apart by their place: two files may have been given the same one. */
const toFile = ({ name, mediaType, text }: SayFile, place: number): BodyFile => ({
  name: place === 0 ? safeName(name) : `${place + 1}-${safeName(name)}`,
  contentType: mediaType,
  data: bytesOf(text),
});

export const textFile = (name: string, text: string): BodyFile => ({
  name,
  contentType: "text/markdown; charset=utf-8",
  data: bytesOf(text),
});

/** Discord changes other characters by itself, and then `attachment://` finds nothing. */
const safeName = (name: string) => cutAt(name.replace(/[^\w.-]+/g, "_").replace(/^\.+/, "_"), 100) || "file.txt";

function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text.toWellFormed(), "utf8");
  return bytes.length <= LIMITS.fileBytes ? bytes : bytes.subarray(0, LIMITS.fileBytes);
}

/** Text that is still being written, from its beginning. */
export function drawPreview(text: string): Drawn {
  const shown = escapeWithin(text, TEXT_ROOM);
  return messageOf([textDisplay(`${shown.text.trim() || "…"} …`)]);
}

import { plainText } from "../../../core/domain/plain-text.ts";

/** Draws nothing, and keeps two characters from being read as one thing. */
const GAP = "\u200B";

/**
 * Text from outside for a text display: it shows the same characters and does nothing. Markdown loses its meaning,
 * mentions, channel and command links, timestamps and emojis their form; a masked link shows both its text and its
 * address, which stays a link. https://discord.com/developers/docs/reference#message-formatting
 */
export function escapeText(text: string): string {
  return pieces(text).join("");
}

/** As much of the escaped text as fits into `room` characters, and how many characters of the text did not. */
export function escapeWithin(text: string, room: number): { text: string; left: number } {
  const all = pieces(text);
  let used = 0;
  let count = 0;
  while (count < all.length && used + all[count]!.length <= room) used += all[count++]!.length;
  return { text: all.slice(0, count).join(""), left: all.slice(count).join("").length };
}

/** For the inside of a code block: nothing ends it, and nothing in it looks like a mention. */
export function insideCode(text: string): string {
  return defang(plainText(text).replace(/`(?=`)/g, `\`${GAP}`));
}

const URL_OR_CHARACTER = /https?:\/\/[^\s<>`|*\\]{1,2000}|[\s\S]/gu;
const SPECIAL = /[\\*_~|`[\]<>#]/;

/** Never divided further: an address, or one character with what makes it harmless. */
function pieces(text: string): string[] {
  const plain = plainText(text);
  const found: string[] = [];
  let lineSoFar = "";
  for (const match of plain.matchAll(URL_OR_CHARACTER)) {
    const [piece] = match;
    const isLoud = piece === "@" && /^(everyone|here)/i.test(plain.slice(match.index + 1, match.index + 9));
    found.push(isLoud ? `@${GAP}` : harmless(piece, lineSoFar));
    lineSoFar = piece === "\n" ? "" : lineSoFar.length > 12 ? lineSoFar : lineSoFar + piece;
  }
  return found;
}

function harmless(piece: string, lineSoFar: string): string {
  if (piece.length > 2) return defang(piece);
  if (piece === "<") return `\\<${GAP}`;
  if (SPECIAL.test(piece)) return `\\${piece}`;
  const isListSign = (piece === "-" || piece === "+") && lineSoFar.trim() === "";
  const isNumberSign = (piece === "." || piece === ")") && /^\s*\d{1,9}$/.test(lineSoFar);
  return isListSign || isNumberSign ? `\\${piece}` : piece;
}

/** Where no backslash works: in code and in addresses. */
function defang(text: string): string {
  return text.replace(/@(?=everyone|here)/gi, `@${GAP}`).replace(/<(?=[@#/:a-z])/gi, `<${GAP}`);
}

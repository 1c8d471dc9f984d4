/** Columns a terminal gives to a text: 2 for wide (East Asian, emoji), 0 for marks and joiners, 1 for the rest. */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The characters as a person counts them. */
export function splitGraphemes(text: string): string[] {
  return PRINTABLE_ASCII.test(text) ? [...text] : [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** At most `columns` wide; what is cut ends in `…`. */
export function fitWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const part of splitGraphemes(text)) {
    const next = width + displayWidth(part);
    if (next > columns - 1) break;
    kept += part;
    width = next;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** Filled with spaces to exactly `columns`, cut when longer. */
export function padWidth(text: string, columns: number): string {
  const fitted = fitWidth(text, columns);
  return fitted + " ".repeat(Math.max(0, columns - displayWidth(fitted)));
}

/** Lines of at most `columns`, broken at spaces where that is possible. Nothing is left out but the spaces at breaks. */
export function wrapWidth(text: string, columns: number): string[] {
  const width = Math.max(2, columns);
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const PRINTABLE_ASCII = /^[ -~]*$/;
const ZERO = /^[\p{M}\p{Cf}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}/u;
/** East Asian Wide and Fullwidth, as ranges (Unicode 16, EastAsianWidth.txt, joined where gaps are unassigned). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
];

function graphemeWidth(segment: string): number {
  if (ZERO.test(segment)) return 0;
  if (EMOJI.test(segment)) return 2;
  const code = segment.codePointAt(0) ?? 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )/)) {
    if (displayWidth(current) + displayWidth(word.trimEnd()) <= columns) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current.trimEnd());
    const pieces = breakWord(word, columns);
    current = pieces.pop() ?? "";
    lines.push(...pieces);
  }
  return [...lines, current.trimEnd()];
}

/** Pieces of a word that is wider than a line: broken after `,`, `&` or `/` where one lies in the line's second half. */
function breakWord(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  let width = 0;
  for (const part of splitGraphemes(word)) {
    const next = displayWidth(part);
    if (width + next > columns && part !== " ") {
      const at = piece.findLastIndex((letter) => BREAK_AFTER.has(letter)) + 1;
      const kept = at > piece.length / 2 ? at : piece.length;
      pieces.push(piece.slice(0, kept).join(""));
      piece = piece.slice(kept);
      width = displayWidth(piece.join(""));
    }
    piece.push(part);
    width += next;
  }
  return [...pieces, piece.join("")];
}

const BREAK_AFTER = new Set([",", "&", "/"]);

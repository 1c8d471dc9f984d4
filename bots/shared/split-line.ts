/** A word of a typed line, its quotes taken off. */
export interface LineWord {
  readonly text: string;
  /** Where it began in the line. */
  readonly at: number;
  /** It began with a quote. */
  readonly isQuoted: boolean;
  /** In `key="…"`: what follows the equals sign began with a quote. */
  readonly isValueQuoted: boolean;
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "`": "`" };

/**
 * Splits a line at blanks, as a shell would: quotes (the typographic ones of chat apps too) hold words together, a
 * backslash before a quote takes it literally. A quote that is never closed is an ordinary character. Linear.
 */
export function splitLine(line: string): LineWord[] {
  const words: LineWord[] = [];
  const neverClosed = new Set<string>();
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      at += 1;
      continue;
    }
    const { word, end } = wordFrom(line, at, neverClosed);
    words.push(word);
    at = end;
  }
  return words;
}

function wordFrom(line: string, start: number, neverClosed: Set<string>): { word: LineWord; end: number } {
  let text = "";
  let at = start;
  let isQuoted = false;
  let isValueQuoted = false;
  while (at < line.length && !/\s/.test(line[at]!)) {
    const isEscaped = line[at] === "\\" && line[at + 1] !== undefined && line[at + 1]! in CLOSING;
    const quoted = isEscaped || !mayOpen(text) ? undefined : quotedFrom(line, at, neverClosed);
    if (!quoted) {
      text += line[isEscaped ? at + 1 : at]!;
      at += isEscaped ? 2 : 1;
      continue;
    }
    isQuoted ||= text === "";
    isValueQuoted ||= text.endsWith("=");
    text += quoted.text;
    at = quoted.end;
  }
  return { word: { text, at: start, isQuoted, isValueQuoted }, end: at };
}

/** Only at the start of a word or of a value: `don't` holds no quotation. */
const mayOpen = (before: string) => before === "" || before.endsWith("=");

function quotedFrom(line: string, at: number, neverClosed: Set<string>): { text: string; end: number } | undefined {
  const closing = CLOSING[line[at]!];
  if (!closing || neverClosed.has(closing)) return undefined;
  let text = "";
  for (let index = at + 1; index < line.length; index += 1) {
    const character = line[index]!;
    if (character === "\\" && line[index + 1] === closing) {
      text += closing;
      index += 1;
    } else if (character === closing || (closing === "”" && character === '"')) {
      return { text, end: index + 1 };
    } else {
      text += character;
    }
  }
  neverClosed.add(closing);
  return undefined;
}

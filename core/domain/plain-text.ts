/**
 * What can make a shown text differ from the stored one: controls (terminal escapes among them), direction
 * overrides, zero-width and other invisible characters, lone surrogates, and letters that draw nothing.
 * Sources: Unicode 16 general categories; https://trojansource.codes (read 2026-11-21).
 */
const HAZARDS = new RegExp(
  ["\\p{C}\\p{Zl}\\p{Zp}", "\\u115F\\u1160\\u17B4\\u17B5\\u2800\\u3164\\uFFA0", "\\u034F", "\\u{E0100}-\\u{E01EF}"]
    .map((set) => `[${set}]`)
    .join("|"),
  "gu",
);
const PICTURE_JOINER =
  /(?<=\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]?)\u200D(?=\p{Extended_Pictographic})/gu;
const ESCAPE_SEQUENCES =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]{0,4096}(?:\u0007|\u001B\\|\u009C)|(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,16}[@-~]|\u001B[ -/]{0,16}[0-~]/gu;
const TOO_MANY_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Stands in for a joiner that is part of a picture while the others are struck out. */
const KEPT_JOINER = "\uFDD0";

/**
 * Text from outside as people may see it: escape sequences and invisible characters are gone, line ends are `\n`,
 * at most four marks sit on a letter. The same text again stays the same.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(KEPT_JOINER, "")
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, "\n")
    .replace(ESCAPE_SEQUENCES, "")
    .replace(PICTURE_JOINER, KEPT_JOINER)
    .replace(/\t/gu, "  ")
    .replace(HAZARDS, (found) => (found === "\n" || found === KEPT_JOINER ? found : ""))
    .replaceAll(KEPT_JOINER, "\u200D")
    .replace(TOO_MANY_MARKS, "$1");
}

/** `plainText` on one line, at most `max` characters: what is cut ends in `…`. */
export function plainLine(text: string, max: number): string {
  const line = plainText(text.length > max * 8 ? text.slice(0, max * 8) : text)
    .replace(/\s+/gu, " ")
    .trim();
  return line.length <= max ? line : `${cutAt(line, max - 1).trimEnd()}…`;
}

/**
 * The text itself with every hazard written out as `\u202e`: for what a person relies on (the operation, the
 * arguments), where leaving something out would be a lie.
 */
export function visibleText(text: string): string {
  return text.replace(HAZARDS, (found) =>
    [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** The first `max` UTF-16 units, never half a character. */
export function cutAt(text: string, max: number): string {
  if (text.length <= max) return text;
  const isHalf = /[\uD800-\uDBFF]/.test(text[max - 1] ?? "");
  return text.slice(0, Math.max(0, isHalf ? max - 1 : max));
}

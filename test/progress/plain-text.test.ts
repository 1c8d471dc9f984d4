import fc from "fast-check";
import { expect, test } from "vitest";
import { cutAt, plainLine, plainText, visibleText } from "../../core/domain/plain-text.ts";

test.each([
  ["colours and window titles", "a\u001B[31mred\u001B[0m\u001B]0;title\u0007b", "aredb"],
  ["8-bit control sequences", "a\u009B31mred", "ared"],
  ["an unfinished escape sequence, hiding nothing", "a\u001B]0;never ends", "a0;never ends"],
  ["direction overrides", "ab\u202Ecd\u2066e", "abcde"],
  ["zero-width characters", "pay\u200Bpal\uFEFF\u00AD", "paypal"],
  ["letters that draw nothing", "a\u3164b\u2800c\u115F", "abc"],
  ["tags that carry hidden text", "a\u{E0041}\u{E0042}b", "ab"],
  ["piled-up marks", `e${"\u0301".repeat(50)}`, `e${"\u0301".repeat(4)}`],
  ["line ends of all kinds", "a\r\nb\rc\u2028d", "a\nb\nc\nd"],
  ["family pictures", "👩‍👩‍👧", "👩‍👩‍👧"],
  ["Spanish", "¿Qué tal, señor? ¡Sí!", "¿Qué tal, señor? ¡Sí!"],
])("plain text deals with %s", (_what, text, plain) => {
  expect(plainText(text)).toBe(plain);
});

test("hazards are written out where a person relies on the text", () => {
  expect(visibleText("a\u202Eb\u001B[2J\u{E0041}\uD800")).toBe("a\\u202eb\\u001b[2J\\udb40\\udc41\\ud800");
});

test("plain text of plain text is the same, and holds no hazard", () => {
  const dirty = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("\u001B", "[", "m", "]", "\u0007", "x", "\u200D", "👩", "\uFDD0") }),
  );
  fc.assert(
    fc.property(dirty, (text) => {
      const plain = plainText(text);
      expect(plainText(plain)).toBe(plain);
      expect(plain).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202A-\u202E\u2066-\u2069\uFEFF]/);
    }),
    { numRuns: 500 },
  );
});

test("a line keeps its limit and never ends in half a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      expect(plainLine(text, max).length).toBeLessThanOrEqual(max);
      expect(cutAt(text, max)).not.toMatch(/[\uD800-\uDBFF]$/);
    }),
  );
});

test("a long row of unfinished escape sequences takes no long time", () => {
  const startedMs = performance.now();
  expect(plainText("\u009d".repeat(300_000))).toBe("");
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

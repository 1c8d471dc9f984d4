import fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth, fitWidth, padWidth, wrapWidth } from "../../bots/terminal/display-width.ts";

test.each([
  ["plain", 5],
  ["漢字", 4],
  ["ｶﾅ", 2],
  ["e\u0301", 1],
  ["👩‍👩‍👧", 2],
  ["🇪🇸", 2],
  ["✔️", 2],
  ["✔", 1],
  ["", 0],
])("%s takes %i columns", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test("wrapped lines keep every character but the spaces at the breaks, and none is too wide", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 2, max: 60 }), (text, columns) => {
      const oneLine = text.replace(/\s/g, " ");
      const lines = wrapWidth(oneLine, columns);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      expect(lines.join("").replaceAll(" ", "")).toBe(oneLine.replaceAll(" ", ""));
    }),
  );
});

test("what is fitted or filled has the width that was asked for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      const oneLine = text.replace(/[\r\n]/g, " ");
      expect(displayWidth(fitWidth(oneLine, columns))).toBeLessThanOrEqual(columns);
      expect(displayWidth(padWidth(oneLine, columns))).toBe(columns);
    }),
  );
});

test("a long path or JSON breaks behind a comma or slash", () => {
  expect(wrapWidth('{"path":{"id":"M8"},"body":{"quantity":400}}', 25)).toEqual([
    '{"path":{"id":"M8"},',
    '"body":{"quantity":400}}',
  ]);
});

import { expect, test } from "vitest";
import { cardTime, duration } from "../../core/progress/card-time.ts";

test.each([
  [38, "38 ms"],
  [949, "949 ms"],
  [950, "1 s"],
  [4_240, "4.2 s"],
  [59_600, "1 min"],
  [75_000, "1 min 15 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
  [-5, "0 ms"],
  [Number.NaN, "0 ms"],
])("%d milliseconds read as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("a moment of today has no date, one of another day has it, and nonsense does not throw", () => {
  const noon = Date.UTC(2026, 0, 5, 12, 0, 0);
  expect(cardTime(noon - 3_600_000, noon)).toBe("11:00 UTC");
  expect(cardTime(noon + 86_400_000, noon)).toBe("2026-01-06 12:00 UTC");
  expect(cardTime(Number.NaN, noon)).toBe("1970-01-01 00:00 UTC");
});

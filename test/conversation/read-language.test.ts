import { expect, test } from "vitest";
import { readLanguage } from "../../core/conversation/read-language.ts";

test.each([
  ["set the stock to 400", "en"],
  ["pon la existencia a 400", "es"],
  ["¿y los M8?", "es"],
  ["M8 400", undefined],
  ["/link 4Y9K-ES2A", undefined],
  ["/link ABCD-E7-Y", undefined],
] as const)("%s is taken for %s", (text, language) => {
  expect(readLanguage(text)).toBe(language);
});

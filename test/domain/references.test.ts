import { expect, test } from "vitest";
import { referencesIn } from "../../core/domain/references.ts";

test("a long row of opening braces takes no long time", () => {
  const startedMs = performance.now();
  expect(referencesIn({ a: "{".repeat(120_000) })).toEqual({ references: [], malformed: [] });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test.each(["{{steps.x.body}}", "{{ }}", "{{steps.1.body.a b}}"])("%s is told as malformed", (text) => {
  expect(referencesIn({ a: text })).toEqual({ references: [], malformed: [text] });
});

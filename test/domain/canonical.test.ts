import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, planHash } from "../../core/domain/canonical.ts";

test("canonical JSON is what RFC 8785's reference implementation gives, for any JSON value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    { numRuns: 2000 },
  );
});

test("keys are ordered by their UTF-16 code units, numbers among them too", () => {
  const keys = { "€": 1, "\r": 2, דּ: 3, "1": 4, "10": 5, "9": 6, "😀": 7, "": 8, ö: 9, a: 10 };
  expect(canonicalJson(keys)).toBe(canonicalize(keys));
});

test.each([0, -0, 1e21, 1e-7, 333333333.3333333, 4.5, 2e-3, 1e23, Number.MAX_SAFE_INTEGER, 5e-324])(
  "the number %s is written as the RFC wants",
  (number) => {
    expect(canonicalJson(number)).toBe(canonicalize(number));
  },
);

test.each([
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["half a character", { text: "\ud83d" }],
  ["half a character in a key", { "\udc00": 1 }],
  ["a big integer", 1n],
  ["a function", () => 1],
  ["nothing", undefined],
  ["nothing in a list", [undefined]],
])("%s has no canonical form", (_, value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});

test("two plans have one hash exactly when they say the same", () => {
  const step = {
    number: 1,
    title: "t",
    tool: "s GET /a",
    toolHash: "h",
    args: {},
    risk: "read",
    replay: "safe",
  } as const;
  const plan = { version: 1, goal: "g", steps: [{ ...step, tool: step.tool as never }] } as const;
  const reordered = JSON.parse('{"steps":[],"goal":"g","version":1}');
  reordered.steps.push(Object.fromEntries(Object.entries(plan.steps[0]).reverse()));
  expect(planHash(reordered)).toBe(planHash(plan));
  expect(planHash({ ...plan, goal: "g " })).not.toBe(planHash(plan));
});

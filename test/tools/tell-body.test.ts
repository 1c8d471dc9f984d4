import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../core/domain/result.ts";
import { tellBody } from "../../src/tools/tell-body.ts";

describe("what an answer says in one line", () => {
  test.each<[string, Json, string]>([
    ["nothing", null, ""],
    ["text", "done\nand dusted", "done and dusted"],
    ["a thing", { id: "p-1", name: "M8 bolt", stock: 3 }, "id: p-1, name: M8 bolt, stock: 3"],
    [
      "a list in an envelope",
      { items: [{ id: "p-1", stock: 3 }], total: 1 },
      "items: 1 entry (id: p-1, stock: 3), total: 1",
    ],
    ["an empty list", [], "0 entries"],
    ["a long list", [1, 2, 3, 4, 5], "5 entries (1; 2; 3; …)"],
    ["an error", { error: "There is no part." }, "There is no part."],
    ["an error with parts", { error: { code: 7, message: "Too many." } }, "Too many."],
    [
      "a problem by RFC 9457",
      { type: "about:blank", title: "Gone", status: 410, detail: "It was removed." },
      "It was removed.",
    ],
    [
      "a notice with a title",
      { id: "n-1", title: "Bolts", message: "They have come." },
      "id: n-1, title: Bolts, message: They have come.",
    ],
    ["many fields", { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, "a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, …"],
    ["marks that turn text around", { name: "a\u202eb\u0000c" }, "name: a b c"],
  ])("of %s", (_what, body, line) => {
    expect(tellBody(body)).toBe(line);
  });

  test("is one line of at most 200 characters, whatever the answer", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const line = tellBody(body as Json);
        expect(line.length).toBeLessThanOrEqual(200);
        expect(line).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
      }),
    );
  });
});

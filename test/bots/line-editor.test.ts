import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineEditor, type Key } from "../../bots/terminal/line-editor.ts";

function typed(text: string, ...keys: (string | Key)[]): string {
  const editor = createLineEditor();
  editor.insert(text);
  for (const key of keys) editor.press(typeof key === "string" ? { name: key } : key);
  return `${editor.before}|${editor.after}`;
}

const ctrl = (name: string): Key => ({ name, ctrl: true });
const meta = (name: string): Key => ({ name, meta: true });

test.each<[string, (string | Key)[], string]>([
  ["abc", ["left"], "ab|c"],
  ["abc", ["left", "right", "right"], "abc|"],
  ["abc", ["home"], "|abc"],
  ["abc", [ctrl("a"), ctrl("e")], "abc|"],
  ["abc", ["backspace"], "ab|"],
  ["abc", ["left", "delete"], "ab|"],
  ["one two", [ctrl("w")], "one |"],
  ["one two ", [ctrl("w")], "one |"],
  ["one two", ["left", ctrl("k")], "one tw|"],
  ["one two", ["left", ctrl("u")], "|o"],
  ["one two", [meta("b"), meta("b"), meta("f")], "one| two"],
  ["a👩‍👩‍👧", ["backspace"], "a|"],
  ["e\u0301x", ["left", "left"], "|e\u0301x"],
  ["", ["left", "right", "backspace", "delete", "up", "down"], "|"],
])("%j and %j give %j", (text, keys, shown) => {
  expect(typed(text, ...keys)).toBe(shown);
});

test("the line that is being written survives a look into the history", () => {
  const editor = createLineEditor();
  editor.remember("first");
  editor.remember("second");
  editor.remember("second");
  editor.insert("unfinished");
  editor.press({ name: "up" });
  expect(editor.text).toBe("second");
  editor.press({ name: "up" });
  expect(editor.text).toBe("first");
  editor.press({ name: "down" });
  editor.press({ name: "down" });
  expect(editor.text).toBe("unfinished");
});

test("Enter hands over the whole line wherever the cursor stands, and empties it", () => {
  const editor = createLineEditor();
  editor.insert("hello");
  editor.press({ name: "home" });
  expect(editor.press({ name: "return" })).toEqual({ kind: "submitted", text: "hello" });
  expect(editor.text).toBe("");
});

test("a paste of megabytes is cut at a million characters and stays quick to edit", () => {
  const editor = createLineEditor();
  editor.insert("x".repeat(3_000_000));
  expect(editor.text).toHaveLength(1_000_000);
  for (let n = 0; n < 1_000; n++) editor.press({ name: "left" });
  expect(editor.after).toHaveLength(1_000);
});

test("random keys never throw, and moving never changes the text", () => {
  const moves = fc.constantFrom<Key>({ name: "left" }, { name: "right" }, ctrl("a"), ctrl("e"), meta("b"), meta("f"));
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(moves), (text, keys) => {
      const editor = createLineEditor();
      editor.insert(text);
      for (const key of keys) editor.press(key);
      expect(editor.text).toBe(text);
    }),
  );
});

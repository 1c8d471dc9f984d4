import fc from "fast-check";
import { expect, test } from "vitest";
import { readMenuLine } from "../../bots/shared/menu-line.ts";
import { placeOf } from "../../bots/shared/place-of.ts";
import { splitLine } from "../../bots/shared/split-line.ts";
import type { ProjectId } from "../../core/domain/ids.ts";

const part = { service: "workshop", operation: "PUT /parts/{id}/stock" };

test.each([
  ["", { kind: "menu", name: "help", rest: "" }],
  ["help", { kind: "menu", name: "help", rest: "" }],
  ["/Status", { kind: "menu", name: "status", rest: "" }],
  ["language es", { kind: "menu", name: "language", rest: "es" }],
  ["stop", { kind: "stop", rest: "" }],
  ["ask  what is low?", { kind: "ask", text: "what is low?" }],
  ["PLAN restock M8\nand M10", { kind: "plan", text: "restock M8\nand M10" }],
  ["ask", { kind: "unclear", why: "ask-what", found: "ask" }],
  ["staus", { kind: "unclear", why: "unknown", found: "staus" }],
  ["restock the bolts", { kind: "ask", text: "restock the bolts" }],
  ["call workshop", { kind: "unclear", why: "call-how", found: "workshop" }],
])("the line %j is read", (line, read) => {
  expect(readMenuLine(line)).toEqual(read);
});

test("a key that stands in the path goes there, the others into the body", () => {
  expect(readMenuLine('call workshop "PUT /parts/{id}/stock" id=M8 quantity=400')).toEqual({
    kind: "call",
    ...part,
    args: { path: { id: "M8" }, body: { quantity: 400 } },
  });
});

test("of a reading call, keys go into the query, and a key may say where it belongs", () => {
  const line = "call workshop get /parts low=true header.X-Trace=a page=2";
  expect(readMenuLine(line)).toEqual({
    kind: "call",
    service: "workshop",
    operation: "GET /parts",
    args: { query: { low: true, page: 2 }, header: { "X-Trace": "a" } },
  });
});

test("quotes of chat apps hold words together, and a quoted number is text", () => {
  const line = "call workshop “PUT /parts/{id}/stock” id=“M 8” quantity='400' note=007";
  expect(readMenuLine(line)).toMatchObject({
    args: { path: { id: "M 8" }, body: { quantity: "400", note: "007" } },
  });
});

test("arguments may be one JSON object", () => {
  const line = 'call workshop "PUT /parts/{id}/stock" {“path”: {"id": "M8"}, "body": {"quantity": 4}}';
  expect(readMenuLine(line)).toEqual({ kind: "call", ...part, args: { path: { id: "M8" }, body: { quantity: 4 } } });
});

test.each([
  "call w op {broken",
  "call w op noequals",
  'call w "GET /a" __proto__=1',
  'call w "GET /a" query.__proto__=1',
])("arguments that cannot be read are said to be unclear: %s", (line) => {
  expect(readMenuLine(line)).toMatchObject({ kind: "unclear", why: "arguments" });
});

test("the arguments of a built-in are in no group", () => {
  expect(readMenuLine("call piloto think about=bolts")).toMatchObject({ operation: "think", args: { about: "bolts" } });
});

test("any line is read, and words without quotes are those between blanks", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (line) => {
      readMenuLine(line);
      readMenuLine(`call ${line}`);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z=]{1,8}$/)), (words) => {
      expect(splitLine(words.join(" ")).map(({ text }) => text)).toEqual(words);
    }),
  );
});

test("a long line full of open quotes is split in a moment", () => {
  const begun = performance.now();
  expect(splitLine("“a ".repeat(20_000)).length).toBe(20_000);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test("the most exact place wins, member by member, and a place that no entry names is silent", () => {
  const places = [
    { server: "T1", project: "one" as ProjectId, threads: false },
    { server: "T1", channel: "C1", project: "two" as ProjectId },
    { channel: "C9", listen: false },
  ];
  expect(placeOf(places, { server: "T1", channel: "C1" })).toEqual({ project: "two", listen: true, threads: false });
  expect(placeOf(places, { server: "T1", channel: "C2" })).toMatchObject({ project: "one", listen: true });
  expect(placeOf(places, { server: "T1", channel: "C9" })).toMatchObject({ listen: false });
  expect(placeOf(places, { server: "T2", channel: "C2" })).toMatchObject({ listen: false });
  expect(placeOf([], { server: "T2" })).toEqual({ listen: true, threads: true });
});

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { azureConversation, readTrace } from "../../scripts/bench/fleet/trace.ts";

const OFFICIAL = path.resolve(import.meta.dirname, "../../../shared/traces/azure-2023-conv.csv");

test("a trace is read from CSV as Azure publishes it", () => {
  const text =
    "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n";
  const [first, second] = readTrace(text);
  expect(first).toEqual({ atMs: 0, promptTokens: 374, answerTokens: 44 });
  expect(second!.atMs).toBeCloseTo(4314.579, 3);
});

test("a trace is read from JSON lines as Mooncake publishes it, and sorted by time", () => {
  const lines = [
    { timestamp: 9000, input_length: 6758, output_length: 500, hash_ids: [0, 1, 2] },
    { timestamp: 3000, input_length: 7322, output_length: 490 },
  ];
  expect(readTrace(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([
    { atMs: 0, promptTokens: 7322, answerTokens: 490 },
    { atMs: 6000, promptTokens: 6758, answerTokens: 500, hashIds: [0, 1, 2] },
  ]);
});

const HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n";
const GOOD = '{"timestamp":1,"input_length":2,"output_length":3}\n';
test.each([
  ["time,a,b\n1,2,3", 'Line 1: wanted the columns TIMESTAMP,ContextTokens,GeneratedTokens, found "time,a,b".'],
  [`${HEAD}yesterday,1,2`, 'Line 3: wanted a TIMESTAMP like 2023-11-16 18:15:46.680, found "yesterday".'],
  [`${HEAD}2023-11-16 18:15:47,many,2`, 'Line 3: wanted a number of nought or more as ContextTokens, found "many".'],
  [`${HEAD}2023-11-16 18:15:47,12`, "Line 3: wanted a number of nought or more as GeneratedTokens, found undefined."],
  [`${GOOD}{"timestamp":`, 'Line 2: wanted a JSON object, found "{"timestamp":".'],
  [
    `${GOOD}{"timestamp":5,"input_length":-1,"output_length":3}`,
    "Line 2: wanted a number of nought or more as input_length, found -1.",
  ],
  [
    `${GOOD}{"timestamp":5,"input_length":1.5,"output_length":3}`,
    "Line 2: wanted a whole number as input_length, found 1.5.",
  ],
  [
    `${GOOD}{"timestamp":5,"input_length":1,"output_length":3,"hash_ids":"x"}`,
    'Line 2: wanted a list of whole numbers as hash_ids, found "x".',
  ],
  [HEAD, "A trace needs two requests at least, this one has 1."],
])("a trace that cannot be read is told with its line: %j", (text, message) => {
  expect(() => readTrace(text)).toThrow(new Error(message));
});

test("the built-in trace is the beginning of Azure's", ({ skip }) => {
  if (!existsSync(OFFICIAL)) skip(`Azure's trace is not here (${OFFICIAL})`);
  const built = azureConversation();
  const official = readTrace(readFileSync(OFFICIAL, "utf8")).slice(0, built.length);
  const different = built.filter((row, at) => {
    const { atMs, promptTokens, answerTokens } = official[at]!;
    return Math.abs(row.atMs - atMs) > 1 || row.promptTokens !== promptTokens || row.answerTokens !== answerTokens;
  });
  expect(different).toEqual([]);
});

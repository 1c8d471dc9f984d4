import { expect, test } from "vitest";
import { readLastLine } from "../../src/fleet/endpoint/answer-lines.ts";
import { open, user } from "../fleet-endpoint/situation.ts";

const deep = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;
const call = `{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":${deep}}}]},"done":false}\n`;

test.each([
  ["/api/chat", false],
  ["/v1/chat/completions", false],
  ["/v1/chat/completions", true],
])("a PC that nests its answer without end has failed by name: %s, streamed: %s", async (path, stream) => {
  const { send, control, logged } = await open();
  control("one").faults.push({ kind: "insert", chunks: 1, text: call });
  const answer = await send(path, { model: "small:8b", messages: user("one two three"), stream });
  expect(await answer.text()).toContain("its answer is nested too deeply");
  expect(answer.status).toBe(stream ? 200 : 502);
  expect(logged.filter(({ text }) => text.includes("nobody foresaw"))).toEqual([]);
});

test("a PC that counts endless tokens teaches nobody that", () => {
  const line = '{"done":true,"eval_count":1e999,"prompt_eval_count":-3,"total_duration":1e999}\n';
  const { usage } = readLastLine(Buffer.from(line))!;
  expect(Object.values(usage).filter((value) => value !== undefined && !Number.isFinite(value))).toEqual([]);
  expect(usage.answerTokens).toBeUndefined();
});

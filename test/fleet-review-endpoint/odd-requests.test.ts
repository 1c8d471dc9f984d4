import { expect, test } from "vitest";
import { open, user } from "../fleet-endpoint/situation.ts";

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

test.each([
  ["/api/chat", `{"model":"small:8b","messages":[],"tools":[${deep(200_000)}]}`],
  ["/api/show", `{"model":"small:8b","x":${deep(200_000)}}`],
  [
    "/v1/chat/completions",
    `{"model":"small:8b","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":${deep(200_000)}}}]}`,
  ],
])("what is nested too deeply is refused, not an unforeseen failure: %s", async (path, body) => {
  const { send, logged } = await open();
  const answer = await send(path, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain("nested too deeply");
  expect(logged.filter(({ text }) => text.includes("nobody foresaw"))).toEqual([]);
});

test("openai's own accumulation of a stream takes an answer without a word", async () => {
  const { openai } = await open({ brain: () => ({ text: "" }) });
  const stream = openai.chat.completions.stream({ model: "small:8b", messages: user("hello") });
  const reply = await stream.finalChatCompletion();
  expect(reply.choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant" } });
});

test.each([
  [{ n: 0 }, "n: one answer"],
  [{ functions: [{ name: "f" }] }, "send them as tools"],
  [{ response_format: { type: "grammar" } }, "text, json_object or json_schema"],
  [{ response_format: { type: "json_schema" } }, "schema: is missing"],
])("what would be left out without a word is refused: %j", async (more, words) => {
  const { send, wants } = await open();
  const answer = await send("/v1/chat/completions", { model: "small:8b", messages: user("hello"), ...more });
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(words);
  expect(wants).toEqual([]);
});

test("openai's client hears that token numbers are no input for embeddings", async () => {
  const { openai } = await open();
  await expect(openai.embeddings.create({ model: "embed", input: [1, 2, 3] })).rejects.toThrow(
    /400 input: .*list of texts/,
  );
});

test("a PC that breaks off with a screenful of escape sequences is quoted in one short line", async () => {
  const { send, control } = await open();
  const error = `\u001b[2J\u001b]0;owned\u0007 out of\nmemory ${"x".repeat(100_000)}`;
  control("one").faults.push({ kind: "error-line", chunks: 1, error });
  const answer = await send("/api/chat", { model: "small:8b", messages: user("one two three"), stream: false });
  const { error: told } = (await answer.json()) as { error: string };
  expect(answer.status).toBe(502);
  expect(told).toContain("out of memory xxx");
  expect(told.length).toBeLessThan(400);
  expect(told).not.toContain("\u001b");
});

test("a model that the settings keep off every PC is refused by name, and is no failure inside Piloto", async () => {
  const { send, logged } = await open({ fleet: { models: { "small:8b": { forbidden: ["one"] } } } });
  const answer = await send("/v1/chat/completions", { model: "small:8b", messages: user("hello") });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ error: { code: "model_forbidden", type: "permission_error" } });
  expect(logged.filter(({ text }) => text.includes("nobody foresaw"))).toEqual([]);
});

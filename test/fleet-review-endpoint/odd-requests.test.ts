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

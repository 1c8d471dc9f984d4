import { expect, test } from "vitest";
import type { OfficialShape } from "../support/ollama-official/official-trim.ts";
import { fieldsMissing, ollamaProblems } from "../support/ollama-official/ollama-judge.ts";
import { open, seenOn, user } from "./situation.ts";

const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];

test("what the endpoint answers, and what it sends to a PC, is what Ollama's own OpenAPI file describes", async () => {
  const brain = () => ({ thinking: "hm", text: "yes", toolCalls: [{ name: "look", arguments: { a: 1 } }] });
  const { send, control } = await open({ brain });
  const holds = (shape: OfficialShape, value: unknown, mayLack: readonly string[] = []) => {
    expect(ollamaProblems(shape, value)).toEqual([]);
    const missing = fieldsMissing(shape, value as object);
    expect(missing.filter((field) => !mayLack.includes(field))).toEqual([]);
  };
  const linesOf = async (path: string, body: object) =>
    (await (await send(path, body)).text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
  const ask = { model: "thinker", tools, think: true };
  const chunks = await linesOf("/api/chat", { ...ask, messages: user("hello") });
  for (const chunk of chunks) holds("ChatStreamEvent", chunk);
  holds("ChatResponse", chunks.at(-1), ["logprobs"]);
  const whole = await send("/api/chat", { ...ask, messages: user("hello"), stream: false });
  holds("ChatResponse", await whole.json(), ["logprobs"]);
  const prompt = { model: "thinker", prompt: "hello" };
  for (const chunk of await linesOf("/api/generate", prompt))
    expect(ollamaProblems("GenerateStreamEvent", chunk)).toEqual([]);
  const generated = await send("/api/generate", { ...prompt, stream: false });
  holds("GenerateResponse", await generated.json(), ["logprobs"]);
  holds("EmbedResponse", await (await send("/api/embed", { model: "embed", input: ["a", "b"] })).json());
  holds("ListResponse", await (await send("/api/tags")).json());
  holds("PsResponse", await (await send("/api/ps")).json());
  holds("ShowResponse", await (await send("/api/show", { model: "thinker" })).json());
  holds("VersionResponse", await (await send("/api/version")).json());
  holds("ErrorResponse", await (await send("/api/show", { model: "none" })).json());
  for (const sent of seenOn(control("one"))) expect(ollamaProblems("ChatRequest", sent)).toEqual([]);
  for (const sent of seenOn(control("one"), "/api/generate"))
    expect(ollamaProblems("GenerateRequest", sent)).toEqual([]);
  const embedded = seenOn(control("one"), "/api/embed").filter(({ input }) => (input as string[]).length > 0);
  expect(embedded).toHaveLength(1);
  for (const sent of embedded) expect(ollamaProblems("EmbedRequest", sent)).toEqual([]);
});

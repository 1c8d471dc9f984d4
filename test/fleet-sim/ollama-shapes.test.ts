import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { startHttpPc } from "../../scripts/bench/fleet/pc-http.ts";
import { writePrompt } from "../../scripts/bench/fleet/pc-prompt.ts";
import { makeWorkload } from "../../scripts/bench/fleet/workload.ts";
import { chatBody } from "../../scripts/bench/fleet/workload-bodies.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import official from "../support/ollama-official/official-schemas.json" with { type: "json" };
import type { OfficialShape } from "../support/ollama-official/official-trim.ts";
import { digestOf, trimmed } from "../support/ollama-official/official-trim.ts";
import { fieldsMissing, ollamaProblems } from "../support/ollama-official/ollama-judge.ts";
import { MODELS, SPEC } from "./one-pc.ts";

const OFFICIAL = path.resolve(import.meta.dirname, "../../../shared/specs/ollama-openapi.yaml");

test("the schemas are Ollama's own, word for word", () => {
  expect(official.sha256).toBe(digestOf(official.schemas));
  const original = existsSync(OFFICIAL) ? trimmed(parse(readFileSync(OFFICIAL, "utf8"))) : official;
  expect(official).toEqual(original);
});

test("the judge finds what is wrong", () => {
  expect(ollamaProblems("VersionResponse", { version: 7 })).toEqual(["VersionResponse/version: must be string"]);
  expect(ollamaProblems("ChatRequest", { model: "a" })).toEqual([
    "ChatRequest: must have required property 'messages'",
  ]);
  expect(fieldsMissing("VersionResponse", {})).toEqual(["version"]);
});

const EMBEDDER = { name: "embed:1b", sizeGB: 1, prefillTokensPerS: 10_000, decodeTokensPerS: 10, isEmbedding: true };
const ENDING = [
  "total_duration",
  "load_duration",
  "prompt_eval_count",
  "prompt_eval_duration",
  "eval_count",
  "eval_duration",
];

async function benchPc() {
  const models = [...MODELS, EMBEDDER];
  const pc = await startHttpPc({ ...SPEC, models: models.map(({ name }) => name) }, models, { scale: 500 });
  onTestFinished(() => pc.stop());
  return { url: pc.url, chats: "a:1b", embeds: "embed:1b" };
}

const says: Brain = () => ({ text: "It is warm.", toolCalls: [{ name: "weather", arguments: { city: "Lima" } }] });

async function demoPc() {
  const model = (name: string, ability: string) => ({
    name,
    sizeBytes: 5e9,
    capabilities: [ability, "tools"],
    contextLength: 32_768,
  });
  const models = [model("small:8b", "completion"), model("embed:1b", "embedding")];
  const pcs = await startSimulatedPcs([{ name: "one", models }], { brain: says, clock: systemClock(), timeFactor: 0 });
  onTestFinished(() => pcs.stop());
  return { url: pcs.urls[0]!, chats: "small:8b", embeds: "embed:1b" };
}

test.each([
  ["of the bench", benchPc],
  ["of the demo", demoPc],
])("simulated PCs %s take Ollama's requests and give Ollama's answers", async (_, start) => {
  const { url, chats, embeds } = await start();
  const held = new Set<OfficialShape>();
  const holds = (shape: OfficialShape, value: unknown) => {
    expect(ollamaProblems(shape, value)).toEqual([]);
    held.add(shape);
  };
  const ask = async (route: string, shape: OfficialShape, body: object) => {
    holds(shape, body);
    return (await fetch(url + route, { method: "POST", body: JSON.stringify(body) })).text();
  };
  const linesOf = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const look = async (route: string) => (await fetch(url + route)).json() as Promise<{ models: object[] }>;

  const messages = [{ role: "user", content: writePrompt({ id: 1, promptTokens: 100, answerTokens: 9 }) }];
  const streamed = linesOf(await ask("/api/chat", "ChatRequest", { model: chats, messages, keep_alive: "5m" }));
  for (const line of streamed) holds("ChatStreamEvent", line);
  holds("ChatResponse", streamed.at(-1));
  expect(fieldsMissing("ChatResponse", streamed.at(-1))).toEqual(["logprobs"]);
  expect(streamed.filter(({ done }) => done)).toHaveLength(1);
  holds("ChatResponse", JSON.parse(await ask("/api/chat", "ChatRequest", { model: chats, messages, stream: false })));

  const generated = linesOf(await ask("/api/generate", "GenerateRequest", { model: chats, prompt: "hello" }));
  for (const line of generated) holds("GenerateStreamEvent", line);
  expect(ENDING.filter((name) => !Number.isInteger(generated.at(-1)[name]))).toEqual([]);
  const load = await ask("/api/generate", "GenerateRequest", { model: chats, keep_alive: -1 });
  holds("GenerateResponse", JSON.parse(load));

  holds("EmbedResponse", JSON.parse(await ask("/api/embed", "EmbedRequest", { model: embeds, input: ["a", "b"] })));
  holds("ShowResponse", JSON.parse(await ask("/api/show", "ShowRequest", { model: chats })));
  holds("ErrorResponse", JSON.parse(await ask("/api/chat", "ChatRequest", { model: "none", messages })));
  const tags = await look("/api/tags");
  holds("ListResponse", tags);
  for (const entry of tags.models) holds("ModelSummary", entry);
  const ps = await look("/api/ps");
  holds("PsResponse", ps);
  expect(ps.models.length).toBeGreaterThan(0);
  for (const entry of ps.models) {
    holds("Ps", entry);
    expect(fieldsMissing("Ps", entry)).toEqual([]);
  }
  holds("VersionResponse", await look("/api/version"));
  expect(held.size).toBe(16);
});

test("the bench's own requests are Ollama's, and as long as their prompts", () => {
  const models = MODELS.map(({ name }) => name);
  const { requests } = makeWorkload({ scenario: "W4", count: 50, seed: 1, models, warmUp: 10 });
  for (const request of requests) {
    const body = JSON.parse(chatBody(request));
    expect(ollamaProblems("ChatRequest", body)).toEqual([]);
    const length = body.messages.reduce((sum: number, { content }: { content: string }) => sum + content.length, 0);
    if (request.promptTokens > 400) expect(length).toBe(4 * request.promptTokens);
    expect(chatBody(request).startsWith(`{"model":"${request.model}"`)).toBe(true);
  }
});

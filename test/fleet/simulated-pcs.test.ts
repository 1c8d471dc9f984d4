import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { model, pc } from "./simulation.ts";

const SPEC = path.resolve(import.meta.dirname, "../../../shared/specs/ollama-openapi.yaml");
const weather: Brain = () => ({
  thinking: "The person asks.",
  text: "It is warm.",
  toolCalls: [{ name: "weather", arguments: { city: "Lima" } }],
});
const MODELS = [
  model("small:8b"),
  model("thinker:latest", { capabilities: ["completion", "tools", "thinking"] }),
  model("embed:latest", { capabilities: ["embedding"] }),
];

async function onePc({ timeFactor = 0, clock = systemClock(), brain = weather, more = {} } = {}) {
  const pcs = await startSimulatedPcs([{ ...pc("one", ...MODELS), ...more }], { brain, clock, timeFactor });
  onTestFinished(() => pcs.stop());
  const control = pcs.control("one");
  const send = (route: string, body?: unknown, signal?: AbortSignal) =>
    fetch(control.url + route, { ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }), signal });
  const chat = (name: string, more: object = {}, signal?: AbortSignal) =>
    send("/api/chat", { model: name, messages: [{ role: "user", content: "hello" }], ...more }, signal);
  return { control, send, chat };
}

const lines = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const listOf = async (response: Response) => (await response.json()) as { models: object[] };

/** Checks values against one schema of Ollama's file, where unknown fields are allowed but known ones have types. */
function officialSchemas() {
  const document = parse(readFileSync(SPEC, "utf8"));
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(document, "ollama");
  return (name: string, value: unknown) => {
    const check = ajv.compile({ $ref: `ollama#/components/schemas/${name}` });
    check(value);
    const known = Object.keys(document.components.schemas[name].properties);
    return { errors: check.errors ?? [], missing: known.filter((key) => !(key in (value as object))) };
  };
}

test("what simulated PCs answer is what Ollama's own OpenAPI file describes", async ({ skip }) => {
  if (!existsSync(SPEC)) skip(`Ollama's OpenAPI file is not here (${SPEC}): nothing to hold them against`);
  const check = officialSchemas();
  const { send, chat } = await onePc();
  const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
  const checked: string[] = [];
  const holds = (schema: string, value: unknown, mayLack: string[] = []) => {
    const { errors, missing } = check(schema, value);
    expect(errors, schema).toEqual([]);
    expect(
      missing.filter((key) => !mayLack.includes(key)),
      schema,
    ).toEqual([]);
    checked.push(schema);
  };
  const chunks = await lines(await chat("thinker", { tools, think: true }));
  for (const chunk of chunks) holds("ChatStreamEvent", chunk);
  expect(chunks.some((chunk) => chunk.message.tool_calls)).toBe(true);
  holds("ChatResponse", chunks.at(-1), ["logprobs"]);
  holds("ChatResponse", await (await chat("thinker", { tools, stream: false })).json(), ["logprobs"]);
  const ending = [
    "done_reason",
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
  ];
  const generated = await lines(await send("/api/generate", { model: "thinker", prompt: "hello" }));
  for (const chunk of generated) holds("GenerateStreamEvent", chunk, ["thinking", ...(chunk.done ? [] : ending)]);
  const whole = await send("/api/generate", { model: "thinker", prompt: "hello", stream: false });
  holds("GenerateResponse", await whole.json(), ["logprobs"]);
  holds("EmbedResponse", await (await send("/api/embed", { model: "embed", input: ["a", "b"] })).json());
  const tags = await listOf(await send("/api/tags"));
  holds("ListResponse", tags);
  for (const entry of tags.models) holds("ModelSummary", entry, ["remote_model", "remote_host"]);
  const ps = await listOf(await send("/api/ps"));
  holds("PsResponse", ps);
  expect(ps.models.length).toBeGreaterThan(0);
  for (const entry of ps.models) holds("Ps", entry);
  holds("ShowResponse", await (await send("/api/show", { model: "small:8b" })).json());
  holds("VersionResponse", await (await send("/api/version")).json());
  expect(new Set(checked).size).toBe(11);
  expect(check("VersionResponse", { version: 7 }).errors).toHaveLength(1);
});

test("headers come with the first token, lines as they are made, the last with done", async () => {
  const { chat } = await onePc();
  const response = await chat("small:8b");
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const all = await lines(response);
  expect(all.map((line) => line.done)).toEqual([...all.slice(1).map(() => false), true]);
  expect(all.at(-1)).toMatchObject({ done_reason: "stop", eval_count: 4 });
});

test("a model that can think does so unless it is told not to", async () => {
  const { chat } = await onePc();
  const thoughts = async (more: object) =>
    (await lines(await chat("thinker", more))).map((line) => line.message.thinking ?? "").join("");
  expect(await thoughts({})).toBe("The person asks.");
  expect(await thoughts({ think: false })).toBe("");
});

test.each([
  ["a model it does not have", "/api/chat", { model: "gone", messages: [] }, 404, "model 'gone' not found"],
  [
    "an unknown model to embed",
    "/api/embed",
    { model: "gone", input: "a" },
    404,
    'model "gone" not found, try pulling it first',
  ],
  [
    "thinking of one that cannot",
    "/api/chat",
    { model: "small:8b", messages: [{ role: "user", content: "?" }], think: true },
    400,
    '"small:8b" does not support thinking',
  ],
  [
    "a chat with an embedding model",
    "/api/chat",
    { model: "embed", messages: [{ role: "user", content: "?" }] },
    400,
    '"embed" does not support chat',
  ],
  [
    "too long a text to embed",
    "/api/embed",
    { model: "embed", input: "x".repeat(200_000), truncate: false },
    400,
    "the input length exceeds the context length",
  ],
])("it refuses %s in Ollama's words", async (_, route, body, status, error) => {
  const { send } = await onePc();
  const response = await send(route, body);
  expect([response.status, await response.json()]).toEqual([status, { error }]);
});

test("a long chat loses its oldest messages in silence unless truncate is false", async () => {
  let heard = 0;
  const { chat } = await onePc({
    brain: ({ messages }) => {
      heard = messages.length;
      return { text: "ok" };
    },
  });
  const messages = Array.from({ length: 20 }, () => ({ role: "user", content: "x".repeat(400) }));
  expect((await chat("small:8b", { messages, options: { num_ctx: 1000 } })).status).toBe(200);
  expect(heard).toBe(10);
  const refused = await chat("small:8b", { messages, options: { num_ctx: 1000 }, truncate: false });
  expect(refused.status).toBe(400);
});

test("a request without messages loads the model, and with keep_alive 0 unloads it", async () => {
  const { control, send } = await onePc();
  expect(await (await send("/api/chat", { model: "small:8b", messages: [] })).json()).toMatchObject({
    done: true,
    done_reason: "load",
  });
  expect(control.resident()).toEqual([{ model: "small:8b", isLoading: false }]);
  const reply = await (await send("/api/generate", { model: "small:8b", keep_alive: 0 })).json();
  expect(reply).toMatchObject({ done: true, done_reason: "unload" });
  expect(control.resident()).toEqual([]);
});

test("a client that leaves while its model loads aborts the load for itself alone", async () => {
  const { control, chat } = await onePc({ clock: manualClock(), timeFactor: 1 });
  const owner = new AbortController();
  const gone = chat("small:8b", {}, owner.signal).catch(() => "gone");
  await until("it loads", () => control.events.includes("loading small:8b"));
  void chat("small:8b").catch(() => "cut at the end of the test");
  await until("another one waits for the load", () => control.counts().waiting === 2);
  owner.abort();
  expect(await gone).toBe("gone");
  await until("it loads for the other", () => control.events.length === 3);
  expect(control.events).toEqual(["loading small:8b", "load-aborted small:8b", "loading small:8b"]);
});

test("the line for a load is bounded, the line for a loaded model is not", async () => {
  const { control, send, chat } = await onePc({ brain: () => ({ text: "x" }), more: { maxPending: 1, maxLoaded: 1 } });
  control.faults.push({ kind: "hang", chunks: 0 });
  const stop = new AbortController();
  const cut = () => "cut";
  const waiting = [chat("small:8b", {}, stop.signal).catch(cut)];
  await until("it works", () => control.counts().active === 1);
  for (let i = 0; i < 5; i++) waiting.push(chat("small:8b", {}, stop.signal).catch(cut));
  waiting.push(chat("thinker", {}, stop.signal).catch(cut));
  await until("all wait", () => control.counts().waiting === 5 && control.counts().pending === 1);
  const refused = await send("/api/embed", { model: "embed", input: "a" });
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { error: "server busy, please try again.  maximum pending requests exceeded" },
  ]);
  stop.abort();
  await Promise.all(waiting);
  await until("nobody is left", () => Object.values(control.counts()).every((count) => count === 0));
});

test("it says that it is Ollama, and 404 for what it does not know", async () => {
  const { send } = await onePc();
  expect(await (await send("/")).text()).toBe("Ollama is running");
  expect((await send("/api/nothing")).status).toBe(404);
});

import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { lastState, open, seenOn, user } from "./situation.ts";

const look = {
  type: "function",
  function: { name: "look", description: "Looks", parameters: { type: "object", properties: {} } },
};

test("ollama's client streams a chat", async () => {
  const { ollama } = await open();
  const said: string[] = [];
  let last: Record<string, unknown> = {};
  for await (const part of await ollama.chat({
    model: "small:8b",
    messages: user("three small words"),
    stream: true,
  })) {
    said.push(part.message.content);
    last = { ...part };
  }
  expect(said).toEqual(["three", " small", " words", ""]);
  expect(last).toMatchObject({ done: true, done_reason: "stop", eval_count: 3, prompt_eval_count: 5 });
});

test("ollama's client gets a whole chat, which the PC was asked to stream", async () => {
  const { ollama, control } = await open();
  const reply = await ollama.chat({ model: "small:8b", messages: user("three small words") });
  expect(reply.message).toEqual({ role: "assistant", content: "three small words" });
  expect(reply).toMatchObject({ model: "small:8b", done: true, done_reason: "stop", eval_count: 3 });
  expect(seenOn(control("one"))[0]).toMatchObject({ stream: true });
});

test("ollama's client generates, streamed and whole", async () => {
  const { ollama } = await open();
  let text = "";
  for await (const part of await ollama.generate({ model: "small:8b", prompt: "go on", stream: true })) {
    text += part.response;
  }
  expect(text).toBe("go on");
  const whole = await ollama.generate({ model: "small:8b", prompt: "go on" });
  expect(whole).toMatchObject({ response: "go on", done: true, eval_count: 2 });
});

test("ollama's client gets tool calls with arguments as an object", async () => {
  const { ollama, control } = await open();
  const reply = await ollama.chat({ model: "small:8b", messages: user("look"), tools: [look] });
  expect(reply.message.tool_calls).toEqual([
    { id: "call_1", function: { index: 0, name: "look", arguments: { where: ["here"] } } },
  ]);
  expect(seenOn(control("one"))[0]!.tools).toEqual([look]);
});

test("a schema, sampling options and images reach the PC as ollama's client sent them", async () => {
  const { ollama, control } = await open();
  const format = { type: "object", properties: { a: { type: "string" } } };
  const options = { temperature: 0.1, seed: 7, stop: ["x"], num_predict: 5 };
  await ollama.chat({ model: "small:8b", messages: user("hello"), format, options, think: false });
  expect(seenOn(control("one"))[0]).toMatchObject({ format, think: false, options });
  await ollama.chat({
    model: "seer",
    messages: [{ role: "user", content: "what?", images: [new Uint8Array([1, 2])] }],
  });
  expect(seenOn(control("one"))[1]!.messages).toEqual([{ role: "user", content: "what?", images: ["AQI="] }]);
});

test("a model that thinks tells ollama's client its thoughts apart", async () => {
  const { ollama } = await open({ brain: () => ({ thinking: "hm hm", text: "yes" }) });
  const reply = await ollama.chat({ model: "thinker", messages: user("?"), think: true });
  expect(reply.message).toMatchObject({ thinking: "hm hm", content: "yes" });
});

test("ollama's client embeds", async () => {
  const { ollama } = await open();
  const reply = await ollama.embed({ model: "embed", input: ["one", "two"], dimensions: 8 });
  expect(reply.embeddings.map((vector) => vector.length)).toEqual([8, 8]);
  const old = await ollama.embeddings({ model: "embed", prompt: "one" });
  expect(old.embedding.slice(0, 4)).toHaveLength(4);
});

test("ollama's client sees the models of all PCs once", async () => {
  const { ollama } = await open({ pcs: ["one", "two"] });
  await ollama.chat({ model: "small:8b", messages: user("hello") });
  const names = ["small:8b", "thinker:latest", "seer:latest", "embed:latest"];
  expect((await ollama.list()).models.map(({ name }) => name)).toEqual(names);
  expect((await ollama.ps()).models).toMatchObject([{ name: "small:8b", size_vram: 5e9 }]);
  expect((await ollama.show({ model: "seer" })).capabilities).toEqual(["completion", "vision"]);
  expect(await ollama.version()).toEqual({ version: "0.40.0" });
});

test("what ollama's client sets for loading is replaced by what the fleet has", async () => {
  const { ollama, control } = await open();
  const options = { num_ctx: 99, num_gpu: 1, num_batch: 2, use_mmap: false, num_thread: 3, temperature: 0.5 };
  await ollama.chat({ model: "small:8b", messages: user("hello"), keep_alive: 0, options });
  await ollama.generate({ model: "small:8b", prompt: "hello", options: { num_ctx: 12 } });
  const fixed = { keep_alive: 1800, shift: false };
  expect(seenOn(control("one"))[0]).toMatchObject({ ...fixed, options: { num_ctx: 8192, temperature: 0.5 } });
  expect(seenOn(control("one"))[0]!.options).toEqual({ num_ctx: 8192, temperature: 0.5 });
  const generated = seenOn(control("one"), "/api/generate").find(({ prompt }) => prompt === "hello");
  expect(generated).toMatchObject({ ...fixed, options: { num_ctx: 8192 } });
  expect(control("one").events).toEqual(["loading small:8b", "loaded small:8b"]);
});

test("an iterator that ollama's client aborts frees the PC's slot", async () => {
  const { ollama, control } = await open({ brain: () => ({ endless: true }) });
  const stream = await ollama.chat({ model: "small:8b", messages: user("go on"), stream: true });
  const all = (async () => {
    for await (const _ of stream) stream.abort();
  })();
  await expect(all).rejects.toThrow();
  await until("the slot is free", () => control("one").counts().active === 0);
  expect(lastState(control("one"))).toBe("client-left");
});

test("ollama's client sees a failure in the middle as an error with the PC's words", async () => {
  const { ollama, control } = await open();
  control("one").faults.push({ kind: "error-line", chunks: 2, error: "the GPU fell over" });
  const said: string[] = [];
  const all = (async () => {
    for await (const part of await ollama.chat({ model: "small:8b", messages: user("a b c"), stream: true })) {
      said.push(part.message.content);
    }
  })();
  await expect(all).rejects.toThrow(/one broke off in the middle of its answer: the GPU fell over/);
  expect(said).toEqual(["a", " b"]);
});

test("ollama's client is told what it asked wrongly in the words it knows", async () => {
  const { ollama } = await open();
  const failed = async (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: { status_code?: number; message: string }) => [error.status_code, error.message],
    );
  const messages = user("hello");
  expect(await failed(ollama.chat({ model: "none:1b", messages }))).toEqual([404, "model 'none:1b' not found"]);
  expect(await failed(ollama.embed({ model: "none", input: "a" }))).toEqual([
    404,
    'model "none" not found, try pulling it first',
  ]);
  expect(await failed(ollama.chat({ model: "seer", messages, tools: [look] }))).toEqual([
    400,
    '"seer" does not support tools',
  ]);
  expect(await failed(ollama.chat({ model: "small:8b", messages, think: true }))).toEqual([
    400,
    '"small:8b" does not support thinking',
  ]);
  expect((await failed(ollama.pull({ model: "new:1b" })))![0]).toBe(403);
});

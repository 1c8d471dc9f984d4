import OpenAI from "openai";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { lastState, open, seenOn, user } from "./situation.ts";

const MODEL = "small:8b";
const look: OpenAI.Chat.ChatCompletionTool = {
  type: "function",
  function: { name: "look", description: "Looks", parameters: { type: "object", properties: {} } },
};

async function allOf<T>(source: AsyncIterable<T> | PromiseLike<AsyncIterable<T>>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of await source) all.push(one);
  return all;
}

test("openai's client gets a whole chat completion", async () => {
  const { openai } = await open();
  const reply = await openai.chat.completions.create({ model: MODEL, messages: user("three small words") });
  expect(reply).toMatchObject({
    object: "chat.completion",
    model: MODEL,
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "three small words" } }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  });
});

test("openai's client streams a chat completion, with usage when it asks for it", async () => {
  const { openai } = await open();
  const stream = await openai.chat.completions.create({
    ...{ model: MODEL, messages: user("a b"), stream: true },
    stream_options: { include_usage: true },
  });
  const parts = await allOf(stream);
  expect(parts.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? "")).join("")).toBe("a b");
  expect(parts[0]!.choices[0]!.delta.role).toBe("assistant");
  expect(parts.at(-2)!.choices[0]!.finish_reason).toBe("stop");
  expect(parts.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 2 } });
  expect(new Set(parts.map(({ id }) => id)).size).toBe(1);
});

test("openai's own accumulation of a stream ends with the tool calls, numbered and with JSON arguments", async () => {
  const { openai, control } = await open();
  const stream = openai.chat.completions.stream({ model: MODEL, messages: user("look"), tools: [look] });
  const reply = await stream.finalChatCompletion();
  const [choice] = reply.choices;
  expect(choice!.finish_reason).toBe("tool_calls");
  expect(choice!.message.tool_calls).toMatchObject([
    { id: "call_1", type: "function", function: { name: "look", arguments: '{"where":["here"]}' } },
  ]);
  expect(seenOn(control("one"))[0]!.tools).toEqual([look]);
});

test("openai's client gets tool calls whole, and the tool's answer reaches the PC with the tool's name", async () => {
  const { openai, control } = await open();
  const asked = user("look");
  const first = await openai.chat.completions.create({ model: MODEL, messages: asked, tools: [look] });
  const said = first.choices[0]!.message;
  expect(said).toMatchObject({ content: null, tool_calls: [{ id: "call_1", type: "function" }] });
  await openai.chat.completions.create({
    model: MODEL,
    messages: [...asked, said, { role: "tool", tool_call_id: said.tool_calls![0]!.id, content: "a wall" }],
  });
  const call = { id: "call_1", function: { index: 0, name: "look", arguments: { where: ["here"] } } };
  expect(seenOn(control("one"))[1]!.messages).toEqual([
    { role: "user", content: "look" },
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", content: "a wall", tool_name: "look", tool_call_id: "call_1" },
  ]);
});

test("tool_choice none offers the model no tools, and one function only that", async () => {
  const { openai, control } = await open();
  const other = { type: "function", function: { name: "other", parameters: { type: "object" } } } as const;
  const ask = (choice: OpenAI.Chat.ChatCompletionToolChoiceOption) =>
    openai.chat.completions.create({
      ...{ model: MODEL, messages: user("hello"), tools: [look, other] },
      tool_choice: choice,
    });
  await ask("none");
  await ask({ type: "function", function: { name: "other" } });
  expect(seenOn(control("one")).map(({ tools }) => tools)).toEqual([undefined, [other]]);
});

test("what openai's client sets reaches the PC in Ollama's words", async () => {
  const { openai, control } = await open();
  const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
  await openai.chat.completions.create({
    model: MODEL,
    messages: [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "one" },
          { type: "text", text: "two" },
        ],
      },
    ],
    ...{ max_completion_tokens: 9, temperature: 0.2, seed: 3, stop: "END", presence_penalty: 0.5 },
    response_format: { type: "json_schema", json_schema: { name: "x", schema } },
  });
  expect(seenOn(control("one"))[0]).toEqual({
    model: MODEL,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "one\ntwo" },
    ],
    format: schema,
    truncate: false,
    options: {
      ...{ temperature: 0.2, top_p: 1, num_ctx: 8192, num_predict: 9, seed: 3, presence_penalty: 0.5, stop: ["END"] },
    },
    shift: false,
    stream: true,
    keep_alive: 1800,
  });
});

test("an image given as data reaches the PC; one given by address is refused, and nothing is fetched", async () => {
  const { openai, control } = await open();
  const ask = (url: string) =>
    openai.chat.completions.create({
      model: "seer",
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
    });
  await ask("data:image/png;base64,AQI=");
  expect(seenOn(control("one"))[0]!.messages).toEqual([{ role: "user", content: "", images: ["AQI="] }]);
  await expect(ask(`${control("one").url}/picture.png`)).rejects.toThrow(/400 Images are taken as data only/);
  expect(control("one").seen.filter(({ path }) => path === "/picture.png")).toEqual([]);
});

test("openai's client embeds, as numbers that it decodes itself", async () => {
  const { openai } = await open();
  const reply = await openai.embeddings.create({ model: "embed", input: ["one", "two"] });
  const plain = await openai.embeddings.create({ model: "embed", input: ["one", "two"], encoding_format: "float" });
  expect(reply.data).toHaveLength(2);
  expect(reply.data.map(({ embedding }) => [...embedding])).toEqual(
    plain.data.map(({ embedding }) => embedding.map(Math.fround)),
  );
  expect(reply.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
});

test("openai's client lists models", async () => {
  const { openai } = await open();
  const names = (await allOf(openai.models.list())).map(({ id }) => id);
  expect(names).toEqual(["small:8b", "thinker:latest", "seer:latest", "embed:latest"]);
  expect(await openai.models.retrieve("small:8b")).toMatchObject({ id: "small:8b", object: "model" });
});

test("openai's client that aborts before the first token, or in the middle, frees the PC's slot", async () => {
  const { openai, control } = await open({ brain: () => ({ endless: true }) });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  for (const stream of [false, true]) {
    const stop = new AbortController();
    const chat = (async () => {
      const body = { model: MODEL, messages: user("go on") };
      if (!stream) return openai.chat.completions.create(body, { signal: stop.signal });
      for await (const _ of await openai.chat.completions.create({ ...body, stream }, { signal: stop.signal }));
      throw new Error("The stream ended.");
    })();
    const failed = chat.catch((error: unknown) => error);
    await until("the PC works on it", () => control("one").counts().active === 1);
    stop.abort();
    await failed;
    await until("the slot is free", () => control("one").counts().active === 0);
    expect(lastState(control("one"))).toBe("client-left");
  }
});

test("openai's client sees a failure in the middle of a stream as an error", async () => {
  const { openai, control } = await open();
  control("one").faults.push({ kind: "disconnect", chunks: 2 });
  const said: string[] = [];
  const all = (async () => {
    for await (const part of await openai.chat.completions.create({
      ...{ model: MODEL, messages: user("a b c"), stream: true },
    })) {
      said.push(part.choices[0]!.delta.content ?? "");
    }
  })();
  await expect(all).rejects.toThrow(/one broke off in the middle of its answer/);
  expect(said.join("")).toBe("a b");
});

test("openai's client is told what it asked wrongly by error classes and codes", async () => {
  const { openai, url } = await open();
  const ask = (client: OpenAI, model: string, content = "hello") =>
    client.chat.completions.create({ model, messages: user(content) }).then(
      () => undefined,
      (error: InstanceType<typeof OpenAI.APIError>) => [error.constructor, error.status, error.code],
    );
  const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong", maxRetries: 0 });
  expect(await ask(openai, "none")).toEqual([OpenAI.NotFoundError, 404, "model_not_found"]);
  expect(await ask(stranger, MODEL)).toEqual([OpenAI.AuthenticationError, 401, "invalid_api_key"]);
  expect(await ask(openai, MODEL, "x".repeat(60_000))).toEqual([
    OpenAI.BadRequestError,
    400,
    "context_length_exceeded",
  ]);
});

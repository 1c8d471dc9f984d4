import { Agent, fetch, type Response } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { HttpPc } from "../../scripts/bench/fleet/pc-http.ts";
import { startHttpPc } from "../../scripts/bench/fleet/pc-http.ts";
import { createPcModel } from "../../scripts/bench/fleet/pc-model.ts";
import { writePrompt } from "../../scripts/bench/fleet/pc-prompt.ts";
import type { PcRequest } from "../../scripts/bench/fleet/pc-shapes.ts";
import { until } from "../support/until.ts";
import { MODELS, SPEC } from "./one-pc.ts";

const EMBEDDER = { name: "embed:1b", sizeGB: 1, prefillTokensPerS: 10_000, decodeTokensPerS: 10, isEmbedding: true };
const ALL = [...MODELS, EMBEDDER];
const HTTP_SPEC = { ...SPEC, models: ALL.map(({ name }) => name) };

/** A virtual second takes this part of a real one: loads and answers of some seconds are over in milliseconds. */
const SCALE = 200;
let pc: HttpPc;
let agent: Agent;

beforeAll(async () => {
  pc = await startHttpPc(HTTP_SPEC, ALL, { scale: SCALE });
});
afterAll(() => pc.stop());
beforeEach(async () => {
  await pc.fault({ kind: "kill" });
  await pc.fault({ kind: "return" });
  pc.resetCounts();
  // A connection of the time before must not be used again.
  agent = new Agent();
});
afterEach(() => agent.destroy());

const get = (route: string, signal?: AbortSignal) => fetch(pc.url + route, { signal, dispatcher: agent });
const post = (route: string, body: object, signal?: AbortSignal) =>
  fetch(pc.url + route, { method: "POST", body: JSON.stringify(body), signal, dispatcher: agent });
const prompt = (promptTokens: number, answerTokens: number, id = 1) => writePrompt({ id, promptTokens, answerTokens });
const chat = (model: string, content: string, more: object = {}, signal?: AbortSignal) =>
  post("/api/chat", { model, messages: [{ role: "user", content }], ...more }, signal);
const linesOf = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a prompt is as long as its tokens and tells the PC alone how long the answer will be", async () => {
  const text = prompt(1000, 7);
  expect(text).toHaveLength(4000);
  const all = await linesOf(await chat("a:1b", text));
  expect(all.at(-1)).toMatchObject({ done: true, done_reason: "stop", prompt_eval_count: 1000, eval_count: 7 });
  const words = all.map((line) => line.message.content).join("");
  expect(words.trim().split(" ")).toHaveLength(7);
});

test("the same requests take the very same time over HTTP and in the model without", async () => {
  const came: { request: PcRequest; atMs: number }[] = [];
  const send = pc.model.send.bind(pc.model);
  pc.model.send = (request, atMs) => {
    came.push({ request, atMs });
    return send(request, atMs);
  };
  const jobs = [
    ["a:1b", 2000, 40],
    ["a:1b", 500, 80],
    ["a:1b", 1000, 60],
    ["b:1b", 3000, 20],
    ["b:1b", 100, 90],
  ] as const;
  const answers = await Promise.all(jobs.map(([model, asked, made]) => chat(model, prompt(asked, made)).then(linesOf)));
  pc.model.send = send;
  const pure = createPcModel(HTTP_SPEC, ALL);
  const events = came.flatMap(({ request, atMs }) => pure.send(request, atMs));
  events.push(...pure.advance(came.at(-1)!.atMs + 200_000));
  const usages = events.flatMap((event) => (event.kind === "done" ? [event.usage] : []));
  const wanted = usages.map(({ totalMs, loadMs, prefillMs, decodeMs }) => [totalMs, loadMs, prefillMs, decodeMs]);
  const found = answers.map((all) => {
    const { total_duration, load_duration, prompt_eval_duration, eval_duration } = all.at(-1);
    return [total_duration, load_duration, prompt_eval_duration, eval_duration];
  });
  const sorted = (rows: number[][]) => rows.sort((a, b) => a[0]! - b[0]!);
  const exact = sorted(wanted).flat();
  const differsNs = sorted(found)
    .flat()
    .map((ns, at) => Math.abs(ns - exact[at]! * 1e6));
  expect(differsNs).toHaveLength(20);
  expect(Math.max(...differsNs)).toBeLessThan(1000);
});

test("a client that goes away frees its slot, and aborts the load that it caused", async () => {
  const loading = new AbortController();
  const first = chat("big:1b", prompt(10, 10), {}, loading.signal).catch((error: Error) => error.name);
  await until("the load begins", () => pc.model.resident().length === 1);
  loading.abort();
  expect(await first).toBe("AbortError");
  await until("the load is aborted", () => pc.model.counts.loadsAborted === 1);
  const answering = new AbortController();
  const second = await chat("a:1b", prompt(10, 100_000), {}, answering.signal);
  expect(second.status).toBe(200);
  expect(pc.model.load().active).toBe(1);
  answering.abort();
  await until("the slot is free", () => pc.model.load().active === 0);
});

test("preload, /api/ps and unload speak as Ollama does", async () => {
  const loaded = await (await post("/api/generate", { model: "a:1b", keep_alive: -1 })).json();
  expect(loaded).toMatchObject({ response: "", done: true, done_reason: "load" });
  const resident = async () => ((await (await get("/api/ps")).json()) as { models: { name: string }[] }).models;
  expect((await resident()).map(({ name }) => name)).toEqual(["a:1b"]);
  const gone = await (await post("/api/chat", { model: "a:1b", messages: [], keep_alive: 0 })).json();
  expect(gone).toMatchObject({ message: { content: "" }, done: true, done_reason: "unload" });
  expect(await resident()).toEqual([]);
});

test("refusals have Ollama's status and words", async () => {
  const told = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];
  expect(await told(await chat("none", "hello"))).toEqual([404, "model 'none:latest' not found"]);
  expect((await post("/api/chat", { messages: "no" })).status).toBe(400);
  await pc.fault({ kind: "error", afterTokens: 0 });
  expect((await told(await chat("a:1b", prompt(10, 10))))[0]).toBe(500);
  await pc.fault({ kind: "refuse" });
  expect(await told(await chat("a:1b", prompt(10, 10)))).toEqual([
    503,
    "server busy, please try again.  maximum pending requests exceeded",
  ]);
});

test("an answer that breaks off ends with a line that says so, and without done", async () => {
  await pc.fault({ kind: "error", afterTokens: 5 });
  const response = await chat("a:1b", prompt(10, 50));
  expect(response.status).toBe(200);
  const all = await linesOf(response);
  expect(all.at(-1)).toHaveProperty("error");
  expect(all.some((line) => line.done)).toBe(false);
});

test("num_predict cuts an answer; without stream it comes as one object", async () => {
  const cut = await (await chat("a:1b", prompt(10, 50), { stream: false, options: { num_predict: 5 } })).json();
  expect(cut).toMatchObject({ done: true, done_reason: "length", eval_count: 5 });
  expect((cut as { message: { content: string } }).message.content.trim().split(" ")).toHaveLength(5);
});

test("embeddings come one for each input", async () => {
  const answer = await (await post("/api/embed", { model: "embed:1b", input: ["one", "two", "three"] })).json();
  expect((answer as { embeddings: number[][] }).embeddings).toHaveLength(3);
});

test("a dead PC refuses connections, a hung one takes them and says nothing; both come back empty", async () => {
  await chat("a:1b", prompt(10, 1)).then(linesOf);
  await pc.fault({ kind: "kill" });
  await expect(get("/api/version")).rejects.toThrow("fetch failed");
  await pc.fault({ kind: "return" });
  expect((await get("/api/version")).status).toBe(200);
  await pc.fault({ kind: "hang" });
  const unanswered = chat("a:1b", prompt(10, 1)).then(
    () => "answered",
    () => "cut",
  );
  await expect(get("/api/ps", AbortSignal.timeout(50))).rejects.toThrow("timeout");
  await pc.fault({ kind: "return" });
  expect(await unanswered).toBe("cut");
  expect(pc.model.resident()).toEqual([]);
});

test("an answer that is made twice shows", async () => {
  await chat("a:1b", prompt(10, 1, 77)).then(linesOf);
  await chat("a:1b", prompt(10, 1, 77)).then(linesOf);
  expect(pc.answered.get(77)).toBe(2);
});

import { connect } from "node:net";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { lastState, open, seenOn, TOKEN, user } from "./situation.ts";

const chat = (content = "hello", more: object = {}) => ({ model: "small:8b", messages: user(content), ...more });
const linesOf = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("without a token of a client nothing is answered but that this is Ollama, and its version", async () => {
  const { url } = await open();
  expect(await (await fetch(url)).text()).toBe("Ollama is running");
  expect((await fetch(`${url}/`, { method: "HEAD" })).status).toBe(200);
  expect(await (await fetch(`${url}/api/version`)).json()).toEqual({ version: "0.40.0" });
  for (const authorization of ["", "Bearer wrong", `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
    const ask = (path: string, init: RequestInit = {}) => fetch(url + path, { headers: { authorization }, ...init });
    const refused = await ask("/api/chat", { method: "POST", body: JSON.stringify(chat()) });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expect(Object.keys((await refused.json()) as object)).toEqual(["error"]);
    expect(await (await ask("/v1/models")).json()).toMatchObject({
      error: { type: "authentication_error", code: "invalid_api_key", message: expect.stringContaining("token") },
    });
    expect((await ask("/nothing")).status).toBe(401);
  }
});

test("a page in a browser gets no permission to call", async () => {
  const { url } = await open();
  const preflight = await fetch(`${url}/api/chat`, {
    method: "OPTIONS",
    headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
  });
  expect(preflight.status).toBe(401);
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
});

test("a request counts for its client, and a header may make it less urgent, never more", async () => {
  const { send, wants } = await open();
  await send("/api/chat", chat("one"), { "x-piloto-class": "batch", "x-piloto-affinity": "case 7" });
  await send("/api/chat", chat("one"));
  expect(wants).toMatchObject([
    { model: "small:8b", share: "reports", class: "batch", affinity: "reports/case 7" },
    { model: "small:8b", share: "reports", class: "interactive", promptTokens: 1 },
  ]);
  const batch = await open({ client: { class: "batch" } });
  await batch.send("/api/chat", chat("one"), { "x-piloto-class": "interactive" });
  expect(batch.wants).toMatchObject([{ class: "batch" }]);
});

test("requests of one conversation have one affinity, and others another", async () => {
  const { send, wants } = await open();
  const first = user("What is the plan?");
  const next = [...first, { role: "assistant", content: "This." }, ...user("And then?")];
  for (const messages of [first, next, user("What is the time?")]) await send("/api/chat", chat("", { messages }));
  const [a, b, c] = wants.map(({ affinity }) => affinity);
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});

test("what a program asks wrongly is said in words, with Ollama's status", async () => {
  const { send, wants } = await open({ limits: { bodyBytes: 2000 } });
  const told = async (path: string, body?: unknown) => {
    const response = await send(path, body);
    return [response.status, ((await response.json()) as { error: string }).error];
  };
  expect(await told("/api/chat", "{nope")).toEqual([400, "The request body should be JSON and is not."]);
  expect(await told("/api/chat", "")).toEqual([400, "missing request body"]);
  expect((await told("/api/chat", { model: 3 }))[1]).toMatch(/^model: /);
  expect((await told("/api/chat", chat("", { messages: [{ role: "user", content: 3 }] })))[1]).toMatch(
    /^messages\.0\.content: /,
  );
  expect((await told("/api/generate", { model: "small:8b", prompt: {} }))[0]).toBe(400);
  expect((await told("/api/embed", { model: "embed" }))[0]).toBe(400);
  expect(await told("/api/chat", chat("x".repeat(2000)))).toEqual([413, expect.stringContaining("2000 bytes")]);
  expect((await told("/api/show", { model: "none" }))[1]).toBe("model 'none' not found");
  expect((await told("/api/nothing"))[0]).toBe(404);
  for (const path of ["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete", "/api/blobs/sha256:1"]) {
    expect((await told(path, { model: "x" }))[0]).toBe(403);
  }
  expect(wants).toEqual([]);
});

test("a request that is nested so deeply that it cannot be sent on is refused", async () => {
  const { send } = await open();
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const response = await send("/api/chat", `{"model":"small:8b","messages":[],"format":${deep}}`);
  expect(response.status).toBe(400);
});

test("a bad request of OpenAI's dialect gets OpenAI's error", async () => {
  const { send } = await open();
  const response = await send("/v1/chat/completions", { model: "small:8b", messages: [{ role: "nobody" }] });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error", code: "invalid_request" } });
});

test("a program that wants more context than the fleet gives gets no prompt cut in silence", async () => {
  const { send, control } = await open();
  const wanted = { options: { num_ctx: 99_999 } };
  expect((await send("/api/chat", chat("hello", wanted))).status).toBe(200);
  expect(seenOn(control("one"))[0]).toMatchObject({ truncate: false, options: { num_ctx: 8192 } });
  // Too long for the PC's count, not for the careful guess before it.
  expect((await send("/api/chat", chat("x".repeat(40_000), wanted))).status).toBe(400);
  const refused = await send("/api/chat", chat("x".repeat(60_000), wanted));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toMatch(/room for 8192.*contextTokens/);
  // Who asks for no more context gets what Ollama does: the oldest messages go.
  expect((await send("/api/chat", chat("x".repeat(40_000)))).status).toBe(200);
});

test("a program can have a model loaded, and not unloaded", async () => {
  const { send, control } = await open();
  const loaded = await send("/api/generate", { model: "small:8b" });
  expect(await loaded.json()).toMatchObject({ done: true, done_reason: "load" });
  expect(control("one").resident()).toEqual([{ model: "small:8b", isLoading: false }]);
  const refused = await send("/api/chat", { model: "small:8b", messages: [], keep_alive: 0 });
  expect(refused.status).toBe(403);
  expect(control("one").resident()).toHaveLength(1);
});

test.each([
  { kind: "status", status: 500, error: "out of memory" },
  { kind: "raw", status: 200, headers: { "content-type": "text/html" }, body: "<html>hello</html>" },
  { kind: "error-line", chunks: 0, error: "unexpected" },
  { kind: "disconnect", chunks: 0 },
  { kind: "end-without-done", chunks: 0 },
] as const)("a PC that fails before its first token ($kind) is not noticed: another one answers", async (fault) => {
  const { send, control } = await open({ pcs: ["one", "two"] });
  await (await send("/api/chat", chat("warm"))).text();
  const first = control("one").resident().length > 0 ? "one" : "two";
  control(first).faults.push(fault);
  const stream = await send("/api/chat", chat("a b"));
  expect(stream.status).toBe(200);
  expect((await linesOf(stream)).at(-1)).toMatchObject({ done: true, eval_count: 2 });
  expect(seenOn(control(first))).toHaveLength(2);
  expect(seenOn(control(first === "one" ? "two" : "one"))).toHaveLength(1);
});

test.each([
  { kind: "error-line", chunks: 1, error: "fell over" },
  { kind: "end-without-done", chunks: 1 },
  { kind: "disconnect", chunks: 1 },
] as const)(
  "a stream that breaks off ($kind) ends with Ollama's error line; a whole answer is a 502",
  async (fault) => {
    const { send, control } = await open();
    control("one").faults.push(fault);
    const lines = await linesOf(await send("/api/chat", chat("a b c")));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toEqual({ error: expect.stringContaining("one broke off in the middle of its answer") });
    control("one").faults.push(fault);
    const whole = await send("/api/chat", chat("a b c", { stream: false }));
    expect(whole.status).toBe(502);
    expect(await whole.json()).toEqual({ error: lines[1]!.error });
  },
);

test("half a line never reaches a program", async () => {
  const { send, control } = await open();
  control("one").faults.push({ kind: "insert", chunks: 1, text: '{"model":"small:8b","mess' });
  control("one").faults.push({ kind: "insert", chunks: 1, text: '{"model":"small:8b","mess' });
  control("one").faults.push({ kind: "disconnect", chunks: 1 });
  const text = await (await send("/api/chat", chat("a b"))).text();
  expect(text.endsWith("\n")).toBe(true);
});

test("an answer whose last line is broken is an error, not an answer", async () => {
  const { send, control } = await open({ limits: { lineBytes: 10_000 } });
  control("one").faults.push({ kind: "giant-line", chunks: 1, bytes: 200_000 });
  expect((await linesOf(await send("/api/chat", chat("a b")))).at(-1)).toEqual({
    error: expect.stringContaining("10000 bytes"),
  });
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("a PC that falls silent in the middle is given up, and its slot is freed", async () => {
  const { send, control } = await open({ limits: { stallMs: 30 } });
  control("one").faults.push({ kind: "hang", chunks: 2 });
  const lines = await linesOf(await send("/api/chat", chat("a b c")));
  expect(lines.at(-1)).toEqual({ error: expect.stringContaining("no next token came within 0.03 s") });
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("a PC that writes a tool call is waited for ten times as long: it is silent until the call is there", async () => {
  const { send, control } = await open({ limits: { stallMs: 30 } });
  control("one").faults.push({ kind: "hang", chunks: 2 });
  const tools = [{ type: "function", function: { name: "look", description: "", parameters: { type: "object" } } }];
  const lines = await linesOf(await send("/api/chat", chat("a b c", { tools })));
  expect(lines.at(-1)).toEqual({ error: expect.stringContaining("no next token came within 0.3 s") });
});

test("an answer larger than may be put together is stopped; streamed it is not", async () => {
  const { send, control } = await open({ limits: { answerBytes: 2000 } });
  const whole = await send("/api/chat", chat("word ".repeat(50), { stream: false }));
  expect(whole.status).toBe(502);
  expect(await whole.text()).toMatch(/more than 2000 bytes/);
  await until("the slot is free", () => control("one").counts().active === 0);
  expect(await linesOf(await send("/api/chat", chat("word ".repeat(50))))).toHaveLength(52);
});

test("a program that leaves frees what it had: its place in the line, the load, the slot", async () => {
  const { url, control, wants } = await open({ brain: () => ({ endless: true }), slots: 1 });
  control("one").ignoresMaxTokens = true;
  const ask = (stop: AbortController, content: string) =>
    fetch(`${url}/api/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(chat(content)),
      signal: stop.signal,
    }).then(
      (response) => response.text(),
      () => "left",
    );
  const [streaming, waiting] = [new AbortController(), new AbortController()];
  const first = ask(streaming, "first");
  await until("it is answered", () => control("one").counts().active === 1);
  const second = ask(waiting, "second");
  await until("the other one waits", () => wants.length === 2);
  waiting.abort();
  await second;
  streaming.abort();
  await first.catch(() => "left");
  await until("the slot is free", () => control("one").counts().active === 0);
  expect(seenOn(control("one"))).toHaveLength(1);
  expect(lastState(control("one"))).toBe("client-left");
});

test("a program that reads nothing holds the PC back, and is cut off in the end", async () => {
  const brain = () => ({ text: `${"x".repeat(500_000)} `.repeat(60) });
  const { url, control } = await open({ brain, limits: { slowReaderMs: 100 } });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify(chat("go on"));
  socket.write(
    `POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  socket.pause();
  await until("it is answered", () => control("one").counts().active === 1);
  await until("the slot is free", () => control("one").counts().active === 0, 9000);
  expect(lastState(control("one"))).toBe("client-left");
  socket.destroy();
});

test("closing the endpoint cuts what is under way and frees the PC", async () => {
  const { url, endpoint, control } = await open({ brain: () => ({ endless: true }) });
  control("one").ignoresMaxTokens = true;
  const asked = fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(chat("go on")),
  })
    .then((response) => response.text())
    .catch(() => "cut");
  await until("it is answered", () => control("one").counts().active === 1);
  await endpoint.close();
  await endpoint.close();
  expect(await asked).not.toContain('"done":true');
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("nothing that a program or a model says is in the log", async () => {
  const { send, control, logged } = await open({ brain: () => ({ text: "hidden answer" }) });
  control("one").faults.push({ kind: "disconnect", chunks: 1 });
  await (await send("/api/chat", chat("hidden question"))).text();
  await (await send("/api/chat", `{"hidden`)).text();
  await (await send("/v1/chat/completions", chat("hidden question"))).text();
  expect(JSON.stringify(logged)).not.toContain("hidden");
});

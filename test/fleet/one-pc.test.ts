import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { BrainReply } from "../../src/demo/brain.ts";
import type { Fault } from "../../src/demo/simulated-pc-control.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { ask, chatsSeen, codeOf, failureOf, IMPATIENT, model, NEVER, pc, quiet, simulate } from "./simulation.ts";

test("an answer arrives in pieces and whole", async () => {
  const { fleet } = await simulate([pc("one")]);
  const pieces: string[] = [];
  const reply = await fleet.chat(ask("three small words", { onText: (text) => pieces.push(text) }), NEVER);
  expect(reply).toMatchObject({ text: "three small words", stopped: "end", model: "small:8b", node: "one" });
  expect(pieces).toEqual(["three", " small", " words"]);
});

test("tool calls arrive as the model wrote them", async () => {
  const toolCalls: NonNullable<BrainReply["toolCalls"]> = [
    { name: "mcp_request", arguments: { service: "workshop", deep: { list: [1, null] } } },
    { name: "mcp_request", arguments: {} },
  ];
  const { fleet, control } = await simulate([pc("one")], { brain: () => ({ text: "Well: ", toolCalls }) });
  const tools = [{ name: "mcp_request", description: "Calls", parameters: { type: "object" } }];
  const reply = await fleet.chat(ask("order parts", { tools }), NEVER);
  expect(reply.text).toBe("Well: ");
  expect(reply.toolCalls).toEqual(toolCalls.map(({ name, arguments: args }) => ({ name, args })));
  expect(chatsSeen(control("one"))[0]!.tools).toEqual([{ type: "function", function: tools[0] }]);
});

test("earlier tool calls and their answers reach the model in Ollama's form", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  await fleet.chat(
    ask("", {
      messages: [
        { role: "assistant", content: "", toolCalls: [{ name: "look", args: "not an object" }] },
        { role: "tool", content: "42", toolName: "look" },
      ],
    }),
    NEVER,
  );
  expect(chatsSeen(control("one"))[0]!.messages).toEqual([
    {
      role: "assistant",
      content: "",
      tool_calls: [{ function: { name: "look", arguments: { value: "not an object" } } }],
    },
    { role: "tool", content: "42", tool_name: "look" },
  ]);
});

test("a model that can think does so only when it is asked to", async () => {
  const thinker = model("thinker:8b", { capabilities: ["completion", "thinking"] });
  const brain = () => ({ thinking: "hmm hmm", text: "Yes." });
  const { fleet } = await simulate([pc("one", thinker)], { brain });
  expect(await fleet.chat(ask("?"), NEVER)).toMatchObject({ text: "Yes.", answerTokens: 1 });
  expect(await fleet.chat(ask("?", { think: true }), NEVER)).toMatchObject({ text: "Yes.", answerTokens: 3 });
});

test("a model that cannot think answers all the same when it is asked to think", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  expect((await fleet.chat(ask("hello", { think: true }), NEVER)).text).toBe("hello");
  expect(chatsSeen(control("one")).map((body) => body.think)).toEqual([true, undefined]);
});

test("every request for a model carries the same load options, so it is loaded once", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { contextTokens: 4096 } });
  await fleet.chat(ask("a"), NEVER);
  await fleet.chat(ask("b", { think: true, maxTokens: 7, format: { type: "object" } }), NEVER);
  expect(control("one").events).toEqual(["loading small:8b", "loaded small:8b"]);
  expect(chatsSeen(control("one")).map((body) => body.options!.num_ctx)).toEqual([4096, 4096, 4096]);
});

test("cancelling in the middle of an answer frees the PC's slot", async () => {
  const { fleet, control } = await simulate([pc("one")], { brain: () => ({ endless: true }) });
  control("one").ignoresMaxTokens = true;
  const stop = new AbortController();
  const chat = fleet.chat(ask("go on", { maxTokens: 1_000_000, onText: () => stop.abort() }), stop.signal);
  expect(await codeOf(chat)).toBe("CANCELLED");
  await until("the slot is free", () => control("one").counts().active === 0);
  expect(control("one").seen.findLast(({ path }) => path === "/api/chat")!.state).toBe("client-left");
});

test("cancelling before the first token frees the PC's slot", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const stop = new AbortController();
  const chat = fleet.chat(ask("hello"), stop.signal);
  await until("the PC works on it", () => control("one").counts().active === 1);
  stop.abort();
  expect(await codeOf(chat)).toBe("CANCELLED");
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("cancelling while the model loads frees the place at once, and the load goes on", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one")], { clock, timeFactor: 1 });
  const stop = new AbortController();
  const chat = fleet.chat(ask("hello"), stop.signal);
  await until("the model loads", () => control("one").events.includes("loading small:8b"));
  stop.abort();
  expect(await codeOf(chat)).toBe("CANCELLED");
  expect(fleet.router.overview().queues.every(({ interactive }) => interactive === 0)).toBe(true);
  await clock.advance(2500);
  expect(control("one").events).toEqual(["loading small:8b", "loaded small:8b"]);
});

test("a request that was cancelled before it began reaches no PC", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  await fleet.models();
  const stop = new AbortController();
  stop.abort();
  expect(await codeOf(fleet.chat(ask("hello"), stop.signal))).toBe("CANCELLED");
  expect(chatsSeen(control("one"))).toEqual([]);
});

test("an answer comes although its model loads for seven minutes", async () => {
  const clock = manualClock();
  const slowPc = { ...pc("one", model("big:70b", { sizeBytes: 21e9 })), loadBytesPerSecond: 5e7 };
  const waitMs = { interactive: 600_000, batch: 600_000 };
  const { fleet, control } = await simulate([slowPc], { clock, timeFactor: 1, fleet: { timing: { waitMs } } });
  const chat = fleet.chat(ask("hello"), NEVER);
  await until("the model loads", () => control("one").events.includes("loading big:70b"));
  await clock.advance(419_000);
  expect(control("one").events).not.toContain("loaded big:70b");
  for (let i = 0; i < 5; i++) await clock.advance(500);
  await until("it is loaded", () => control("one").events.includes("loaded big:70b"));
  const answered = chat.then(() => true);
  let isAnswered = false;
  void answered.then(() => (isAnswered = true));
  while (!isAnswered) await clock.advance(50);
  expect((await chat).text).toBe("hello");
});

test("a PC that sends no first token within its budget is given up", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one")], { clock, fleet: { timing: { firstTokenMs: 5_000 } } });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const failure = failureOf(fleet.chat(ask("hello"), NEVER));
  await until("the PC works on it", () => control("one").counts().active === 1);
  await clock.advance(5_000);
  expect(await failure).toMatchObject({ code: "NODE_UNREACHABLE", message: expect.stringContaining("5 s") });
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("an answer that falls silent for 30 seconds is cut off, and the slot is freed", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one")], { clock });
  control("one").faults.push({ kind: "hang", chunks: 2 });
  const pieces: string[] = [];
  const failure = failureOf(fleet.chat(ask("one two three", { onText: (text) => pieces.push(text) }), NEVER));
  await until("two pieces came", () => pieces.length === 2);
  await clock.advance(29_000);
  expect(control("one").counts().active).toBe(1);
  await clock.advance(1_000);
  expect(await failure).toMatchObject({ code: "ANSWER_CUT_OFF", message: expect.stringContaining("30 s") });
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("an answer that trickles on for longer than its whole budget is stopped", async () => {
  const clock = manualClock();
  const { fleet } = await simulate([pc("one")], {
    clock,
    timeFactor: 1,
    brain: () => ({ endless: true }),
    fleet: { timing: { answerMs: 20_000 } },
  });
  const failure = failureOf(fleet.chat(ask("go on", { maxTokens: 1_000_000 }), NEVER));
  let code: string | undefined;
  void failure.then((error) => (code = error?.code));
  while (code === undefined) await clock.advance(500);
  expect(code).toBe("ANSWER_TOO_LONG");
});

test("an answer is cut at maxTokens and says so", async () => {
  const { fleet } = await simulate([pc("one")], { brain: () => ({ endless: true }) });
  expect(await fleet.chat(ask("go on", { maxTokens: 5 }), NEVER)).toMatchObject({ stopped: "length", answerTokens: 5 });
});

test("a model that ignores maxTokens and never stops is stopped", async () => {
  const { fleet, control } = await simulate([pc("one")], { brain: () => ({ endless: true }) });
  control("one").ignoresMaxTokens = true;
  let pieces = 0;
  const chat = fleet.chat(ask("go on", { maxTokens: 20, onText: () => (pieces += 1) }), NEVER);
  expect(await codeOf(chat)).toBe("ANSWER_TOO_LONG");
  expect(pieces).toBeLessThan(200);
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("an answer with more bytes than allowed is stopped", async () => {
  const { fleet } = await simulate([pc("one")], {
    brain: () => ({ text: `${"x".repeat(5000)} y` }),
    fleet: { limits: { answerBytes: 4096 } },
  });
  expect(await codeOf(fleet.chat(ask("?"), NEVER))).toBe("ANSWER_TOO_LONG");
});

test("a prompt that does not fit is refused by the PC instead of being cut in silence", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { contextTokens: 100 } });
  const failure = await failureOf(fleet.chat(ask("word ".repeat(100)), NEVER));
  expect(failure?.code).toBe("CONTEXT_TOO_LARGE");
  expect(chatsSeen(control("one"))).toMatchObject([{ truncate: false, shift: false }]);
});

test("a prompt that fits by no count is refused without asking a PC", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { contextTokens: 100 } });
  expect(await codeOf(fleet.chat(ask("word ".repeat(1000)), NEVER))).toBe("CONTEXT_TOO_LARGE");
  expect(chatsSeen(control("one"))).toEqual([]);
});

test("a PC that cuts prompts in silence is not given one that may be too long", async () => {
  const old = { ...pc("old"), version: "0.12.5" };
  const { fleet, control } = await simulate([old], { fleet: { contextTokens: 100 } });
  expect(await codeOf(fleet.chat(ask("x".repeat(330)), NEVER))).toBe("CONTEXT_TOO_LARGE");
  expect(chatsSeen(control("old"))).toEqual([]);
  expect((await fleet.chat(ask("x".repeat(290)), NEVER)).stopped).toBe("end");
});

test("llama-server's words for a prompt that is too long are understood too", async () => {
  const words = '{"code":400,"message":"request (2622 tokens) exceeds the available context size (512 tokens)"}';
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push({ kind: "status", status: 400, error: words });
  expect(await codeOf(fleet.chat(ask("hello"), NEVER))).toBe("CONTEXT_TOO_LARGE");
});

const callWith = (args: string) =>
  `{"message":{"tool_calls":[{"function":{"name":"act","arguments":{"a":${args}}}}]}}\n`;

const BROKEN: { what: string; fault: Fault; code: string }[] = [
  {
    what: "answers 500",
    fault: { kind: "status", status: 500, error: "model runner has unexpectedly stopped" },
    code: "NODE_FAILED",
  },
  {
    what: "answers 404 for its model",
    fault: { kind: "status", status: 404, error: "model 'small:8b' not found" },
    code: "MODEL_MISSING",
  },
  {
    what: "cannot call tools after all",
    fault: { kind: "status", status: 400, error: '"small:8b" does not support tools' },
    code: "MODEL_LACKS_ABILITY",
  },
  {
    what: "answers with HTML",
    fault: { kind: "raw", status: 200, body: "<html><body>It works!</body></html>\n" },
    code: "NODE_FAILED",
  },
  { what: "answers with an empty body", fault: { kind: "raw", status: 200, body: "" }, code: "NODE_FAILED" },
  {
    what: "answers with lines of another kind",
    fault: { kind: "raw", status: 200, body: '{"message":"hello"}\n' },
    code: "NODE_FAILED",
  },
  {
    what: "redirects",
    fault: { kind: "raw", status: 307, headers: { location: "http://127.0.0.1:9/" }, body: "" },
    code: "NODE_FAILED",
  },
  { what: "hangs up before it says anything", fault: { kind: "disconnect", chunks: 0 }, code: "NODE_UNREACHABLE" },
  {
    what: "reports an error in the first line",
    fault: { kind: "error-line", chunks: 0, error: "out of memory" },
    code: "NODE_FAILED",
  },
  { what: "ends before it says anything", fault: { kind: "end-without-done", chunks: 0 }, code: "NODE_FAILED" },
  { what: "hangs up in the middle", fault: { kind: "disconnect", chunks: 1 }, code: "ANSWER_CUT_OFF" },
  {
    what: "reports an error in the middle",
    fault: { kind: "error-line", chunks: 1, error: "CUDA error" },
    code: "ANSWER_CUT_OFF",
  },
  { what: "ends without done", fault: { kind: "end-without-done", chunks: 1 }, code: "ANSWER_CUT_OFF" },
  {
    what: "sends a line that is not JSON",
    fault: { kind: "insert", chunks: 1, text: "oops\n" },
    code: "ANSWER_CUT_OFF",
  },
  {
    what: "calls a tool with endless nesting",
    fault: { kind: "insert", chunks: 1, text: callWith(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) },
    code: "ANSWER_CUT_OFF",
  },
  {
    what: "reports an endlessly nested error",
    fault: { kind: "raw", status: 200, body: `{"error":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n` },
    code: "NODE_FAILED",
  },
  {
    what: "sends a line of two megabytes",
    fault: { kind: "giant-line", chunks: 1, bytes: 2 ** 21 },
    code: "ANSWER_CUT_OFF",
  },
  {
    what: "sends two gigabytes without a line break",
    fault: { kind: "giant-line", chunks: 1, bytes: 2 ** 31 },
    code: "ANSWER_CUT_OFF",
  },
];

test.each(BROKEN)("a PC that $what gives $code, and its slot is free", async ({ fault, code }) => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push(fault);
  const failure = await failureOf(fleet.chat(ask("one two three"), NEVER));
  expect(failure?.code).toBe(code);
  expect(failure?.message).not.toMatch(/undefined|\[object|\n/);
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("a PC that is full is asked again a moment later", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one")], { clock });
  const error = "server busy, please try again.  maximum pending requests exceeded";
  control("one").faults.push({ kind: "status", status: 503, error });
  const chat = fleet.chat(ask("hello"), NEVER);
  await until("it was asked", () => chatsSeen(control("one")).length === 1);
  await settle();
  expect(chatsSeen(control("one"))).toHaveLength(1);
  await clock.advance(1500);
  expect(await chat).toMatchObject({ text: "hello" });
});

test("the next request succeeds after each failure", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  for (const { fault } of BROKEN.slice(0, 12)) {
    control("one").faults.push(fault);
    await failureOf(fleet.chat(ask("one two three"), NEVER));
    expect((await fleet.chat(ask("still there"), NEVER)).text).toBe("still there");
  }
});

test("what a PC says in an error is quoted short and in one line", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push({ kind: "status", status: 500, error: `\u001b[31mboom\n${"x".repeat(5000)}` });
  const failure = await failureOf(fleet.chat(ask("hello"), NEVER));
  expect(failure!.message.length).toBeLessThan(400);
  expect(failure!.message).not.toMatch(/[\u0000-\u001f]/);
});

test("a server that is not Ollama is down, with the reason", async () => {
  const server = createServer((_, res) => res.setHeader("content-type", "text/html").end("<h1>Router login</h1>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fleet = createFleet({
    nodes: [{ name: "router", url }],
    clock: systemClock(),
    logger: quiet,
    timing: IMPATIENT,
  });
  onTestFinished(async () => {
    await fleet.stop();
    server.closeAllConnections();
    server.close();
  });
  expect(await fleet.nodes()).toMatchObject([{ health: "down", reason: expect.stringContaining("Ollama") }]);
  expect(await failureOf(fleet.chat(ask("hello"), NEVER))).toMatchObject({
    code: "FLEET_EMPTY",
    message: expect.stringContaining("router"),
  });
});

test("a name and password in a PC's address are sent to it and shown to nobody", async () => {
  const heard: unknown[] = [];
  const server = createServer((req, res) => {
    heard.push([req.url, req.headers.authorization]);
    res.writeHead(401).end("no");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const nodes = [{ name: "proxied", url: `http://ana:s%40crt@127.0.0.1:${port}/gpu/` }];
  const fleet = createFleet({ nodes, clock: systemClock(), logger: quiet });
  onTestFinished(async () => {
    await fleet.stop();
    server.closeAllConnections();
    server.close();
  });
  const [node] = await fleet.nodes();
  expect(heard[0]).toEqual(["/gpu/api/version", `Basic ${Buffer.from("ana:s@crt").toString("base64")}`]);
  expect(node).toMatchObject({
    health: "down",
    url: `http://127.0.0.1:${port}/gpu`,
    reason: expect.stringContaining("401"),
  });
  expect(JSON.stringify(node)).not.toContain("crt");
});

test("stopping the fleet cancels what is under way and what waits", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push({ kind: "hang", chunks: 1 });
  const chats = [codeOf(fleet.chat(ask("one two"), NEVER)), codeOf(fleet.chat(ask("three"), NEVER))];
  await until("one is under way", () => control("one").counts().active === 1);
  await fleet.stop();
  expect(await Promise.all(chats)).toEqual(["CANCELLED", "CANCELLED"]);
  await until("the slot is free", () => control("one").counts().active === 0);
});

test("requests leave nothing hanging on a signal that they share", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  const { signal } = new AbortController();
  for (const fault of [undefined, ...BROKEN.slice(0, 14).map(({ fault }) => fault)]) {
    if (fault) control("one").faults.push(fault);
    await failureOf(fleet.chat(ask("one two three"), signal));
    await fleet.chat(ask("well again"), signal);
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

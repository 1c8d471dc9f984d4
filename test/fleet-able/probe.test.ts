import { expect, test } from "vitest";
import type { Brain } from "../../src/demo/brain.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { PICTURES } from "../../src/fleet/probe/pictures.ts";
import { failureOf, model, pc, seenAt } from "./able-house.ts";
import { able, inTurn, jsonOnly, rightStep, words } from "./brains.ts";
import { probeHouse } from "./probe-house.ts";

const a = model("a:8b");
const full = model("full:8b", { capabilities: ["completion", "tools", "thinking", "vision"] });

test.each([
  ["proposes the call natively", able, "tools"],
  ["answers in JSON only", jsonOnly, "format"],
  ["does neither", words, "neither"],
  ["is right twice of three times", inTurn(words, able, able), "tools"],
  ["is right once of three times", inTurn(able, words, words), "neither"],
] as const)("a model that %s is told by its test", async (_does, brain, planning) => {
  const { probe } = await probeHouse([pc("one", a)], brain);
  expect(await probe("a:8b")).toMatchObject({ planning, name: "a:8b" });
});

test("the evidence says what was seen, in a sentence", async () => {
  const { probe } = await probeHouse([pc("one", a)], jsonOnly);
  const verdict = await probe("a:8b");
  expect(verdict.tools).toEqual({
    works: false,
    evidence: 'Right in 0 of 2 tries; else it said "Sure, I have set the stock for you!".',
  });
  expect(verdict.format).toEqual({
    works: true,
    evidence: "It answered with JSON that fits the schema and holds the right call in 2 of 2 tries.",
  });
  expect(verdict.vision.evidence).toBe("Its PC does not say that it has vision.");
});

const call =
  (name: string, args: unknown): Brain =>
  (request) =>
    request.tools ? { toolCalls: [{ name, arguments: args as never }] } : words(request);

test.each([
  ["another tool", call("delete_everything", {}), "a tool that there is not"],
  ["arguments that are no object", call("mcp_request", "stock, please"), "do not fit its schema"],
  [
    "an endpoint that it made up",
    call("mcp_request", { service: "x", operation: "DELETE /", arguments: {} }),
    "it chose",
  ],
  [
    "the wrong values",
    ((request) => call("mcp_request", { ...rightStep(request), arguments: { path: { id: "p" } } })(request)) as Brain,
    "the values were",
  ],
  [
    "values that are no values",
    ((request) =>
      call("mcp_request", { ...rightStep(request), arguments: { path: { id: { toString: 1 } }, body: {} } })(
        request,
      )) as Brain,
    "the values were",
  ],
  ["no end", ((request) => (request.tools ? { endless: true } : words(request))) as Brain, "did not come to an end"],
])("a model whose call has %s does not plan by tools", async (_what, brain, why) => {
  const { probe } = await probeHouse([pc("one", a)], brain);
  const { planning, tools } = await probe("a:8b");
  expect(planning).toBe("neither");
  expect(tools.evidence).toContain(why);
});

test("a call whose arguments are JSON in a string, or flat, counts, as it does in planning", async () => {
  const text = inTurn((request) => ({
    toolCalls: [{ name: "mcp_request", arguments: JSON.stringify(rightStep(request)) }],
  }));
  const flat: Brain = (request) => {
    const { path, body } = rightStep(request).arguments;
    const args = { ...rightStep(request), arguments: { ...path, ...body } };
    return { toolCalls: [{ name: "propose_plan", arguments: { goal: "stock", steps: [args] } }] };
  };
  for (const brain of [text, flat]) {
    const { probe } = await probeHouse([pc("one", a)], brain);
    expect((await probe("a:8b")).tools.works).toBe(true);
  }
});

test("a model that says nothing of tools is not asked for them", async () => {
  const { probe, control } = await probeHouse([pc("one", model("plain:1b", { capabilities: ["completion"] }))], able);
  expect(await probe("plain:1b")).toMatchObject({ planning: "format" });
  expect(seenAt(control("one"), "/api/chat").some(({ body }) => "tools" in (body as object))).toBe(false);
});

test.each([
  ["names it", (i: number) => ["Red.", "It is GREEN", "azul"][i]!, true],
  ["says the same of all", () => "Red.", false],
])("vision is tested with pictures of one colour: a model that %s", async (_what, see, works) => {
  const seeing: Brain = (request) => {
    const image = request.messages.at(-1)?.images?.[0];
    return image ? { text: see(PICTURES.findIndex((picture) => picture.image === image)) } : able(request);
  };
  const { probe } = await probeHouse([pc("one", full)], seeing);
  expect((await probe("full:8b")).vision.works).toBe(works);
});

test("thinking works where a request with think is taken", async () => {
  const { probe, control } = await probeHouse([pc("one", full)], able);
  expect((await probe("full:8b")).thinking).toEqual({ works: true, evidence: 'It took a request with "think".' });
  const thinks = seenAt(control("one"), "/api/chat").map(({ body }) => (body as { think: boolean }).think);
  expect(thinks.filter(Boolean)).toHaveLength(1);
});

test("a PC that refuses what it says the model can do shows in the verdict", async () => {
  const { probe, control } = await probeHouse(
    [pc("one", model("a:8b", { capabilities: ["completion", "tools", "thinking"] }))],
    able,
  );
  const refuse = (error: string) => control("one").faults.push({ kind: "status", status: 400, error });
  refuse('"a:8b" does not support tools');
  const verdict = await probe("a:8b");
  expect(verdict).toMatchObject({ planning: "format", tools: { works: false } });
  expect(verdict.tools.evidence).toBe("Its PC refuses such requests for it.");
});

test("a PC that fails at tools alone leaves the model its other way", async () => {
  const { probe, control } = await probeHouse([pc("one", a)], able);
  for (let i = 0; i < 2; i++) {
    control("one").faults.push({ kind: "status", status: 500, error: "error parsing tool call: raw='{'" });
  }
  const verdict = await probe("a:8b");
  expect(verdict.planning).toBe("format");
  expect(verdict.tools.evidence).toContain("error parsing tool call");
});

test("a PC that is busy, gone or fails at everything gives no verdict", async () => {
  const { probe, control } = await probeHouse([pc("one", a)], able);
  const always = (status: number) =>
    control("one").overrides.set("/api/chat", { status, body: JSON.stringify({ error: "out of order" }) });
  always(503);
  expect(await failureOf(probe("a:8b"))).toMatchObject({ code: "FLEET_BUSY" });
  always(500);
  expect(await failureOf(probe("a:8b"))).toMatchObject({ code: "NODE_FAILED" });
  control("one").overrides.clear();
  control("one").faults.push({ kind: "disconnect", chunks: 0 });
  expect(await failureOf(probe("a:8b"))).toMatchObject({ code: "NODE_UNREACHABLE" });
});

test("tests are batch work of a share of their own, a few tokens each", async () => {
  const { probe, wants } = await probeHouse([pc("one", a)], able);
  await probe("a:8b");
  expect(wants).toHaveLength(4);
  for (const want of wants) expect(want).toMatchObject({ class: "batch", share: "piloto-probe", model: "a:8b" });
  expect(Math.max(...wants.map(({ maxTokens }) => maxTokens ?? Number.POSITIVE_INFINITY))).toBeLessThanOrEqual(1_024);
});

test("the demo's own models pass: one by tools, one by format", async () => {
  const plain = model("writer:14b", { capabilities: ["completion"] });
  const { probe } = await probeHouse([pc("one", a, plain)], simulatedBrain());
  expect([(await probe("a:8b")).planning, (await probe("writer:14b")).planning]).toEqual(["tools", "format"]);
});

test("progress is told part by part", async () => {
  const { probe } = await probeHouse([pc("one", a)], able);
  const parts: string[] = [];
  await probe("a:8b", { onPart: (part) => parts.push(part) });
  expect(parts).toEqual(["tools", "format"]);
});

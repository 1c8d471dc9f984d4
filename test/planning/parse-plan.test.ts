import { expect, test } from "vitest";
import type { Json } from "../../core/domain/result.ts";
import { type Parsed, parsePlan } from "../../core/planning/parse-plan.ts";

const step = { service: "shop", operation: "PUT /parts/{partId}/stock", arguments: { path: { partId: "p-101" } } };
const read = { service: step.service, operation: step.operation, args: step.arguments };
const call = (name: string, args: Json) => ({ text: "", toolCalls: [{ name, args }] });
const said = (text: string) => ({ text, toolCalls: [] });
const stepsOf = (parsed: Parsed) =>
  parsed.kind === "plan" ? parsed.steps.map(({ title: _title, ...rest }) => rest) : parsed;

test.each<[string, Parameters<typeof parsePlan>[0]]>([
  ["a native call with an object", call("mcp_request", step)],
  ["a native call with a JSON string", call("mcp_request", JSON.stringify(step))],
  ["a string inside an object", call("mcp_request", { ...step, arguments: JSON.stringify(step.arguments) })],
  ["text around a native call", { text: "Sure, I will:", toolCalls: [{ name: "mcp_request", args: step }] }],
  ["a plan of one step", call("propose_plan", { goal: "x", steps: [step] })],
  ["steps as a JSON string", call("propose_plan", { goal: "x", steps: JSON.stringify([step]) })],
  ["the format way in, a plan", said(JSON.stringify({ kind: "plan", goal: "x", steps: [step] }))],
  ["the format way in, a call", said(JSON.stringify({ kind: "call", ...step }))],
  ["the format way in, a call in a list", said(JSON.stringify({ kind: "call", steps: [step] }))],
  ["a fence with prose around it", said(`Here you go:\n\`\`\`json\n${JSON.stringify({ steps: [step] })}\n\`\`\`\nOk?`)],
  ["prose around bare JSON", said(`I propose ${JSON.stringify({ name: "mcp_request", arguments: step })} now.`)],
  ["a tagged call", said(`<tool_call>${JSON.stringify({ name: "mcp_request", parameters: step })}</tool_call>`)],
  [
    "a function in a list",
    said(JSON.stringify([{ function: { name: "mcp_request", arguments: JSON.stringify(step) } }])),
  ],
  [
    "trailing commas",
    said(
      JSON.stringify({ kind: "plan", steps: [step] })
        .replace('"p-101"}', '"p-101" , }')
        .replace("]", ",]"),
    ),
  ],
  ["thinking in tags before it", said(`<think>{"kind": "plan"</think>${JSON.stringify({ steps: [step] })}`)],
])("%s is read as the step it holds", (_what, reply) => {
  expect(stepsOf(parsePlan(reply))).toEqual([read]);
});

test("several native calls are the steps of one plan, in order", () => {
  const other = { ...step, operation: "GET /parts", arguments: {} };
  const parsed = parsePlan({ text: "", toolCalls: [step, other].map((args) => ({ name: "mcp_request", args })) });
  expect(parsed.kind === "plan" && parsed.steps.map(({ operation }) => operation)).toEqual([
    step.operation,
    "GET /parts",
  ]);
});

test.each<[string, Parameters<typeof parsePlan>[0], RegExp]>([
  ["nothing", said(""), /empty/],
  ["JSON that does not end", said('{"kind":"plan","steps":[{"service":"shop"'), /cannot be read/],
  ["a call that is cut", said('I will: {"name":"propose_plan","arguments":{"steps":[{"service'), /cannot be read/],
  ["an invented tool", call("set_stock", { quantity: 4 }), /no tool "set_stock"/],
  ["arguments that are a list", call("mcp_request", { ...step, arguments: [1] }), /not a JSON object/],
  ["arguments that are broken JSON", call("mcp_request", '{"service":'), /not a JSON object/],
  [
    "a step without an operation",
    call("propose_plan", { steps: [{ service: "shop" }] }),
    /needs "service" and "operation"/,
  ],
  ["a plan without steps", call("propose_plan", { goal: "x", steps: [] }), /no steps/],
  ["a kind that is none", said('{"kind":"execute","steps":[]}'), /"kind" must be/],
  ["single quotes", said("{'kind': 'plan'}"), /cannot be read|neither a call/],
  ["arguments without end", call("mcp_request", { ...step, arguments: { body: "x".repeat(40_000) } }), /larger than/],
])("%s goes back to the model with the reason", (_what, reply, why) => {
  const parsed = parsePlan(reply);
  expect(parsed.kind === "unreadable" ? parsed.why : parsed).toMatch(why);
});

test("plain words are an answer, and words that end in a question ask", () => {
  expect(parsePlan(said("There are 240 bolts."))).toEqual({ kind: "answer", text: "There are 240 bolts." });
  expect(parsePlan(said("Which part do you mean?"))).toMatchObject({ kind: "ask" });
  expect(parsePlan(call("ask_person", { question: "How many?" }))).toEqual({ kind: "ask", text: "How many?" });
  expect(parsePlan(said('{"kind":"ask","text":"How many?"}'))).toEqual({ kind: "ask", text: "How many?" });
  expect(parsePlan(said("References look like {{steps.1.body.id}}."))).toMatchObject({ kind: "answer" });
});

test("a model that asks and calls at once asks", () => {
  const toolCalls = [
    { name: "mcp_request", args: step },
    { name: "ask_person", args: { question: "Sure?" } },
  ];
  expect(parsePlan({ text: "", toolCalls })).toEqual({ kind: "ask", text: "Sure?" });
});

test("half characters become whole ones, so that every plan has a hash", () => {
  const parsed = parsePlan(call("mcp_request", { ...step, arguments: { body: { text: "a\ud800b" } } }));
  expect(parsed.kind === "plan" && parsed.steps[0]?.args).toEqual({ body: { text: "a\uFFFDb" } });
});

test.each([
  ["thoughts that never end", "<think>".repeat(100_000)],
  ["brackets that never close", '[{"'.repeat(200_000)],
  ["a call nested a hundred thousand deep", `{"kind":"plan","steps":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["fences that never close", "```json\n{".repeat(50_000)],
])("%s are read in a moment", (_what, text) => {
  const startedAt = performance.now();
  expect(["unreadable", "answer"]).toContain(parsePlan(said(text)).kind);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("native arguments nested without end are not read", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`) as Json;
  expect(parsePlan(call("mcp_request", { ...step, arguments: deep }))).toMatchObject({ kind: "unreadable" });
});

test("an answer that opens a fence and never closes it is read in little time", () => {
  const startedMs = performance.now();
  parsePlan(said(`\`\`\`${"a".repeat(250_000)}`));
  parsePlan(said(`\`\`\`${" ".repeat(250_000)}x`));
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

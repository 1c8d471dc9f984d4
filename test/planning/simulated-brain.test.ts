import { expect, test } from "vitest";
import { asId } from "../../core/domain/ids.ts";
import { parsePlan } from "../../core/planning/parse-plan.ts";
import { planPrompt } from "../../core/planning/plan-prompt.ts";
import type { BrainRequest } from "../../src/demo/brain.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { SHOP_TOOLS, shopTool } from "../support/shop-tools.ts";

const text = { type: "string" };
const object = (properties: object, required = Object.keys(properties)) =>
  ({ type: "object", properties, required }) as never;
const PETS = [
  shopTool("GET /pets", "List pets", {
    query: object({ status: { type: "string", enum: ["available", "sold"] } }, []),
  }),
  shopTool("POST /pets", "Add a new pet to the store", { body: object({ name: text, tag: text }, ["name"]) }),
  shopTool(
    "DELETE /pets/{petId}",
    "Deletes a pet",
    { path: object({ petId: { type: "string" } }) },
    { risk: "destructive" },
  ),
];

function answer(words: string, way: "tools" | "format" = "tools", cards = SHOP_TOOLS) {
  const request = { account: asId<never>("test:ana"), text: words };
  const prompt = planPrompt({ way, contextTokens: 8192, cards, detailed: [], history: [], request, stepsPerPlan: 20 });
  const body: BrainRequest = {
    model: "m",
    messages: prompt.messages,
    ...(prompt.tools && { tools: prompt.tools.map((spec) => ({ function: spec })) }),
    ...(prompt.format && { format: prompt.format }),
  };
  const reply = simulatedBrain()(body);
  const toolCalls = (reply.toolCalls ?? []).map(({ name, arguments: args }) => ({ name, args }));
  return { reply, parsed: parsePlan({ text: reply.text ?? "", toolCalls }) };
}

const callsOf = (words: string, cards = SHOP_TOOLS, way: "tools" | "format" = "tools") => {
  const { parsed } = answer(words, way, cards);
  return parsed.kind === "plan"
    ? parsed.steps.map(({ operation, args }) => `${operation} ${JSON.stringify(args)}`)
    : parsed;
};

const LOOK_UP = 'GET /parts {"query":{"name":"M8 bolt"}}';
const SET = 'PUT /parts/{partId}/stock {"path":{"partId":"{{steps.1.body.items.0.id}}"},"body":{"quantity":400}}';

test("a name is looked up first and used by reference, and the notice says what is done", () => {
  const expected = [LOOK_UP, SET, 'POST /notices {"body":{"text":"Set the stock of M8 bolts to 400"}}'];
  expect(callsOf("set the stock of M8 bolts to 400 and tell the workshop")).toEqual(expected);
  expect(callsOf("set the stock of M8 bolts to 400 and tell the workshop", SHOP_TOOLS, "format")).toEqual(expected);
});

test("a looked-up id is referred to where the endpoint says that it is", () => {
  const [list, ...others] = SHOP_TOOLS;
  const told = (returns: string) => callsOf("set the stock of M8 bolts to 400", [{ ...list!, returns }, ...others]);
  expect(JSON.stringify(told("body[]: id:string, name:string"))).toContain("{{steps.1.body.0.id}}");
  expect(JSON.stringify(told("body: total:integer · body.parts[]: partId:string"))).toContain(
    "{{steps.1.body.parts.0.partId}}",
  );
});

test("the same in Spanish", () => {
  expect(callsOf("pon las existencias de los tornillos M8 a 400 y avisa al taller")).toEqual([
    LOOK_UP.replace("M8 bolt", "bolt M8"),
    SET,
    'POST /notices {"body":{"text":"Pon las existencias de los tornillos M8 a 400"}}',
  ]);
});

test("it plans over a service it has never seen", () => {
  expect(callsOf("list the pets that are sold", PETS)).toEqual(['GET /pets {"query":{"status":"sold"}}']);
  expect(callsOf('add a pet named "Toby"', PETS)).toEqual(['POST /pets {"body":{"name":"Toby"}}']);
  expect(callsOf("delete pet 17", PETS)).toEqual(['DELETE /pets/{petId} {"path":{"petId":"17"}}']);
  expect(callsOf("borra la mascota 17", PETS)).toEqual(['DELETE /pets/{petId} {"path":{"petId":"17"}}']);
});

test("it asks when a required value was not said", () => {
  expect(answer("set the stock of M8 bolts").parsed).toMatchObject({
    kind: "ask",
    text: expect.stringContaining("quantity"),
  });
});

test("it says in every reply that it is simulated", () => {
  for (const words of ["hello", "what can you do?", "set the stock of M8 bolts", "fly to the moon", "hola"]) {
    for (const way of ["tools", "format"] as const)
      expect(JSON.stringify(answer(words, way).reply)).toMatch(/simulated|simulado/);
  }
  expect(JSON.stringify(answer("set the stock of p-101 to 4").reply)).toMatch(/simulated/);
  expect(JSON.stringify(answer("set the stock of p-101 to 4", "format").reply)).toMatch(/simulated/);
});

test.each([
  ["set the stock of M8 bolts to 400", "proposed by a simulated model"],
  ["set the stock of p-101 to 400", "proposed by a simulated model"],
  ["pon las existencias de los tornillos M8 a 400", "propuesto por un modelo simulado"],
  ["pon las existencias de p-101 a 400", "propuesto por un modelo simulado"],
])("a plan for %j says in its language that a simulated model made it", (words, mark) => {
  const { parsed } = answer(words);
  expect(JSON.stringify(parsed)).toContain(mark);
});

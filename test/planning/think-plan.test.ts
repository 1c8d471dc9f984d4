import { expect, test } from "vitest";
import { PilotoError } from "../../core/domain/errors.ts";
import { asId } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project } from "../../core/domain/project.ts";
import { type ThinkRequest, thinkPlan } from "../../core/planning/think-plan.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import type { Brain, BrainReply } from "../../src/demo/brain.ts";
import { FAULTS, faultyBrain } from "../../src/demo/faulty-brains.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { fakeFleet } from "../support/fake-fleet.ts";
import { fakeTools } from "../support/fake-tools.ts";
import { SHOP_TOOLS } from "../support/shop-tools.ts";

const project: Project = {
  id: asId("shop"),
  name: "Shop",
  access: { propose: [], confirm: [], administer: [] },
  limits: DEFAULT_LIMITS,
  readsNeedNoConfirmation: false,
  draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
};
const tools = createToolCatalogue([fakeTools(...SHOP_TOOLS)]);

async function think(
  brain: Brain,
  text = "set the stock of p-101 to 400",
  more: Partial<ThinkRequest> = {},
  native = true,
) {
  const fleet = fakeFleet(brain, { abilities: native ? ["completion", "tools"] : ["completion"] });
  const chat = { id: asId<ThinkRequest["chat"]["id"]>("test:main"), projectId: project.id, language: "en" as const };
  const request = { chat, project, account: asId<ThinkRequest["account"]>("test:ana"), text, history: [], ...more };
  return { fleet, thought: await thinkPlan(request, { fleet, tools }, new AbortController().signal) };
}

/** Replies one after another, the last one for ever. */
function script(...replies: BrainReply[]): Brain {
  let at = 0;
  return () => replies[Math.min(at++, replies.length - 1)]!;
}

const put = (args: object) => ({
  toolCalls: [
    {
      name: "mcp_request",
      arguments: { service: "shop", operation: "PUT /parts/{partId}/stock", arguments: args as never },
    },
  ],
});

test.each(FAULTS.flatMap((fault) => [true, false].map((native) => [fault, native] as const)))(
  "a model with the fault %j that learns ends in a valid plan (native tools: %s)",
  async (fault, native) => {
    const { thought, fleet } = await think(faultyBrain(fault, { recoversAfter: 2 }), undefined, {}, native);
    expect(thought).toMatchObject({
      kind: "plan",
      plan: { steps: [{ args: { path: { partId: "p-101" }, body: { quantity: 400 } } }] },
    });
    expect(fleet.requests.length).toBeLessThanOrEqual(3);
  },
);

test.each(FAULTS)("a model with the fault %j that never learns is asked three times at most", async (fault) => {
  const { thought, fleet } = await think(faultyBrain(fault));
  expect(fleet.requests.length).toBeLessThanOrEqual(3);
  const ends =
    fault === "prose around the call" || fault === "arguments as a string" ? ["plan"] : ["cannot", "missing", "claim"];
  expect(ends).toContain(thought.kind);
});

test("what was wrong goes back to the model with the schema of the endpoint", async () => {
  const { fleet } = await think(
    script(put({ path: { partId: "p-101" }, body: { quantity: "many" } }), { text: "What?" }),
  );
  const last = fleet.requests[1]!.messages.at(-1)!.content;
  expect(last).toMatch(/^Piloto's check 1 of 2/);
  expect(last).toContain("quantity");
  expect(last).toContain('"arguments":{"type":"object"');
});

test("a value that was missing and that nobody said is not accepted from a model's second try", async () => {
  const invented = put({ path: { partId: "p-999" }, body: { quantity: 400 } });
  const { thought } = await think(script(put({ body: { quantity: 400 } }), invented, invented), "set the stock to 400");
  expect(thought.kind).toBe("cannot");
  const said = put({ path: { partId: "p-101" }, body: { quantity: 400 } });
  expect((await think(script(put({ body: { quantity: 400 } }), said))).thought.kind).toBe("plan");
});

test("missing values that stay missing are asked for by name", async () => {
  const { thought } = await think(script(put({ path: { partId: "p-101" } })));
  expect(thought.kind === "missing" && thought.problems.map(({ missing }) => missing?.path)).toEqual(["body.quantity"]);
});

test("a model that turns out not to call tools is asked for JSON instead", async () => {
  const fleet = fakeFleet(simulatedBrain());
  fleet.failures.push(new PilotoError("MODEL_LACKS_ABILITY", "no tools"));
  const chat = { id: asId<ThinkRequest["chat"]["id"]>("test:main"), projectId: project.id, language: "en" as const };
  const account = asId<ThinkRequest["account"]>("test:ana");
  const request = { chat, project, account, text: "set the stock of p-101 to 4", history: [] };
  const thought = await thinkPlan(request, { fleet, tools }, new AbortController().signal);
  expect(thought.kind).toBe("plan");
  expect(fleet.requests[1]).toMatchObject({ format: expect.any(Object), tools: undefined });
});

test("a question gets no plan that changes anything", async () => {
  const write = script(put({ path: { partId: "p-101" }, body: { quantity: 400 } }));
  expect((await think(write, "what would 400 of p-101 mean?", { readsOnly: true })).thought.kind).toBe("cannot");
});

test("when the model counts more tokens than expected, it is asked again with less history", async () => {
  const history = Array.from({ length: 60 }, (_, n) => ({
    id: asId<ThinkRequest["history"][number]["id"]>(`m-${n}`),
    chatId: asId<ThinkRequest["chat"]["id"]>("test:main"),
    key: `k-${n}`,
    origin: "person" as const,
    account: asId<ThinkRequest["account"]>("test:ana"),
    text: "word ".repeat(60),
    atMs: n,
  }));
  const fleet = fakeFleet(simulatedBrain());
  fleet.failures.push(new PilotoError("CONTEXT_TOO_LARGE", "too many"));
  const chat = { id: asId<ThinkRequest["chat"]["id"]>("test:main"), projectId: project.id, language: "en" as const };
  const request = {
    chat,
    project,
    account: asId<ThinkRequest["account"]>("test:ana"),
    text: "set the stock of p-101 to 4",
    history,
  };
  const thought = await thinkPlan(request, { fleet, tools }, new AbortController().signal);
  expect(thought.kind).toBe("plan");
  expect(thought.dropped).toBeGreaterThan(0);
  expect(fleet.requests[1]!.messages.length).toBeLessThan(fleet.requests[0]!.messages.length);
});

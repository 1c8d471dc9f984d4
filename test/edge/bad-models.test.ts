import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Life } from "../story/story-house.ts";
import { CONFIRM, type EdgeWorld, openEdgeWorld, wakeIn } from "./edge-world.ts";
import { expectPlain } from "./program-house.ts";

let world: EdgeWorld;
let life: Life;
const open = async (limits?: { stepsPerPlan: number }) => {
  world = await openEdgeWorld(limits);
  life = await wakeIn(world);
};
afterEach(async () => {
  await life.stop();
  await world.stop();
});

const plan = (count: number, title = "Look") => ({
  toolCalls: [
    {
      name: "propose_plan",
      arguments: {
        goal: "Everything",
        steps: Array.from({ length: count }, () => ({
          service: "shop",
          operation: "GET /things",
          arguments: {},
          title,
        })),
      },
    },
  ],
});
const ask = { as: "ana", say: "Look at all things of the shop" } as const;

describe("a plan of 500 steps", () => {
  test("is not shown where 20 are allowed: the person is told in words, and nothing runs", async () => {
    await open();
    world.brain = () => plan(500);
    await life.play(ask, { wait: "idle" });
    expect(life.cards()).toEqual([]);
    expect(life.said().at(-1)).toMatch(/./);
    expectPlain(life.said().join("\n"));
    expect(world.asked()).toBe(0);
  });

  test("is shown, confirmed and run whole where the project allows 500", async () => {
    await open({ stepsPerPlan: 500 });
    world.brain = () => plan(500);
    await life.play(ask, { wait: "card", state: "draft" });
    expect(life.card().steps).toHaveLength(500);
    await life.play(CONFIRM);
    const card = await life.waitFor("done");
    expect(card.steps.every((step) => step.state === "done")).toBe(true);
    expect(world.asked()).toBe(500);
  });
});

describe("a model that answers nastily", () => {
  beforeEach(() => open());
  const NASTY = "Hello\u001b[2J\u001b]0;owned\u0007 \u009b31mred \u202Egnihtemos\u2066 \u200bhidden\u0000\u0007.";

  test("escapes and turned letters in an answer do not reach the chat", async () => {
    world.brain = () => ({ text: NASTY });
    await life.play({ as: "ana", say: "Tell me about the shop" }, { wait: "idle" });
    const said = life.said().at(-1) ?? "";
    expect(said).toContain("Hello");
    expectPlain(said);
  });

  test("escapes and turned letters in a title and a goal do not reach the card", async () => {
    world.brain = () => plan(1, NASTY);
    await life.play(ask, { wait: "card", state: "draft" });
    const { goal, steps } = life.card();
    expect(steps[0]?.title).toContain("Hello");
    expect(steps[0]?.operation).toBe("shop GET /things");
    for (const text of [goal, steps[0]?.title ?? ""]) expectPlain(text);
  });

  test("an answer that never ends is cut, and the person hears of it", async () => {
    world.brain = () => ({ text: "On and on. ", endless: true });
    world.pcs.control("pc").ignoresMaxTokens = true;
    await life.play(ask, { wait: "idle" });
    expect(life.cards()).toEqual([]);
    expect((life.said().at(-1) ?? "").length).toBeLessThan(5_000);
    expect(life.said().length).toBeGreaterThan(0);
  });
});

describe("a PC that is not what it seems", () => {
  beforeEach(() => open());

  test.each([
    ["not Ollama: a web page for everything", { status: 200, body: "<html>router</html>" }],
    ["not Ollama: other JSON", { status: 200, body: '{"hello":"world"}' }],
    ["Ollama without a model", { status: 200, body: '{"models":[]}' }],
    ["always failing", { status: 500, body: "boom" }],
  ])("%s: the person gets a sentence, nothing is shown as done", async (_what, answer) => {
    await life.stop();
    const { overrides } = world.pcs.control("pc");
    for (const path of ["/api/tags", "/api/ps", "/api/show", "/api/chat", "/api/version"]) overrides.set(path, answer);
    life = await wakeIn(world);
    await life.play(ask, { wait: "idle" });
    expect(life.cards()).toEqual([]);
    expect(life.said().at(-1)).toMatch(/machine|model|PC/i);
    expectPlain(life.said().join("\n"));
  });
});

import { expect, test } from "vitest";
import { asId } from "../../core/domain/ids.ts";
import { renderCard } from "../../core/progress/plan-card.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { settle } from "../support/manual-clock.ts";
import { CHAT, type ConversationHouse, openConversation, PROJECT } from "./conversation-house.ts";

/* Failures that people have seen in similar products. */

const runsOf = async (house: ConversationHouse) =>
  (await house.stores.read((tx) => tx.runs.page({ chatId: CHAT }, { limit: 50 }))).items;

const SET = { service: "shop", operation: "PUT /parts/{partId}/stock", title: "Just looking around" };
const set = (partId: string, quantity: number) => ({ ...SET, arguments: { path: { partId }, body: { quantity } } });
/** A model that proposes the same whatever is said. */
const stubborn: Brain = () => ({ toolCalls: [{ name: "mcp_request", arguments: set("p-101", 400) }] });

test("a rejected plan is not proposed again by itself", async () => {
  const house = await openConversation({ brain: stubborn });
  await house.say("please update the inventory for me, 400 of p-101");
  await house.say("cancel", "test:ben");
  await house.say("hm, the weather is nice and I like it here");
  expect((await runsOf(house)).map(({ state }) => state)).toEqual(["cancelled"]);
  expect(await house.lastTold()).toMatch(/^ben cancelled exactly these steps/);
  await house.say("propose it again");
  expect((await runsOf(house)).map(({ state }) => state)).toEqual(["draft", "cancelled"]);
});

test("a cancelled request that a person makes again in the same words is planned again", async () => {
  const house = await openConversation();
  await house.say("list the parts");
  await house.say("cancel");
  await house.say("list the parts please");
  expect((await runsOf(house)).map(({ state }) => state)).toEqual(["draft", "cancelled"]);
});

test("a superseded card does not confirm, and its press is told what replaced it", async () => {
  const house = await openConversation();
  await house.say("set the stock of p-101 to 400");
  await house.say("set the stock of p-102 to 7", "test:ben");
  const [newer, older] = await runsOf(house);
  expect(older).toMatchObject({ state: "superseded", supersededBy: newer!.id });
  const press = { runId: older!.id, revision: 1, action: "confirm" as const, by: asId<never>("test:ana") };
  const { decision, reply } = await house.conversation.press(press);
  expect(decision).toMatchObject({ kind: "too-late", why: "superseded" });
  expect(reply).toContain("replaced by a newer one, asked for by ben");
  expect((await runsOf(house)).map(({ state }) => state)).toEqual(["draft", "superseded"]);
  const steps = await house.stores.read((tx) => tx.steps.of(older!.id));
  const card = renderCard(older!, steps, { language: "en", nowMs: house.clock.nowMs(), mayConfirm: [] });
  expect(card.buttons).toEqual([]);
});

test("a late yes does not decide the plan that came after it", async () => {
  const house = await openConversation();
  await house.say("set the stock of p-101 to 400");
  let release = () => {};
  house.fakeFleet.gate = new Promise((resolve) => {
    release = resolve;
  });
  const hear = (key: string, text: string) =>
    house.conversation.receive({ key, chatId: CHAT, account: asId("test:ana"), text, projectId: PROJECT });
  await hear("late-1", "set the stock of p-102 to 7");
  await settle();
  // Said while the first plan is on the screen; handled when the second one has taken its place.
  await hear("late-2", "confirm");
  release();
  await house.conversation.idle(CHAT);
  expect((await runsOf(house)).map(({ state }) => state)).toEqual(["draft", "superseded"]);
  expect(await house.lastTold()).toMatch(/came after your message/);
});

test("a yes to an old revision does not decide an edited plan", async () => {
  const house = await openConversation();
  await house.say("set the stock of p-101 to 400");
  const [run] = await runsOf(house);
  const change = { kind: "set" as const, step: 1, path: ["body", "quantity"], value: 4 };
  const by = asId<never>("test:ben");
  await house.conversation.press({ runId: run!.id, revision: 1, action: "edit", by, change });
  const { decision, reply } = await house.conversation.press({ runId: run!.id, revision: 1, action: "confirm", by });
  expect(decision).toMatchObject({ kind: "too-late", why: "revised", decidedBy: "test:ben" });
  expect(reply).toContain("changed by ben");
});

test("a duplicate that is delivered an hour later does nothing", async () => {
  const house = await openConversation();
  const message = {
    key: "slack-1",
    chatId: CHAT,
    account: asId<never>("test:ana"),
    text: "set the stock of p-101 to 4",
    projectId: PROJECT,
  };
  expect(await house.conversation.receive(message)).toEqual({ kind: "accepted" });
  await house.conversation.idle(CHAT);
  await house.say("confirm", "test:ben");
  const told = await house.told();
  await house.clock.advance(3_600_000);
  expect(await house.conversation.receive(message)).toEqual({ kind: "duplicate" });
  await house.conversation.idle(CHAT);
  expect(await house.told()).toEqual(told);
  expect(await runsOf(house)).toHaveLength(1);
});

test("a card shows the real endpoint and arguments, whatever title the model gave", async () => {
  const house = await openConversation({ brain: stubborn });
  await house.say("set p-101 to 400");
  const [run] = await runsOf(house);
  const steps = await house.stores.read((tx) => tx.steps.of(run!.id));
  const card = renderCard(run!, steps, { language: "en", nowMs: house.clock.nowMs(), mayConfirm: [] });
  expect(card.steps[0]).toMatchObject({ operation: "shop PUT /parts/{partId}/stock", risk: "write" });
  expect(card.steps[0]?.args).toContain('"p-101"');
  expect(card.steps[0]?.args).toContain("400");
});

test.each([
  ["I have set the stock of M8 bolts to 400.", "set the stock of M8 bolts to 400"],
  ["Listo, he cambiado las existencias.", "cambia las existencias a 400"],
])("a model that only says %j is never believed", async (claim, request) => {
  const house = await openConversation({ brain: () => ({ text: claim }) });
  await house.say(request);
  expect(await house.lastTold()).toMatch(/^(?:Nothing has been done|No se ha hecho nada)/);
  expect((await house.told()).join()).not.toContain(claim);
  expect(await runsOf(house)).toEqual([]);
});

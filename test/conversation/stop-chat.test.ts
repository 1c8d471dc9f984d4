import { expect, test } from "vitest";
import { createConversation } from "../../core/conversation/receive-message.ts";
import { knowsChat } from "../../core/conversation/stop-chat.ts";
import { type AccountId, asId, type ChatId } from "../../core/domain/ids.ts";
import { words } from "../../core/words/words.ts";
import { settle } from "../support/manual-clock.ts";
import { CHAT, type ConversationHouse, openConversation, PROJECT } from "./conversation-house.ts";

const account = (name: string) => asId<AccountId>(name);
const say = words("en");
const stop = async (house: ConversationHouse, by = "test:ana") =>
  (await house.conversation.stopChat({ chatId: CHAT, account: account(by) })).reply;
const states = async (house: ConversationHouse) =>
  (await house.stores.read((tx) => tx.runs.page({ chatId: CHAT }, { limit: 9 }))).items.map(({ state }) => state);
const ask = (house: ConversationHouse, text: string) =>
  house.conversation.receive({ key: text, chatId: CHAT, account: account("test:ana"), text, projectId: PROJECT });

test("a platform's Stop ends the thinking in the chat, once and with one answer", async () => {
  const house = await openConversation();
  house.fakeFleet.gate = new Promise(() => {});
  await ask(house, "set the stock of p-101 to 400");
  await settle();
  expect(await stop(house)).toBe(say.menu.stop.thinking);
  await house.conversation.idle(CHAT);
  expect(await house.told()).toEqual([say.menu.stop.thinking]);
  expect(await states(house)).toEqual([]);
  expect(await stop(house)).toBe(say.conversation.nothing.stop);
});

test("it reaches the thinking of another process: its plan comes too late", async () => {
  const house = await openConversation();
  let release = () => {};
  house.fakeFleet.gate = new Promise((resolve) => {
    release = resolve;
  });
  await ask(house, "set the stock of p-101 to 400");
  await settle();
  const other = createConversation({ ...house, boot: { id: asId("boot-2"), processName: "other" } });
  const { reply } = await other.stopChat({ chatId: CHAT, account: account("test:ben") });
  expect(reply).toBe(say.menu.stop.thinking);
  release();
  await house.conversation.idle(CHAT);
  expect(await states(house)).toEqual([]);
  expect(await house.told()).toEqual([say.menu.stop.thinking]);
});

test("it asks the chat's run to stop as the Stop button would, in the chat's language", async () => {
  const house = await openConversation();
  await house.say("pon las existencias de p-101 a 400");
  expect(await stop(house)).toBe(words("es").conversation.nothing.stopPending);
  await house.say("confirma", "test:ben");
  expect(await stop(house, "test:zoe")).toBe(words("es").running.mayNot.end("zoe"));
  expect(await states(house)).toEqual(["queued"]);
  expect(await stop(house)).toMatch(/^ana pidió detenerlo/);
  expect(await states(house)).toEqual(["cancelled"]);
});

test("it stops a run that somebody confirmed while it looked", async () => {
  const house = await openConversation();
  await house.say("set the stock of p-101 to 400");
  let confirmed: Promise<void> | undefined;
  const stores: typeof house.stores = {
    ...house.stores,
    async read(work) {
      const seen = await house.stores.read(work);
      confirmed ??= house.say("confirm", "test:ben");
      await confirmed;
      return seen;
    },
  };
  const other = createConversation({ ...house, stores });
  const { reply } = await other.stopChat({ chatId: CHAT, account: account("test:ana") });
  expect(reply).toMatch(/^Stop asked for/);
  expect(await states(house)).toEqual(["cancelled"]);
});

test("a stranger's Stop ends nothing", async () => {
  const house = await openConversation();
  let release = () => {};
  house.fakeFleet.gate = new Promise((resolve) => {
    release = resolve;
  });
  await ask(house, "set the stock of p-101 to 400");
  await settle();
  expect(await stop(house, "other:eve")).toBe(say.conversation.stranger("other:eve"));
  release();
  await house.conversation.idle(CHAT);
  expect(await states(house)).toEqual(["draft"]);
});

test("Piloto takes part where somebody it knows spoke to it, not where a stranger did", async () => {
  const house = await openConversation();
  expect(await knowsChat(CHAT, house)).toBe(false);
  await house.say("hello", "other:eve", CHAT);
  expect(await knowsChat(CHAT, house)).toBe(false);
  await house.say("hello");
  expect(await knowsChat(CHAT, house)).toBe(true);
  expect(await knowsChat(asId<ChatId>("test:elsewhere"), house)).toBe(false);
});

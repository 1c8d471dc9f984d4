import { describe, expect, test } from "vitest";
import { overview, showRun } from "../../core/conversation/show-run.ts";
import { type SuggestRequest, suggest } from "../../core/conversation/suggest.ts";
import { type AccountId, asId, shortRunId } from "../../core/domain/ids.ts";
import { SHOP_TOOLS, shopTool } from "../support/shop-tools.ts";
import { CHAT, type ConversationHouse, openConversation, PROJECT } from "./conversation-house.ts";

const account = (name: string) => asId<AccountId>(name);
const newest = async (house: ConversationHouse, chatId = CHAT) =>
  (await house.stores.read((tx) => tx.runs.page({ chatId }, { limit: 1 }))).items[0]!;

describe("a home page", () => {
  test("shows what waits for the person, what runs and what is over", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400");
    await house.say("confirm");
    await house.say("set the stock of p-102 to 7", "test:zoe", asId("test:two"));
    await house.say("set the stock of p-102 to 8", "test:zoe", asId("test:three"));
    await house.say("cancel", "test:zoe", asId("test:three"));
    const ben = await overview({ account: account("test:ben") }, house);
    expect(ben).toMatchObject({ isKnown: true, language: "en" });
    expect(ben.waiting.map(({ run }) => run.chatId)).toEqual(["test:two"]);
    expect(ben.waiting[0]?.card.buttons.map(({ action }) => action)).toContain("confirm");
    expect(ben.active.map(({ card }) => card.state)).toEqual(["queued"]);
    expect(ben.finished.map(({ card }) => card.state)).toEqual(["cancelled"]);
    expect(ben.nodes.map(({ name }) => name)).toEqual(["fake-pc"]);
    const zoe = await overview({ account: account("test:zoe") }, house);
    expect(zoe.waiting).toEqual([]);
    expect(zoe.active).toHaveLength(1);
  });

  test("speaks the language of what the person asked for last", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400");
    await house.clock.advance(1_000);
    await house.say("pon las existencias de p-101 a 400", "test:zoe", asId("test:two"));
    expect((await overview({ account: account("test:zoe") }, house)).language).toBe("es");
    expect((await overview({ account: account("test:ana") }, house)).language).toBe("en");
  });

  test("does not offer a plan whose time is over", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400");
    await house.clock.advance(24 * 3_600_000);
    expect((await overview({ account: account("test:ben") }, house)).waiting).toEqual([]);
  });

  test("is empty for a stranger, who sees no run either", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400");
    const run = await newest(house);
    const eve = { account: account("other:eve") };
    expect(await overview(eve, house)).toEqual({
      language: "en",
      isKnown: false,
      waiting: [],
      active: [],
      finished: [],
      nodes: [],
    });
    expect(await showRun(run.id, eve, house)).toBeUndefined();
    expect(await showRun(asId("no-such-run"), { account: account("test:ana") }, house)).toBeUndefined();
    expect(await showRun(run.id, { account: account("test:ana") }, house)).toMatchObject({
      run: { id: run.id },
      card: { revision: 1, state: "draft" },
    });
  });
});

describe("names that complete what is typed", () => {
  const values = async (house: ConversationHouse, request: Partial<SuggestRequest>) =>
    (await suggest({ account: account("test:ana"), what: "operation", typed: "", ...request }, house)).map(
      ({ value }) => value,
    );

  test("are services, operations and runs, and nothing for strangers", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400");
    const run = await newest(house);
    expect(await values(house, { what: "service", typed: "SH" })).toEqual(["shop"]);
    expect(await values(house, { service: "shop", typed: "put /par" })).toEqual(["PUT /parts/{partId}/stock"]);
    expect(await values(house, { service: "shop", typed: "stock of a part" })).toContain("PUT /parts/{partId}/stock");
    expect(await values(house, { service: "other", typed: "" })).toEqual([]);
    expect(await values(house, { what: "run", typed: "stock of" })).toEqual([shortRunId(run.id)]);
    expect(await values(house, { what: "run", typed: shortRunId(run.id).slice(0, 3) })).toEqual([shortRunId(run.id)]);
    for (const what of ["service", "operation", "run"] as const) {
      expect(await values(house, { what, account: account("other:eve") })).toEqual([]);
    }
  });

  test("leave out operations that are not allowed, and values longer than a menu takes", async () => {
    const long = shopTool(`GET /${"long".repeat(30)}`, "A long way", {});
    const tools = [...SHOP_TOOLS, long];
    const house = await openConversation({ tools });
    const found = await values(house, { service: "shop" });
    expect(found).toEqual(tools.filter((tool) => tool.isAllowed && tool !== long).map(({ operation }) => operation));
  });

  test("are found among a thousand endpoints at once, at most 25 of them", async () => {
    const many = Array.from({ length: 1_000 }, (_one, at) =>
      shopTool(`GET /things-${at}/{id}`, `Reads thing ${at} of the warehouse`, {}),
    );
    const house = await openConversation({ tools: [...SHOP_TOOLS, ...many] });
    expect(await values(house, { service: "shop", typed: "get /things-99" })).toHaveLength(11);
    expect(await values(house, { service: "shop", typed: "warehouse" })).toHaveLength(25);
    const startedAt = performance.now();
    for (let key = 0; key < 20; key++) await values(house, { projectId: PROJECT, typed: `thing ${key}` });
    expect((performance.now() - startedAt) / 20).toBeLessThan(100);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { House } from "../../src/compose.ts";
import { type DiscordWorld, openDiscordWorld, told, wakeInDiscord, watch } from "./discord-house.ts";

let world: DiscordWorld;
let house: House;
beforeAll(async () => {
  world = await openDiscordWorld();
  house = await wakeInDiscord(world);
}, 30_000);
afterAll(async () => {
  await house.stop();
  await world.stop();
});
beforeEach(() => world.workshop.control.reset());

const ask = (part: string) => `the stock of ${part}s is wrong, set it to 400 and tell the workshop`;
const ASK = ask("M8 bolt");
const stockOf = (name: string) => world.workshop.state.parts.find((part) => part.name === name)?.stock;

/** Each with a part and a thread of its own, so that all can go on at once. */
describe.concurrent("the story in Discord", () => {
  test("a mention opens a thread with a plan, which is edited in a form, confirmed by a role, and run", async () => {
    const { discord } = world;
    const see = watch(discord);
    const thread = await see.thread(discord.mention("ada", ASK));
    const card = await see.shown(thread, "[Confirm]");
    expect(discord.textOf(card)).toContain("workshop PUT /parts/{partId}/stock");
    const first = /p1:confirm:[^"]+/.exec(JSON.stringify(card.components))![0];

    const form = discord.press(card, "Edit", "ada");
    await form.answered();
    expect(form.modal).toBeUndefined();
    const choice = await told(discord, form);
    expect(choice).toContain("What do you want to change?");
    const chosen = discord.select(form.messages().at(-1)!, "A step, or the plan as a whole", ["2"], "ada");
    await chosen.answered();
    const fields = JSON.stringify(chosen.modal).match(/a\.2\.\d+/g)!;
    const saved = discord.submitModal(chosen, { [fields[1]!]: "300" });
    await see.shown(thread, "Plan, revision 2");
    expect(await told(discord, saved)).toContain("revision 2");

    // What was shown first is no more, and Ada may not confirm at all.
    const refused = discord.press(card, "Confirm", "ada");
    expect(await told(discord, refused)).toContain("may not");
    expect(stockOf("M8 bolt")).toBe(240);
    await discord.press(card, "Confirm", "grace").answered();
    const done = await see.shown(thread, "Done · 3 steps");
    expect(done.id).toBe(card.id);
    expect(discord.textOf(done)).toMatch(/Asked by Ada, .*Confirmed by Grace, /s);
    expect(stockOf("M8 bolt")).toBe(300);

    const late = discord.press(card, first, "ben", { evenIfGone: true });
    expect(await told(discord, late)).toMatch(/Too late: .*decided by Grace, /);
    const changes = world.workshop.state.changes.filter(({ operation }) => operation.includes("p-101"));
    expect(changes).toHaveLength(1);
  });

  test("a reply in Piloto's thread needs no mention, and words decide there", async () => {
    const { discord } = world;
    const see = watch(discord);
    const thread = await see.thread(discord.mention("mira", ask("M6 bolt"), { in: "operations" }));
    await see.shown(thread, "[Confirm]");
    discord.replyInThread(thread, "mira", "make it 350 instead");
    await see.shown(thread, /350/);
    discord.replyInThread(thread, "grace", "confirm");
    await see.shown(thread, "Done · 3 steps");
    expect(stockOf("M6 bolt")).toBe(350);
  });

  test("a slash command does the same, and the request stands in the channel for all", async () => {
    const { discord } = world;
    const see = watch(discord);
    const asked = discord.slash("ada", "piloto", "ask", { text: ask("M10 bolt") });
    const { originalId } = await asked.answered();
    expect(discord.textOf({ id: originalId! })).toContain("Ada asks: the stock of M10");
    const thread = await see.thread({ id: originalId! });
    const card = await see.shown(thread, "[Confirm]");
    await discord.press(card, "Confirm", "grace").answered();
    await see.shown(thread, "Done · 3 steps");
    expect(stockOf("M10 bolt")).toBe(400);
  });

  test("a message of somebody else becomes a plan by the context menu", async () => {
    const { discord } = world;
    const see = watch(discord);
    const words = discord.say("linus", ask("M8 washer"));
    const asked = discord.contextMenu("ada", "Plan from message", words);
    expect(await told(discord, asked)).toContain("I am on it");
    const thread = await see.thread(words);
    const card = await see.shown(thread, "[Confirm]");
    expect(discord.textOf(card)).toContain("Asked by Ada");
    const cancel = discord.press(card, "Cancel", "ben");
    await cancel.answered();
    discord.submitModal(cancel, { why: "not on a Friday @everyone" });
    await see.shown(thread, "Cancelled");
    await see.shown(thread, "Why: not on a Friday");
    const recorded = await house.stores.read((tx) => tx.audit.after(0, 1000));
    const cancelled = recorded.find(({ did }) => did === "cancel-plan");
    expect(cancelled?.detail).toMatchObject({ reason: "not on a Friday @everyone" });
    expect(discord.pings).toEqual([]);
  });

  test("an exact call is planned without a model, its service and operation completed", async () => {
    const { discord } = world;
    const see = watch(discord);
    const typing = discord.autocomplete("ada", "piloto", "call", { operation: "stock" }, { service: "workshop" });
    await typing.answered();
    expect(typing.choices.map(({ value }) => value)).toContain("PUT /parts/{partId}/stock");
    const given = {
      service: "workshop",
      operation: "PUT /parts/{partId}/stock",
      arguments: '{"path":{"partId":"p-102"},"body":{"quantity":500}}',
    };
    const { originalId } = await discord.slash("mira", "piloto", "call", given).answered();
    const thread = await see.thread({ id: originalId! });
    const card = await see.shown(thread, "[Confirm]");
    await discord.press(card, "Confirm", "grace").answered();
    await see.shown(thread, "Done · 1 step");
    expect(stockOf("M8 nut")).toBe(500);
    const wrong = discord.slash("mira", "piloto", "call", { ...given, arguments: "{oops" });
    expect(await told(discord, wrong)).toContain("one JSON object");
  });
});

describe("the rest of it", () => {
  test("a direct message is a chat, and Stop ends what runs", async () => {
    const { discord } = world;
    const see = watch(discord);
    const { channelId } = discord.directMessage("ada", ASK);
    const card = await see.shown(channelId, "[Confirm]");
    world.workshop.control.delayMs = 10_000;
    await discord.press(card, "Confirm", "ben", {}).answered();
    const running = await see.shown(channelId, "[Stop]");
    await discord.press(running, "Stop", "ben").answered();
    await see.shown(channelId, "Stopped");
  });

  test("menu commands answer their person alone", async () => {
    const { discord } = world;
    expect(await told(discord, discord.slash("ada", "piloto", "help"))).toContain("Tell me in your own words");
    expect(await told(discord, discord.slash("ada", "piloto", "services"))).toContain("workshop");
    expect(await told(discord, discord.slash("ada", "piloto", "fleet"))).toContain("pc-north");
    expect(await told(discord, discord.slash("mira", "piloto", "whoami"))).toContain("propose");
    expect(await told(discord, discord.slash("linus", "piloto", "whoami"))).toContain("nothing");
    expect(await told(discord, discord.slash("ada", "piloto", "stop"))).not.toBe("");
    expect(await told(discord, discord.slash("ada", "piloto", "link"))).toMatch(/[A-Z0-9]{4}/);
  });

  test("strangers are told so, and nothing happens for them", async () => {
    const { discord } = world;
    const see = watch(discord);
    const thread = await see.thread(discord.mention("linus", ASK));
    await see.shown(thread, "I do not know");
    const typing = discord.autocomplete("linus", "piloto", "call", { service: "" });
    await typing.answered();
    expect(typing.choices).toEqual([]);
  });

  test("nothing of all that was refused by Discord's rules, and nobody was notified", () => {
    expect(world.discord.violations).toEqual([]);
    expect(world.discord.pings).toEqual([]);
    expect(world.discord.unfurls).toEqual([]);
    expect(house.faces[0]!.health()).toMatchObject({ state: "connected" });
  });
});

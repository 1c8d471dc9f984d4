import { afterAll, describe, expect, test } from "vitest";
import type { ChannelFacts } from "../../bots/discord/hear/channels.ts";
import { openHeldChats } from "../../bots/discord/hear/held-chats.ts";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../storage/index.ts";
import { startDiscordServer } from "../support/discord-server/discord-server.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { openFace } from "./face-house.ts";

const DAY_MS = 24 * 3_600_000;
const stores = await openSqlite({ folder: ":memory:" });
afterAll(() => stores.close());

/** Another process on the same data. */
const life = () => openHeldChats({ stores, clock: systemClock(), logger: silentLogger() });
const thread = (id: string): ChannelFacts => ({ id, kind: "thread", guild: "1", parent: "2" });

describe("the places in which Piloto was spoken to", () => {
  test("what is heard before a place is caught up hides nothing of the gap, over any number of crashes and gaps", async () => {
    await life().hears([thread("1000")], "1010");
    const second = life();
    await second.hears([thread("1000")], "1050");
    const third = life();
    const [found] = await third.lately(DAY_MS);
    await third.hears([thread("1000")], "1060");
    expect(found).toMatchObject({ id: "1000", last: "1009" });
    expect(await life().lately(DAY_MS)).toMatchObject([{ last: "1009" }]);

    await third.caughtUp(found!, "1060");
    await third.hears([thread("1000")], "1070");
    expect(await life().lately(DAY_MS)).toMatchObject([{ last: "1069" }]);

    third.gap();
    await third.hears([thread("1000")], "1090");
    expect(await life().lately(DAY_MS)).toMatchObject([{ last: "1069" }]);
  });

  test("of more than can be caught up, those that were spoken in last are", async () => {
    const before = life();
    await before.hears(
      Array.from({ length: 1_100 }, (_, n) => thread(String(2_000 + n))),
      "4000",
    );
    await before.hears([thread("2"), thread("9999")], "9999");
    const places = (await life().lately(DAY_MS)).map(({ id }) => id);
    expect(places).toHaveLength(1_000);
    expect(places).toEqual(expect.arrayContaining(["2", "9999"]));
    expect(places).not.toContain("1000");
  });

  test("the thread of a command is one of them: what is said there while Piloto is away is heard afterwards", async () => {
    const discord = await startDiscordServer();
    const ours = await openSqlite({ folder: ":memory:" });
    const first = await openFace(discord, { stores: ours });
    await discord.until(() => discord.world.commands.size > 0, "the commands are registered");
    const { originalId } = await discord.slash("ada", "piloto", "ask", { text: "set it to 400" }).answered();
    await discord.until(() => first.texts().includes("set it to 400"), "the request is heard");
    await first.stop();
    const thread = discord.threadOf({ id: originalId! })!;
    discord.mention("ada", "300 instead", { in: thread });
    const second = await openFace(discord, { stores: ours });
    await discord.until(() => second.texts().includes("300 instead"), "what was missed is heard");
    expect(second.texts()).toEqual(["300 instead"]);
    await second.stop();
    await discord.close();
    await ours.close();
  });
});

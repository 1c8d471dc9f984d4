import { expect, test } from "vitest";
import { asksLeftOver, keepAsk } from "../../bots/discord/answer/begun-asks.ts";
import { asId } from "../../core/domain/ids.ts";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../storage/index.ts";
import { startDiscordServer } from "../support/discord-server/discord-server.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { openFace } from "./face-house.ts";

test("a command that stands in its channel is heard after a crash, once; one that does not is forgotten", async () => {
  const discord = await startDiscordServer();
  const stores = await openSqlite({ folder: ":memory:" });
  const deps = { stores, clock: systemClock(), logger: silentLogger() };
  const first = await openFace(discord, { stores });
  await discord.until(() => discord.world.commands.size > 0, "the commands are registered");
  // As if the process had died before the request was in the record.
  first.core.receiveMessage = () => new Promise(() => {});
  const asked = discord.slash("ada", "piloto", "ask", { text: "set it to 400" });
  const { originalId } = await asked.answered();
  await discord.until(() => discord.threadOf({ id: originalId! }) !== undefined, "a thread is opened");
  const [left] = await asksLeftOver(deps);
  expect(left).toMatchObject({ interaction: asked.id, text: "set it to 400" });
  await keepAsk({ ...left!, interaction: "1234567890123456789", text: "never seen" }, deps);
  // The first in order, in a channel that is gone: the others do not wait for it.
  await keepAsk({ ...left!, interaction: "100000000000000000", channel: "100000000000000001" }, deps);
  await first.stop();

  const second = await openFace(discord, { stores });
  await discord.until(() => second.texts().includes("set it to 400"), "the request is heard");
  expect(second.core.messages[0]).toMatchObject({
    key: `discord:${asked.channelId}/${asked.id}`,
    chatId: asId(`discord:${discord.guildId}/${originalId}`),
    account: `discord:${asked.userId}`,
  });
  const deadline = Date.now() + 3_000;
  while ((await asksLeftOver(deps)).length > 1 && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 5));
  expect(await asksLeftOver(deps)).toMatchObject([{ channel: "100000000000000001" }]);
  expect(second.texts()).toEqual(["set it to 400"]);
  await second.stop();
  await discord.close();
  await stores.close();
});

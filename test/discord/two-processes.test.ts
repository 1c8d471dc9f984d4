import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stores } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { watch } from "./discord-house.ts";
import { openFace } from "./face-house.ts";

let discord: DiscordServer;
let stores: Stores;
let faces: Awaited<ReturnType<typeof openFace>>[];
beforeAll(async () => {
  discord = await startDiscordServer();
  stores = await openSqlite({ folder: ":memory:" });
  faces = [await openFace(discord, { stores }), await openFace(discord, { stores })];
  await discord.until(() => discord.world.commands.size > 0, "the commands are registered");
});
afterAll(async () => {
  for (const face of faces) await face.stop();
  await stores.close();
  await discord.close();
});

const all = <T>(what: (face: (typeof faces)[number]) => readonly T[]) => faces.flatMap(what);
const count = (name: string) => faces.reduce((sum, { face }) => sum + (face.health().counts[name] ?? 0), 0);
const seenByBoth = (name: string, before: number) => discord.until(() => count(name) > before, `${name} is counted`);

/** Discord gives every event to both of them. */
describe("two processes with one bot token and one database", () => {
  test("take a message once, in one thread", async () => {
    const asked = discord.mention("ada", "hello");
    await seenByBoth("duplicates", 0);
    const thread = discord.threadOf(asked)!;
    await watch(discord).shown(thread, "You said: hello");
    expect(all(({ texts }) => texts())).toEqual(["hello"]);
    expect(discord.messagesIn(thread).filter(({ authorId }) => authorId === discord.botId)).toHaveLength(1);
  });

  test("decide a press once", async () => {
    const thread = await watch(discord).thread(discord.mention("ada", "plan it"));
    const card = await watch(discord).shown(thread, "[Confirm]");
    await discord.press(card, "Confirm", "ada").answered();
    await seenByBoth("answeredBefore", 0);
    await discord.until(() => all(({ core }) => core.presses).length > 0, "it is pressed");
    expect(all(({ core }) => core.presses)).toHaveLength(1);
  });

  test("take what is asked by a command once", async () => {
    const before = count("answeredBefore");
    const asked = discord.slash("grace", "piloto", "ask", { text: "by command" });
    const { originalId } = await asked.answered();
    await seenByBoth("answeredBefore", before);
    await watch(discord).shown(await watch(discord).thread({ id: originalId! }), "You said: by command");
    expect(all(({ texts }) => texts()).filter((text) => text === "by command")).toHaveLength(1);
    expect(discord.violations).toEqual([]);
  });
});

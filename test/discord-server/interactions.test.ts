import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Asked } from "../support/discord-server/asked.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { channelId, raw } from "./raw-rest.ts";

let discord: DiscordServer;
let card: { id: string };

beforeAll(async () => {
  discord = await startDiscordServer();
  const commands = [
    { name: "piloto", description: "Plans and runs" },
    { name: "Plan from message", type: 3 },
  ];
  await raw(discord, "PUT", `/applications/${discord.applicationId}/guilds/${discord.guildId}/commands`, commands);
  const row = { type: 1, components: [{ type: 2, style: 3, label: "Confirm", custom_id: "confirm" }] };
  card = (
    await raw(discord, "POST", `/channels/${channelId(discord, "general")}/messages`, {
      content: "card",
      components: [row],
    })
  ).json;
});
afterAll(() => discord.close());

const press = () => discord.press(card, "Confirm", "ada");
const answer = (asked: Asked, body: object, query = "") =>
  raw(discord, "POST", `/interactions/${asked.id}/${asked.token}/callback${query}`, body);
const hook = (asked: Asked, method: string, path: string, body?: object) =>
  raw(discord, method, `/webhooks/${discord.applicationId}/${asked.token}${path}`, body);

describe("an interaction", () => {
  test("is answered within three seconds or never", async () => {
    const late = press();
    discord.advance(3001);
    expect(await answer(late, { type: 6 })).toMatchObject({ status: 404, code: 10062 });
    expect(await answer({ ...late, token: "unknown" }, { type: 6 })).toMatchObject({ status: 404, code: 10062 });
  });

  test("is answered once", async () => {
    const asked = press();
    expect((await answer(asked, { type: 6 })).status).toBe(204);
    expect(await answer(asked, { type: 6 })).toMatchObject({ status: 400, code: 40060 });
    expect((await answer(asked, { type: 9, data: { custom_id: "m", title: "late", components: [] } })).status).toBe(
      400,
    );
  });

  test("takes only answers that fit its kind", async () => {
    const modal = {
      custom_id: "m",
      title: "T",
      components: [{ type: 18, label: "L", component: { type: 4, style: 1, custom_id: "i" } }],
    };
    const asked = press();
    expect((await answer(asked, { type: 8, data: { choices: [] } })).code).toBe(50035);
    expect((await answer(asked, { type: 9, data: modal })).status).toBe(204);

    const submitted = discord.submitModal(asked, { i: "typed" });
    expect((await answer(submitted, { type: 9, data: modal })).code).toBe(50035);
    expect((await answer(submitted, { type: 7, data: { content: "changed" } })).status).toBe(204);
    expect(discord.message(card.id).content).toBe("changed");
  });

  test("has a token that works for fifteen minutes, after the first answer", async () => {
    const asked = press();
    expect((await hook(asked, "POST", "", { content: "too early" })).code).toBe(10015);
    await answer(asked, { type: 6 });
    expect((await hook(asked, "POST", "", { content: "in time" })).status).toBe(200);
    discord.advance(15 * 60_000);
    expect(await hook(asked, "POST", "", { content: "too late" })).toMatchObject({ status: 401, code: 50027 });
    expect((await hook(asked, "PATCH", "/messages/@original", { content: "too late" })).code).toBe(50027);
  });

  test("that was deferred shows nothing until it is filled, by an edit or by the first follow-up", async () => {
    const edited = discord.slash("ada", "piloto");
    await answer(edited, { type: 5 });
    await hook(edited, "PATCH", "/messages/%40original", { content: "filled" });
    const followed = discord.slash("ada", "piloto");
    await answer(followed, { type: 5, data: { flags: 64 } });
    await hook(followed, "POST", "?wait=true", { content: "filled too" });
    await hook(followed, "POST", "?wait=true", { content: "a second message" });

    expect(edited.messages().map((one) => one.content)).toEqual(["filled"]);
    expect(followed.messages().map((one) => one.content)).toEqual(["filled too", "a second message"]);
    expect(followed.messages()[0]?.visibleTo).toBe(followed.userId);
  });

  test("may be deferred as ephemeral and with no other flag", async () => {
    expect((await answer(discord.slash("ada", "piloto"), { type: 5, data: { flags: 64 | 4 } })).code).toBe(50035);
  });

  test("tells the message it made when asked for it", async () => {
    const asked = discord.slash("ada", "piloto");
    const told = await answer(asked, { type: 4, data: { content: "hello" } }, "?with_response=true");

    expect(told.status).toBe(200);
    expect(told.json.resource.message).toMatchObject({ content: "hello", interaction_metadata: { name: "piloto" } });
    expect(told.json.interaction.response_message_id).toBe(told.json.resource.message.id);
  });

  test("leaves ephemeral messages to the one who asked, out of reach of the bot's token", async () => {
    const asked = press();
    await answer(asked, { type: 4, data: { content: "private", flags: 64 } });
    const { id, channelId: channel } = asked.messages()[0]!;

    expect((await raw(discord, "PATCH", `/channels/${channel}/messages/${id}`, { content: "x" })).code).toBe(10008);
    expect((await raw(discord, "POST", `/channels/${channel}/messages/${id}/threads`, { name: "x" })).code).toBe(10008);
    expect((await hook(asked, "PATCH", "/messages/@original", { content: "changed" })).status).toBe(200);
  });
});

describe("a person at the client", () => {
  test("presses no button that is not there, unless the card is outdated", async () => {
    expect(() => discord.press(card, "Approve", "ada")).toThrow(/Confirm \(confirm\)/);
    expect(discord.press(card, "p1:old:1:approve", "ada", { evenIfGone: true }).id).toMatch(/^\d{18,19}$/);
  });

  test("uses no command where commands are forbidden, and no command that is not registered", () => {
    discord.removePermission("operations", "USE_APPLICATION_COMMANDS", "linus");
    expect(() => discord.slash("linus", "piloto", undefined, {}, { in: "operations" })).toThrow(/may not use commands/);
    expect(() => discord.slash("ada", "nothing")).toThrow(/there are: piloto/);
  });
});

describe("commands", () => {
  const path = () => `/applications/${discord.applicationId}/guilds/${discord.guildId}/commands`;

  test("keep their id and version when they are put again unchanged", async () => {
    const [first] = (await raw(discord, "GET", path())).json;
    const same = [{ name: "piloto", description: "Plans and runs" }];
    const [second] = (await raw(discord, "PUT", path(), same)).json;
    const [third] = (await raw(discord, "PUT", path(), [{ ...same[0], description: "Changed" }])).json;

    expect(second).toMatchObject({ id: first.id, version: first.version });
    expect(third.id).toBe(first.id);
    expect(third.version).not.toBe(first.version);
    expect((await raw(discord, "GET", path())).json).toHaveLength(1);
  });

  test("are created, changed, found and deleted one by one", async () => {
    const made = await raw(discord, "POST", path(), { name: "extra", description: "More" });
    const one = `${path()}/${made.json.id}`;

    expect(made.status).toBe(201);
    expect((await raw(discord, "PATCH", one, { description: "Even more" })).json.description).toBe("Even more");
    expect((await raw(discord, "DELETE", one)).status).toBe(204);
    expect((await raw(discord, "GET", one)).code).toBe(10063);
  });
});

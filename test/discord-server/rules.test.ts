import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { channelId, raw } from "./raw-rest.ts";

let discord: DiscordServer;
let general: string;
let ada: string;

beforeAll(async () => {
  discord = await startDiscordServer();
  general = channelId(discord, "general");
  ada = [...discord.world.users.values()].find((user) => user.username === "ada")!.id;
});
afterAll(() => discord.close());

const V2 = 1 << 15;
const say = (content: string, more: object = {}) => post({ content, ...more });
const post = (body: object, channel = general) => raw(discord, "POST", `/channels/${channel}/messages`, body);
const edit = (id: string, body: object, channel = general) =>
  raw(discord, "PATCH", `/channels/${channel}/messages/${id}`, body);
const text = (content: string) => ({ type: 10, content });
const onMessage = (id: string, name = "plan") =>
  raw(discord, "POST", `/channels/${general}/messages/${id}/threads`, { name });

describe("messages", () => {
  test("come back as they were sent, newest first, by page", async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) ids.push((await say(`number ${n}`)).json.id);
    const list = async (query: string) =>
      (await raw(discord, "GET", `/channels/${general}/messages?${query}`)).json.map(
        (one: { content: string }) => one.content,
      );

    expect(await list("limit=2")).toEqual(["number 4", "number 3"]);
    expect(await list(`limit=2&after=${ids[0]}`)).toEqual(["number 3", "number 2"]);
    expect(await list(`limit=2&before=${ids[2]}`)).toEqual(["number 2", "number 1"]);
    expect(await list(`limit=3&around=${ids[2]}`)).toEqual(["number 4", "number 3", "number 2"]);
    expect((await raw(discord, "GET", `/channels/${general}/messages?limit=101`)).code).toBe(50035);
  });

  test("with a nonce that must be unique are posted once", async () => {
    const first = await say("once", { nonce: "n-1", enforce_nonce: true });
    const second = await say("once", { nonce: "n-1", enforce_nonce: true });
    const careless = await say("once", { nonce: "n-1" });

    expect(second.json.id).toBe(first.json.id);
    expect(careless.json.id).not.toBe(first.json.id);
  });

  test("of somebody else cannot be edited, and deleted ones are unknown", async () => {
    const theirs = discord.say("ada", "mine");
    const mine = await say("to go");

    expect((await edit(theirs.id, { content: "x" })).code).toBe(50005);
    expect((await raw(discord, "DELETE", `/channels/${general}/messages/${mine.json.id}`)).status).toBe(204);
    expect(await edit(mine.json.id, { content: "x" })).toMatchObject({ status: 404, code: 10008 });
    expect(await post({ content: "x" }, "123456789012345678")).toMatchObject({ status: 404, code: 10003 });
  });

  test("older than an hour take three edits an hour", async () => {
    const { id } = (await say("old")).json;
    discord.advance(3_700_000);
    const codes: (number | undefined)[] = [];
    for (const n of [1, 2, 3, 4]) codes.push((await edit(id, { content: `edit ${n}` })).code);
    discord.advance(3_700_000);

    expect(codes).toEqual([undefined, undefined, undefined, 30046]);
    expect((await edit(id, { content: "an hour later" })).status).toBe(200);
  });

  test("with files can be downloaded, keep what an edit lists, and name what is missing", async () => {
    const form = new FormData();
    const payload = {
      flags: V2,
      components: [text("see"), { type: 13, file: { url: "attachment://step_3.log" } }],
      attachments: [{ id: "0", description: "a log" }],
    };
    form.append("payload_json", JSON.stringify(payload));
    form.append("files[0]", new Blob(["line 1"]), "step 3.log");
    const sent = await raw(discord, "POST", `/channels/${general}/messages`, form);
    const [file] = sent.json.attachments;

    expect(file).toMatchObject({ filename: "step_3.log", size: 6, description: "a log" });
    expect(await (await fetch(file.url)).text()).toBe("line 1");
    expect(sent.json.components[1].file.url).toBe(file.url);
    expect((await edit(sent.json.id, { attachments: [{ id: "12345678901234567" }] })).code).toBe(50035);
    const lost = await post({ flags: V2, components: [{ type: 13, file: { url: "attachment://lost.log" } }] });
    expect(lost.json.errors.components[0].file.url._errors[0].message).toContain("lost.log");
  });

  test("larger than 10 MiB in a file are refused", async () => {
    const form = new FormData();
    form.append("payload_json", "{}");
    form.append("files[0]", new Blob([Buffer.alloc(10 * 1024 * 1024 + 1)]), "big.bin");
    expect(await raw(discord, "POST", `/channels/${general}/messages`, form)).toMatchObject({
      status: 413,
      code: 40005,
    });
  });
});

describe("mentions", () => {
  const pingsOf = async (body: object) => {
    const before = discord.pings.length;
    const sent = await post(body);
    return { json: sent.json, pings: discord.pings.slice(before) };
  };

  test("reach everybody by Discord's defaults, and nobody when parse is empty", async () => {
    const content = `@everyone <@${ada}>`;
    const careless = await pingsOf({ content });
    const safe = await pingsOf({ content, allowed_mentions: { parse: [] } });
    const chosen = await pingsOf({ content, allowed_mentions: { users: [ada] } });

    expect(careless.json).toMatchObject({ mention_everyone: true, mentions: [{ id: ada }] });
    expect(careless.pings).toMatchObject([{ everyone: true, users: [ada] }]);
    expect(safe.pings).toEqual([]);
    expect(safe.json).toMatchObject({ mention_everyone: false, mentions: [] });
    expect(chosen.pings).toMatchObject([{ everyone: false, users: [ada] }]);
  });

  test("inside text displays count, and an edit without allowed mentions reads them anew", async () => {
    const body = { flags: V2, components: [{ type: 17, components: [text(`hello <@${ada}>`)] }] };
    const sent = await pingsOf({ ...body, allowed_mentions: { parse: [] } });
    expect(sent.pings).toEqual([]);

    await edit(sent.json.id, body);
    expect(discord.pings.at(-1)).toMatchObject({ via: "edit", messageId: sent.json.id, users: [ada] });
  });

  test("by parse and by list at once are contradictory", async () => {
    expect((await say("x", { allowed_mentions: { parse: ["users"], users: [ada] } })).code).toBe(50035);
  });
});

describe("components v2", () => {
  test("exclude content and embeds, and stay for ever", async () => {
    const sent = await post({ flags: V2, components: [text("card")] });
    const { id } = sent.json;

    expect((await post({ flags: V2, content: "x", components: [text("card")] })).code).toBe(50035);
    expect((await edit(id, { content: "x" })).code).toBe(50035);
    expect((await edit(id, { flags: 0, components: [text("x")] })).code).toBe(50035);
    expect((await edit(id, { flags: V2, components: [text("changed")] })).status).toBe(200);
  });

  test("can be turned on by an edit that takes the content away", async () => {
    const { id } = (await say("legacy")).json;
    const body = { flags: V2, components: [text("card")] };

    expect((await edit(id, body)).code).toBe(50035);
    expect((await edit(id, { ...body, content: null })).status).toBe(200);
    expect((await edit(id, { flags: 0, content: "back" })).code).toBe(50035);
  });

  test("that are missing or empty are refused", async () => {
    expect((await post({ components: [text("no flag")] })).code).toBe(50035);
    expect((await post({ flags: V2, components: [] })).code).toBe(50006);
  });
});

describe("threads", () => {
  test("on a message have its id, and only one each", async () => {
    const { id } = (await say("host")).json;
    const thread = await onMessage(id);

    expect(thread).toMatchObject({ status: 201, json: { id, parent_id: general, type: 11 } });
    expect((await onMessage(id)).code).toBe(160004);
    expect((await raw(discord, "GET", `/channels/${general}/messages/${id}`)).json.thread.id).toBe(id);
  });

  test("that are archived refuse edits, open for a new message, and not when locked", async () => {
    const { id } = (await say("host")).json;
    await onMessage(id);
    const told = (await post({ content: "told" }, id)).json.id;
    discord.archiveThread(id);

    expect((await edit(told, { content: "late" }, id)).code).toBe(50083);
    expect((await post({ content: "wakes it" }, id)).status).toBe(200);
    expect((await edit(told, { content: "late" }, id)).status).toBe(200);

    discord.removePermission("general", "MANAGE_THREADS");
    discord.lockThread(id);
    expect((await post({ content: "locked" }, id)).code).toBe(160005);
    discord.restorePermission("general", "MANAGE_THREADS");
    expect((await post({ content: "a moderator may" }, id)).status).toBe(200);
  });

  test("that are silent are archived after their time", async () => {
    const { id } = (await say("host")).json;
    await onMessage(id);
    discord.advance(4320 * 60_000 + 1000);
    expect((await raw(discord, "GET", `/channels/${id}`)).json.thread_metadata.archived).toBe(true);
  });

  test("may not be too many at once", async () => {
    const small = await startDiscordServer({ activeThreads: 1 });
    const [first, second] = [small.say("ada", "one"), small.say("ada", "two")];
    const on = (id: string) => raw(small, "POST", `/channels/${first.channelId}/messages/${id}/threads`, { name: "x" });

    expect((await on(first.id)).status).toBe(201);
    expect((await on(second.id)).code).toBe(160006);
    small.archiveThread(first.id);
    expect((await on(second.id)).status).toBe(201);
    await small.close();
  });

  test("are renamed twice in ten minutes", async () => {
    const { id } = (await say("host")).json;
    await onMessage(id);
    const rename = (name: string) => raw(discord, "PATCH", `/channels/${id}`, { name });

    expect((await rename("one")).status).toBe(200);
    expect((await rename("two")).status).toBe(200);
    const third = await rename("three");
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(590);
  });

  test("are listed while active, and found by their parent when archived", async () => {
    const { id } = (await say("host")).json;
    await onMessage(id);
    const active = await raw(discord, "GET", `/guilds/${discord.guildId}/threads/active`);
    discord.archiveThread(id);
    const archived = await raw(discord, "GET", `/channels/${general}/threads/archived/public`);

    expect(active.json.threads.map((one: { id: string }) => one.id)).toContain(id);
    expect(archived.json.threads[0].id).toBe(id);
  });
});

describe("permissions", () => {
  beforeEach(() => {
    for (const name of [
      "VIEW_CHANNEL",
      "SEND_MESSAGES",
      "ATTACH_FILES",
      "CREATE_PUBLIC_THREADS",
      "READ_MESSAGE_HISTORY",
    ] as const) {
      discord.restorePermission("operations", name);
    }
  });

  test("that are missing in one channel refuse there and only there", async () => {
    const operations = channelId(discord, "operations");
    discord.removePermission("operations", "SEND_MESSAGES");
    expect(await post({ content: "x" }, operations)).toMatchObject({ status: 403, code: 50013 });
    expect((await post({ content: "x" })).status).toBe(200);

    discord.removePermission("operations", "VIEW_CHANNEL");
    expect(await post({ content: "x" }, operations)).toMatchObject({ status: 403, code: 50001 });
  });

  test("to read history decide over lists, replies and threads on messages", async () => {
    const operations = channelId(discord, "operations");
    const message = discord.say("ada", "before", { in: "operations" });
    discord.removePermission("operations", "READ_MESSAGE_HISTORY");

    expect((await raw(discord, "GET", `/channels/${operations}/messages`)).json).toEqual([]);
    const reply = { content: "x", message_reference: { message_id: message.id } };
    expect((await post(reply, operations)).code).toBe(160002);
  });

  test("end with a kick, and a closed door ends direct messages", async () => {
    discord.kickBot();
    expect((await post({ content: "x" })).code).toBe(50001);
    discord.inviteBot();
    expect((await post({ content: "x" })).status).toBe(200);

    const dm = (await raw(discord, "POST", "/users/@me/channels", { recipient_id: ada })).json.id;
    expect((await post({ content: "psst" }, dm)).status).toBe(200);
    discord.closeDms("ada");
    expect((await post({ content: "psst" }, dm)).code).toBe(50007);
  });
});

describe("the front door", () => {
  test("turns away other agents, wrong tokens and unknown routes", async () => {
    const bare = await fetch(`${discord.api}/v10/users/@me`, { headers: { authorization: `Bot ${discord.token}` } });
    expect(bare.status).toBe(403);
    const headers = { "user-agent": "DiscordBot (x, 1)", authorization: "Bot wrong" };
    expect((await fetch(`${discord.api}/v10/users/@me`, { headers })).status).toBe(401);
    expect((await raw(discord, "GET", "/no/such/route")).status).toBe(404);
    expect(discord.violations.at(-1)?.route).toBe("GET /api/v10/no/such/route");
  });

  test("nests what is wrong along the body, and records it", async () => {
    const button = { type: 2, style: 1, label: "x", custom_id: "a".repeat(101) };
    const refused = await post({ components: [{ type: 1, components: [button] }] });

    expect(refused).toMatchObject({ status: 400, code: 50035 });
    expect(refused.json.errors.components[0].components[0].custom_id._errors[0].message).toContain("100");
    expect(discord.violations.at(-1)?.problems[0]).toContain("components[0].components[0].custom_id");
  });

  test("answers 429 with the headers of the bucket, by channel and over all", async () => {
    const operations = channelId(discord, "operations");
    const limit = { requests: 2, perMs: 60_000 };
    discord.setLimits({
      byRoute: { "POST /channels/{channel_id}/messages": limit },
      other: { requests: 99, perMs: 1000 },
    });
    const statuses: number[] = [];
    for (const n of [1, 2, 3]) statuses.push((await say(`${n}`)).status);
    const refused = await say("4");

    expect(statuses).toEqual([200, 200, 429]);
    expect(refused.json).toMatchObject({ global: false, retry_after: expect.any(Number) });
    expect(refused.headers.get("x-ratelimit-scope")).toBe("user");
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect((await post({ content: "elsewhere" }, operations)).status).toBe(200);

    discord.setLimits({ byRoute: {}, other: { requests: 99, perMs: 1000 }, globalPerSecond: 1 });
    await raw(discord, "GET", "/users/@me");
    expect((await raw(discord, "GET", "/users/@me")).json).toMatchObject({ global: true });
    discord.setLimits({ byRoute: {}, other: { requests: 9999, perMs: 1000 } });
  });

  test("fails on demand before or after the effect", async () => {
    const route = "POST /channels/{channel_id}/messages";
    const posts = () => discord.counters.posts;
    const before = posts();

    discord.failNext({ route, how: "5xx-before" });
    expect((await say("lost")).status).toBe(502);
    expect(posts()).toBe(before);
    discord.failNext({ route, how: "5xx-after" });
    expect((await say("arrived")).status).toBe(502);
    expect(posts()).toBe(before + 1);
    discord.failNext({ route, how: "cut-after" });
    await expect(say("cut")).rejects.toThrow();
    expect(posts()).toBe(before + 2);
    discord.failNext({ route, how: "429", retryAfter: 0.3 });
    expect((await say("slow")).headers.get("retry-after")).toBe("0.3");
  });
});

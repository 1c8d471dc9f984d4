import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../storage/index.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { openFace } from "./face-house.ts";

let discord: DiscordServer;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  discord = await startDiscordServer();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  expect(discord.violations).toEqual([]);
  await discord.close();
});

async function opened(...given: Parameters<typeof openFace> extends [unknown, ...infer Rest] ? Rest : never) {
  const house = await openFace(discord, ...given);
  closing.push(() => house.stop());
  const heard = (text: string) => discord.until(() => house.texts().includes(text), `"${text}" is heard`, 10_000);
  const becomes = (state: string) =>
    discord.until(() => house.face.health().state === state, `the face is ${state}`, 10_000);
  return { ...house, heard, becomes };
}

describe("the connection to Discord", () => {
  test("asks for no more than it needs, and takes one message once", async () => {
    const { heard, texts, face } = await opened();
    discord.gateway.trouble.duplicateRate = 1;
    discord.mention("ada", "hello");
    await heard("hello");
    discord.mention("ada", "again");
    await heard("again");
    expect(texts()).toEqual(["hello", "again"]);
    expect(face.health()).toMatchObject({ state: "connected" });
    expect(face.health().counts.duplicates).toBeGreaterThan(0);
  });

  test("nothing that cannot be read ends it", async () => {
    const { heard, face } = await opened();
    for (const text of ["{", "null", '{"op":0,"t":"GUILD_CREATE","s":9,"d":null}', '{"op":10,"d":null}', '{"op":9}']) {
      discord.gateway.sendText(text);
    }
    for (const name of [
      "MESSAGE_CREATE",
      "INTERACTION_CREATE",
      "GUILD_CREATE",
      "THREAD_CREATE",
      "CHANNEL_UPDATE",
      "GUILD_MEMBER_UPDATE",
    ]) {
      for (const data of [null, {}, { id: 5 }, { guild_id: discord.guildId, thread: null }, []]) {
        discord.gateway.sendRaw(name, data);
      }
    }
    await discord.until(() => face.health().state === "connected" && discord.gateway.connected > 0, "it is connected");
    discord.mention("ada", "still there?");
    await heard("still there?");
    expect(face.health().counts.broken).toBeGreaterThan(0);
  });

  test("without the content intent it goes on with mentions, and says so", async () => {
    await discord.close();
    discord = await startDiscordServer({ privileged: 0 });
    const { heard, face, becomes } = await opened();
    await becomes("connected");
    expect(face.health().why).toContain("message content intent");
    discord.mention("ada", "hello");
    await heard("hello");
  });

  test("a cut connection is resumed, and nothing is lost", async () => {
    const { heard, face } = await opened();
    discord.gateway.cut();
    discord.mention("ada", "said while it was away");
    await heard("said while it was away");
    expect(face.health().counts.reconnects).toBeGreaterThan(0);
    expect(discord.gateway.counts.resumes).toBeGreaterThan(0);
  });

  test("after a session that could not be resumed, what was missed is fetched and cards are shown again", async () => {
    const { heard, texts, refreshed, face } = await opened();
    const root = discord.mention("ada", "hello");
    await heard("hello");
    const before = refreshed.length;
    discord.removePermission("general", "VIEW_CHANNEL");
    discord.replyInThread(discord.threadOf(root)!, "ada", "said meanwhile");
    discord.mention("grace", "asked meanwhile");
    discord.say("linus", "not meant for Piloto");
    discord.restorePermission("general", "VIEW_CHANNEL");
    discord.gateway.sendRaw("READY", newSession());
    await heard("said meanwhile");
    await heard("asked meanwhile");
    await discord.until(() => refreshed.length > before, "cards are shown again");
    expect(texts().sort()).toEqual(["asked meanwhile", "hello", "said meanwhile"]);
    expect(face.health().state).toBe("connected");
  });

  test("what was said while Piloto was down is heard at the next start, with the roles of who said it", async () => {
    const stores = await openSqlite({ folder: ":memory:" });
    closing.push(() => stores.close());
    const first = await opened({ stores });
    const root = discord.mention("ada", "hello");
    await first.heard("hello");
    await first.stop();
    discord.replyInThread(discord.threadOf(root)!, "grace", "and more", { mention: true });
    const direct = discord.directMessage("linus", "never met");
    const second = await opened({ stores });
    await second.heard("and more");
    const lead = [...[...discord.world.guilds.values()][0]!.roles.values()].find(({ name }) => name === "lead")!;
    expect(second.core.messages[0]!.groups).toContain(`discord:role/${lead.id}`);
    expect(second.core.messages[0]!.name).toBe("Grace");
    // Nobody spoke there with Piloto before, so it is not searched.
    expect(second.texts()).not.toContain(direct.content);
    expect(discord.requests.filter(({ method, route }) => method === "PUT" && route.includes("commands"))).toHaveLength(
      1,
    );
  });

  test("a first call in a channel that was made while Piloto was down is heard, and nothing from before its time", async () => {
    const stores = await openSqlite({ folder: ":memory:" });
    closing.push(() => stores.close());
    await discord.close();
    discord = await startDiscordServer({ nowMs: () => Date.now() - 3_600_000 });
    discord.mention("ada", "before its time", { in: "operations" });
    discord.advance(3_600_000);
    const first = await opened({ stores });
    discord.say("linus", "not meant for Piloto", { in: "operations" });
    discord.mention("linus", "in another channel");
    await first.heard("in another channel");
    await first.stop();
    const thread = discord.createThread("ada", "theirs", { in: "operations" });
    discord.mention("linus", "called meanwhile", { in: "operations" });
    discord.mention("ada", "called into a thread", { in: thread });
    const secret = discord.createChannel("secret");
    discord.mention("ada", "not for Piloto's eyes", { in: secret });
    discord.removePermission(secret, "VIEW_CHANNEL");
    const second = await opened({ stores });
    await second.heard("called meanwhile");
    await second.heard("called into a thread");
    expect(second.texts().sort()).toEqual(["called into a thread", "called meanwhile"]);
    expect(JSON.stringify(second.logger.lines)).not.toContain("could not be caught up");
  });

  test("a connection that is closed again and again is paused, and the face says why", async () => {
    const { becomes, face } = await opened();
    const closing = setInterval(() => discord.gateway.closeAll(4000), 20);
    await becomes("down");
    expect(face.health().why).toContain("again and again");
    clearInterval(closing);
  });

  test("a connection that Discord leaves without an answer is given up for another one", async () => {
    const clock = hastyClock();
    const { becomes, heard, face } = await opened({ clock });
    await becomes("connected");
    const ended = () => face.health().counts.connectionsEnded ?? 0;
    clock.nextTryIsShort();
    discord.gateway.trouble.silentResumes = true;
    discord.gateway.cut();
    await discord.until(() => ended() === 1, "it is given up", 10_000);
    await becomes("connected");
    discord.mention("ada", "there again");
    await heard("there again");
  });

  test("pauses grow while nothing holds, and begin anew after a connection that held", async () => {
    const clock = hastyClock();
    const { face } = await opened({ clock });
    const ends = async (times: number) => {
      discord.gateway.closeAll(4013);
      const isBack = () => face.health().counts.connectionsEnded === times && face.health().state === "connected";
      await discord.until(isBack, "it is connected again", 10_000);
    };
    for (const times of [1, 2]) await ends(times);
    clock.advance(600_000);
    // Lost first, and ended before it is back.
    discord.gateway.trouble.silentResumes = true;
    discord.gateway.cut();
    await discord.until(() => discord.gateway.counts.resumes === 1, "it tries to go on");
    discord.gateway.trouble.silentResumes = false;
    await ends(3);
    expect(clock.pausesMs).toEqual([30_000, 120_000, 30_000]);
  });

  test("a revoked token ends nothing: the face is down and says what to do", async () => {
    const { becomes, face, core, logger } = await opened();
    const { channelId } = discord.directMessage("ada", "silence");
    await discord.until(() => core.messages.length === 1, "it is heard");
    discord.revokeToken();
    await becomes("down");
    expect(face.health().why).toContain("bot token");
    const chatId = core.messages[0]!.chatId;
    await expect(face.platform.post(chatId, { kind: "say", text: "x" }, "k")).rejects.toThrow("bot token");
    expect(chatId).toBe(`discord:dm/${channelId}`);
    expect(JSON.stringify(logger.lines)).not.toContain(discord.token);
  });

  test("a Discord that is out of reach lets Piloto start, and is tried again", async () => {
    const unreachable = await openFace(discord, { apiUrl: "http://127.0.0.1:9" });
    expect(unreachable.face.health()).toMatchObject({
      state: expect.stringMatching(/down|connecting/),
      why: expect.stringContaining("out of reach"),
    });
    await unreachable.stop();
    expect(unreachable.face.health().state).toBe("off");
    await expect(openFace(discord, { token: " " })).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  });

  test("a server that takes Piloto out and back in gets its commands again", async () => {
    const { face } = await opened();
    const registered = () => face.health().counts.commandsRegistered;
    await discord.until(() => registered() === 1, "commands are registered");
    discord.kickBot();
    discord.world.commands.clear();
    discord.inviteBot();
    await discord.until(() => registered() === 2, "commands are registered again");
    expect(discord.world.commands.size).toBe(2);
  });
});

test("a server that took Piloto out and in again while it was down gets its commands again", async () => {
  const stores = await openSqlite({ folder: ":memory:" });
  closing.push(() => stores.close());
  const first = await opened({ stores });
  await discord.until(() => first.face.health().counts.commandsRegistered === 1, "commands are registered");
  await first.stop();
  discord.world.commands.clear();
  const second = await opened({ stores });
  await discord.until(() => second.face.health().counts.commandsRegistered === 1, "commands are registered again");
  await second.stop();
  const third = await opened({ stores });
  const looked = () => discord.requests.filter(({ method, route }) => method === "GET" && route.includes("/commands"));
  await discord.until(() => looked().length === 2, "it looks whether they are there");
  discord.mention("ada", "hello");
  await third.heard("hello");
  expect(third.face.health().counts.commandsRegistered).toBeUndefined();
});

test("what was missed is heard as soon as the database is there again", async () => {
  const stores = await openSqlite({ folder: ":memory:" });
  closing.push(() => stores.close());
  const first = await opened({ stores });
  const root = discord.mention("ada", "hello");
  await first.heard("hello");
  await first.stop();
  discord.replyInThread(discord.threadOf(root)!, "ada", "said meanwhile");
  discord.mention("grace", "called meanwhile", { in: "operations" });
  let isAway = true;
  const guarded = <T extends (...given: never[]) => unknown>(act: T) =>
    (async (...given: Parameters<T>) => {
      if (isAway) throw new Error("The database is away.");
      return act(...given);
    }) as unknown as T;
  discord.world.commands.clear();
  const shaky = { ...stores, read: guarded(stores.read), atomically: guarded(stores.atomically) };
  const second = await opened({ stores: shaky });
  await discord.until(() => JSON.stringify(second.logger.lines).includes("tried again"), "it is tried again");
  isAway = false;
  await second.heard("said meanwhile");
  await second.heard("called meanwhile");
  await discord.until(() => discord.world.commands.size > 0, "the commands are registered");
});

test("of very much that was said while Piloto was down the newest is heard, and the log says so", async () => {
  const stores = await openSqlite({ folder: ":memory:" });
  closing.push(() => stores.close());
  const first = await opened({ stores });
  const root = discord.mention("ada", "silence");
  await first.heard("silence");
  await first.stop();
  const thread = discord.threadOf(root)!;
  for (let n = 1; n <= 310; n += 1)
    discord.replyInThread(thread, "ada", n === 310 ? "the last" : "silence", { mention: true });
  const second = await opened({ stores });
  await second.heard("the last");
  expect(second.texts()).toHaveLength(300);
  expect(JSON.stringify(second.logger.lines)).toContain("More was said there");
});

/** Pauses between connections are noted and over at once. */
function hastyClock() {
  const clock = systemClock();
  const pausesMs: number[] = [];
  let ahead = 0;
  let tryMs = 60_000;
  return {
    pausesMs,
    nowMs: () => clock.nowMs() + ahead,
    sleep(ms: number, signal?: AbortSignal) {
      if ([30_000, 120_000, 600_000].includes(ms)) pausesMs.push(ms);
      const isTry = ms === 90_000;
      const sleeping = clock.sleep(isTry ? tryMs : Math.min(ms, 30), signal);
      if (isTry) tryMs = 60_000;
      return sleeping;
    },
    nextTryIsShort() {
      tryMs = 100;
    },
    advance(ms: number) {
      ahead += ms;
    },
  };
}

/** What Discord sends when a session is new. */
function newSession(): object {
  return {
    v: 10,
    user: { id: discord.botId, username: "piloto", discriminator: "0", avatar: null },
    guilds: [],
    session_id: "another",
    resume_gateway_url: discord.api.replace("http", "ws").replace("/api", ""),
    application: { id: discord.applicationId, flags: 0 },
  };
}

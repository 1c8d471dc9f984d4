import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAnswers } from "../../bots/discord/answer/answers.ts";
import { readInteraction } from "../../bots/discord/answer/interaction-event.ts";
import { discordChat } from "../../bots/discord/discord-ids.ts";
import { postNames } from "../../bots/discord/post/message-marker.ts";
import type { Card, Outgoing } from "../../core/domain/card.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";
import { chatPlatformContract } from "../progress/chat-platform-contract.ts";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { exampleCard } from "../support/example-run.ts";
import { CASES, hostileText } from "./hostile.ts";
import { newChat, platformOn, readIn, type ShiftedClock, shiftedClock } from "./platform-house.ts";

let discord: DiscordServer;
let stores: Stores;
let clock: ShiftedClock;
beforeAll(async () => {
  discord = await startDiscordServer({ people: { ada: [] } });
  stores = await openSqlite({ folder: ":memory:" });
  clock = shiftedClock(discord);
});
afterAll(async () => {
  await stores.close();
  await discord.close();
});

const say = (text: string): Outgoing => ({ kind: "say", text });
const card = (change: Partial<Card> = {}): Outgoing => ({ kind: "card", ...exampleCard(), ...change });
const ok = (posted: { kind: string; ref?: string; why?: string }): string => {
  if (!posted.ref) throw new Error(`${posted.kind}: ${posted.why}`);
  return posted.ref;
};
const ROUTE = "POST /channels/{channel_id}/messages";

chatPlatformContract("Discord", async () => {
  const [one, other] = [newChat(discord), newChat(discord)];
  const { platform } = platformOn(discord, stores, clock);
  return {
    platform,
    chats: [one.chatId, other.chatId],
    seen: (chatId) => readIn(discord, discordChat(chatId)!.channel),
    remove: (ref) => discord.deleteMessage({ id: ref }),
    loseAnswer: () => discord.failNext({ route: ROUTE, how: "cut-after" }),
  };
});

describe("Discord outward", () => {
  test("a post that another process made is found again, long after its nonce is forgotten", async () => {
    const { chatId, channel } = newChat(discord);
    const first = await platformOn(discord, stores, clock).platform.post(chatId, say("Only once"), "k");
    clock.advance(30 * 60_000);
    const later = platformOn(discord, stores, clock).platform;
    expect(await later.post(chatId, say("Only once"), "k", { mayBeThere: true })).toEqual({ ...first, isRepeat: true });
    expect(discord.messagesIn(channel)).toHaveLength(1);
  });

  test("a card that is nearly an hour old goes on in a new message, and says so in the old one", async () => {
    const { chatId, channel } = newChat(discord);
    const { platform } = platformOn(discord, stores, clock);
    const old = ok(await platform.post(chatId, card(), "k"));
    clock.advance(55 * 60_000);
    const fresh = ok(await platform.edit(chatId, old, card({ state: "running", headline: "Running · 1 of 2" })));
    expect(fresh).not.toBe(old);
    expect(discord.textOf({ id: old })).toContain("goes on in a newer message");
    expect(discord.textOf({ id: old })).not.toContain("[Confirm]");
    expect(ok(await platform.edit(chatId, fresh, card({ state: "done", headline: "Done", buttons: [] })))).toBe(fresh);
    // A process that died between the new message and its record finds it again.
    const after = platformOn(discord, stores, clock).platform;
    expect(ok(await after.edit(chatId, old, card({ state: "running", headline: "Running · 2 of 2" })))).toBe(fresh);
    expect(discord.messagesIn(channel)).toHaveLength(2);
    // What is over stays where it lies, until Discord takes no more edits of it.
    const over = card({ state: "expired", headline: "Expired · nothing was run", buttons: [] });
    for (let edit = 1; edit <= 2; edit += 1) expect(ok(await platform.edit(chatId, old, over))).toBe(old);
    clock.advance(60_000);
    const moved = ok(await platform.edit(chatId, old, over));
    expect(discord.textOf({ id: moved })).toContain("Expired");
  });

  test("a card in an archived thread is opened again and shown", async () => {
    const { channel } = newChat(discord);
    const thread = discord.createThread("ada", "work", { in: channel });
    const chatId = newChatIn(thread);
    const { platform } = platformOn(discord, stores, clock);
    const ref = ok(await platform.post(chatId, card(), "k"));
    discord.archiveThread(thread);
    expect(ok(await platform.edit(chatId, ref, card({ headline: "Done at last", buttons: [] })))).toBe(ref);
    expect(readIn(discord, thread)).toContain("Done at last");
  });

  test("what no try will heal is gone, with a reason", async () => {
    const { platform, logger } = platformOn(discord, stores, clock);
    const locked = discord.createThread("ada", "locked", { in: newChat(discord).channel });
    discord.lockThread(locked);
    discord.removePermission(locked, "MANAGE_THREADS");
    const closed = newChat(discord);
    discord.removePermission(closed.channel, "SEND_MESSAGES");
    const deleted = newChat(discord);
    const ref = ok(await platform.post(deleted.chatId, card(), "k"));
    discord.deleteChannel(deleted.channel);
    for (const gone of [
      await platform.post(newChatIn(locked), say("Hello"), "k"),
      await platform.post(closed.chatId, say("Hello"), "k"),
      await platform.post(deleted.chatId, say("Hello"), "k2"),
      await platform.edit(deleted.chatId, ref, card()),
      await platform.post("discord:nonsense" as never, say("Hello"), "k"),
    ]) {
      expect(gone).toMatchObject({ kind: "gone", why: expect.stringMatching(/\w+ \w+/) });
    }
    expect(logger.lines.filter((line) => line.level === "warn").length).toBeGreaterThanOrEqual(4);
  });

  test("rate limits are waited out, and failures are left to a later try", async () => {
    const { chatId, channel } = newChat(discord);
    const { platform, counts } = platformOn(discord, stores, clock);
    discord.failNext({ route: ROUTE, how: "429", retryAfter: 0.05 });
    ok(await platform.post(chatId, say("after the limit"), "k1"));
    expect(counts.all.rateLimited).toBe(1);
    discord.failNext({ route: ROUTE, how: "5xx-before" });
    await expect(platform.post(chatId, say("later"), "k2")).rejects.toThrow();
    ok(await platform.post(chatId, say("later"), "k2", { mayBeThere: true }));
    expect(discord.messagesIn(channel)).toHaveLength(2);
  });

  test("a refused token is given back after a pause: nothing is lost, and Discord is not asked all the time", async () => {
    const mine = await startDiscordServer({ people: { ada: [] } });
    const { chatId } = newChat(mine);
    // What the server takes after a revocation is just another token: the one that this process has all along.
    const { platform, rest } = platformOn(mine, stores, clock, "revoked");
    await expect(platform.post(chatId, say("x"), "k")).rejects.toMatchObject({ code: "CHAT_UNREACHABLE" });
    const asked = mine.counters.requests;
    for (let i = 0; i < 5; i += 1) await expect(platform.post(chatId, say("x"), "k")).rejects.toThrow("bot token");
    expect(mine.counters.requests).toBe(asked);
    expect(rest.refusedSinceMs).toBeDefined();
    mine.revokeToken();
    clock.advance(2_000);
    expect((await platform.post(chatId, say("x"), "k")).kind).toBe("ok");
    expect(rest.refusedSinceMs).toBeUndefined();
    await mine.close();
  });

  test("an unfinished answer that a dead process left is finished by the next one", async () => {
    const { chatId, channel } = newChat(discord);
    const dying = platformOn(discord, stores, clock).platform;
    dying.preview!(chatId, "The stock is", "k");
    await discord.until(() => discord.messagesIn(channel).length === 1, "the unfinished answer is shown");
    const { platform } = platformOn(discord, stores, clock);
    ok(await platform.post(chatId, say("The stock is 400."), "k"));
    expect(discord.messagesIn(channel)).toHaveLength(1);
    expect(readIn(discord, channel)).toBe("The stock is 400.");
  });

  test("a notice of a wait gives its place to the answer", async () => {
    const { platform } = platformOn(discord, stores, clock);
    const { chatId, channel } = newChat(discord);
    expect(platform.notice!(chatId, "About 40 s: m is loading on pc2.", "n")).toBe(true);
    await discord.until(() => discord.messagesIn(channel).length === 1, "the notice is shown");
    expect(readIn(discord, channel)).toContain("About 40 s: m is loading on pc2.");
    ok(await platform.post(chatId, say("The stock is 400."), "n"));
    expect(discord.messagesIn(channel)).toHaveLength(1);
    expect(readIn(discord, channel)).toBe("The stock is 400.");
    expect(platform.notice!(chatId, "Too late.", "n")).toBe(false);
  });

  test("a person who takes no direct messages is told nothing, and nothing is tried for ever", async () => {
    const { channelId } = discord.directMessage("ada", "hello");
    discord.closeDms("ada");
    const { platform } = platformOn(discord, stores, clock);
    const gone = await platform.post(`discord:dm/${channelId}` as never, say("Hello"), "k");
    expect(gone.kind).toBe("gone");
  });
});

/** Every way in which words of anybody's leave for Discord. */
const WAYS_OF_WORDS = [
  "POST /channels/{channel_id}/messages",
  "PATCH /channels/{channel_id}/messages/{message_id}",
  "POST /interactions/{interaction_id}/{interaction_token}/callback",
  "POST /webhooks/{webhook_id}/{webhook_token}",
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
];

describe("mentions", () => {
  test("no way out lets anybody be notified, whatever the words are", async () => {
    const server = await startDiscordServer({ people: { ada: [] } });
    const moved = shiftedClock(server);
    const { platform, rest, counts, logger } = platformOn(server, stores, moved);
    const words = fc.sample(hostileText(250), { numRuns: Math.max(1000, CASES), seed: 7 }).map(pinging(server));
    const step = exampleCard().steps[0]!;
    const { chatId, channel } = newChat(server);
    const shown = ok(await platform.post(chatId, card(), "the card"));

    function answering(type: number) {
      const asked = server.press(server.message(shown), "x", "ada", { evenIfGone: true });
      const who = { application_id: server.applicationId, channel_id: channel, user: { id: asked.userId } };
      return createAnswers(readInteraction({ ...asked, ...who, type })!, { rest, counts, logger, language: "en" });
    }

    const ways: ((text: string, bad: Outgoing, key: string) => Promise<unknown>)[] = [
      async (text, _, key) => ok(await platform.post(chatId, say(text), key)),
      async (_, bad, key) => ok(await platform.post(chatId, bad, key)),
      async (_, bad) => ok(await platform.edit(chatId, shown, bad)),
      async (text, _, key) => {
        const before = server.messagesIn(channel).length;
        platform.preview!(chatId, `x${text}`, key);
        await server.until(() => server.messagesIn(channel).length > before, "the unfinished answer is shown");
        ok(await platform.post(chatId, say(text), key));
      },
      // The first answer to a press, and one more.
      async (text) => {
        const answers = answering(3);
        await answers.tell(text);
        await answers.tell(text);
      },
      // A command that is answered privately, and one that all see.
      async (text) => {
        const answers = answering(2);
        await answers.acknowledge("private");
        await answers.tell(text);
      },
      async (text) => answering(2).say(`x${text}`),
      // A card that goes on in a newer message.
      async (_, bad, key) => {
        const old = ok(await platform.post(chatId, bad, key));
        moved.advance(55 * 60_000);
        const fresh = ok(await platform.edit(chatId, old, { ...(bad as Card & { kind: "card" }), state: "running" }));
        expect(fresh).not.toBe(old);
      },
    ];
    for (let at = 0; at < words.length; at += 4) {
      const [title = "", operation = "", args = "", note = ""] = words.slice(at, at + 4);
      const steps = [{ ...step, title, operation, args, note }];
      const bad = card({ goal: title, headline: note, notes: [args, operation], steps });
      await ways[(at / 4) % ways.length]!([title, operation, args, note].join("\n"), bad, `k${at}`);
    }

    expect(server.violations).toEqual([]);
    expect(server.pings).toEqual([]);
    expect(server.unfurls).toEqual([]);
    const told = server.requests.filter(({ method }) => method !== "GET");
    for (const way of WAYS_OF_WORDS) {
      expect(told.filter(({ method, route }) => `${method} ${route}` === way).length, way).toBeGreaterThan(25);
    }
    for (const { body } of told) {
      const { type, data } = body as { type?: number; data?: { allowed_mentions?: object } };
      const message = (type === undefined ? body : type === 4 ? data : undefined) as typeof data;
      if (message) expect(message.allowed_mentions).toEqual({ parse: [], replied_user: false });
    }
    await server.close();
  }, 30_000);

  test("there is no other way out: what else is sent to Discord holds no words, or a thread's name", () => {
    const folder = new URL("../../bots/discord/", import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const calls = sources.flatMap((file) => [
      ...readFileSync(new URL(file, folder), "utf8").matchAll(/call\("(post|put|patch|delete)", (?:Routes\.)?(\w+)/g),
    ]);
    expect(calls.map(([, method, route]) => `${method} ${route}`).sort()).toEqual([
      "patch channel",
      "patch channelMessage",
      "patch webhookMessage",
      "post channelMessages",
      "post channelTyping",
      "post interactionCallback",
      "post threads",
      "post webhook",
      "put route",
    ]);
  });
});

/** Hostile words that name people who are really there. */
const pinging = (server: DiscordServer) => (text: string) => {
  const [user] = [...server.world.users.values()].filter((one) => !one.bot);
  const [role] = [...server.world.guilds.values()].flatMap((guild) => [...guild.roles.keys()]).slice(1);
  return text.replaceAll("<@&123456789012345678>", `<@&${role}>`).replaceAll("123456789012345678", user!.id);
};

const newChatIn = (channel: string) => `discord:${discord.guildId}/${channel}` as never;

test("a marker never meets a number that Discord gives, and a nonce fits", () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      const { nonce, marker } = postNames(key);
      return nonce.length <= 25 && marker >= 2 ** 30 && marker < 2 ** 31;
    }),
  );
});

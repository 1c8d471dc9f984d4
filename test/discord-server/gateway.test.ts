import { Client, Events, GatewayIntentBits, type Message, Partials } from "discord.js";
import { afterEach, expect, test } from "vitest";
import {
  type DiscordServer,
  type DiscordServerOptions,
  startDiscordServer,
} from "../support/discord-server/discord-server.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const BASE = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages];
const FULL = [...BASE, GatewayIntentBits.MessageContent];

interface Bot {
  readonly client: Client;
  readonly heard: string[];
  readonly events: string[];
}

async function start(options: DiscordServerOptions = {}): Promise<DiscordServer> {
  const discord = await startDiscordServer(options);
  open.push(discord);
  return discord;
}

async function bot(discord: DiscordServer, intents: GatewayIntentBits[] = FULL): Promise<Bot> {
  const { client, ready, ...told } = prepared(discord, intents);
  await client.login(discord.token);
  await ready;
  return { client, ...told };
}

function prepared(discord: DiscordServer, intents: GatewayIntentBits[]) {
  const client = new Client({
    intents,
    partials: [Partials.Channel],
    rest: { api: discord.api, retries: 0 },
    // discord.js waits 5 s between two IDENTIFYs; nothing here depends on that.
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) },
  });
  const heard: string[] = [];
  const events: string[] = [];
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  client.on(Events.MessageCreate, (message: Message) => heard.push(message.content));
  client.on(Events.Error, (error) => events.push(`error ${error.message}`));
  client.on(Events.ShardResume, () => events.push("resume"));
  client.on(Events.ShardReady, () => events.push("ready"));
  client.on(Events.ShardReconnecting, () => events.push("reconnecting"));
  client.on(Events.ShardDisconnect, (event) => events.push(`disconnect ${event.code}`));
  client.on(Events.GuildDelete, (guild) => events.push(`left ${guild.name}`));
  open.push({ close: () => client.destroy() });
  return { client, heard, events, ready };
}

test("without MESSAGE_CONTENT only mentions, own and direct messages have content", async () => {
  const discord = await start();
  const { heard } = await bot(discord, BASE);

  discord.say("ada", "not for the bot");
  discord.mention("ada", "for the bot");
  discord.directMessage("ada", "between us");
  await discord.until(() => heard.length === 3, "three messages arrive");

  expect(heard).toEqual(["", `<@${discord.botId}> for the bot`, "between us"]);
});

test("a privileged intent that is not toggled ends the connection for good, 4014", async () => {
  const discord = await start({ privileged: 0 });
  const { client, events } = prepared(discord, FULL);
  await client.login(discord.token).catch((error: Error) => events.push(`login ${error.message}`));
  await discord.until(() => events.length > 0, "the bot is told");

  expect(events.join()).toMatch(/4014|disallowed intents/i);
  expect(discord.gateway.counts.identifies).toBe(1);
});

test("a cut connection is resumed and what was missed is replayed", async () => {
  const discord = await start();
  const { heard, events } = await bot(discord);

  discord.gateway.cut();
  discord.say("ada", "said meanwhile");
  await discord.until(() => events.includes("resume"), "the session resumes");

  expect(heard).toEqual(["said meanwhile"]);
  expect(discord.gateway.counts).toMatchObject({ identifies: 1, resumes: 1 });
});

test("a request to reconnect is resumed, an invalid session is identified anew and loses events", async () => {
  const discord = await start();
  const { heard, events } = await bot(discord);

  discord.gateway.askToReconnect();
  await discord.until(() => events.includes("resume"), "the session resumes");
  discord.gateway.invalidateSessions(false);
  discord.say("ada", "lost");
  await discord.until(() => discord.gateway.counts.identifies === 2, "the bot identifies again", 8000);
  await discord.until(() => events.filter((event) => event === "ready").length === 2, "the bot is ready again");
  discord.say("ada", "heard");
  await discord.until(() => heard.includes("heard"), "the bot hears again");
});

test("a connection that only looks alive is left and resumed", async () => {
  const discord = await start({ heartbeatMs: 150 });
  const { events } = await bot(discord);

  discord.gateway.trouble.deaf = true;
  await discord.until(() => discord.gateway.counts.resumes > 0, "the bot resumes elsewhere");
  discord.gateway.trouble.deaf = false;
  await discord.until(() => events.includes("resume"), "the session resumes");
});

test("channels that the bot may not view are known to it, but silent", async () => {
  const discord = await start();
  discord.removePermission("operations", "VIEW_CHANNEL");
  const { client, heard } = await bot(discord);

  discord.say("ada", "in private", { in: "operations" });
  discord.say("ada", "in public");
  await discord.until(() => heard.length > 0, "a message arrives");

  expect(heard).toEqual(["in public"]);
  expect(
    client.channels.cache.filter((channel) => "name" in channel).map((channel) => "name" in channel && channel.name),
  ).toContain("operations");
});

test("events come twice, late and out of order when asked", async () => {
  const discord = await start({ seed: 7 });
  const { client } = await bot(discord);
  const heard: string[] = [];
  client.on(Events.Raw, (packet: { t: string; d: { content: string } }) => {
    if (packet.t === "MESSAGE_CREATE") heard.push(packet.d.content);
  });

  Object.assign(discord.gateway.trouble, { duplicateRate: 1 });
  discord.say("ada", "twice");
  await discord.until(() => heard.length === 2, "the message comes twice");
  Object.assign(discord.gateway.trouble, { duplicateRate: 0, reorderRate: 0.5 });
  const said = Array.from({ length: 20 }, (_, n) => `number ${n}`);
  for (const text of said) discord.say("ada", text);
  await discord.until(() => heard.length === 22, "all arrive");

  expect(heard.slice(2)).not.toEqual(said);
  expect([...heard.slice(2)].sort()).toEqual([...said].sort());
});

test("a kicked bot loses its guild, and a revoked token its REST and its gateway", async () => {
  const discord = await start();
  const { client, events } = await bot(discord);

  discord.kickBot();
  await discord.until(() => events.includes("left Harbour Light"), "the guild goes");
  discord.revokeToken();
  await discord.until(
    () => events.some((event) => event.startsWith("disconnect") || event.startsWith("error")),
    "the bot falls",
  );
  await expect(client.users.fetch(discord.botId, { force: true })).rejects.toThrow();
});

test("a payload that discord.js cannot read reaches it as sent", async () => {
  const discord = await start();
  const { client } = await bot(discord);
  const seen: unknown[] = [];
  client.on(Events.Raw, (packet: { t: string; d: unknown }) => seen.push(packet.t));

  discord.gateway.sendRaw("SOMETHING_NEW", { thread: null });
  await discord.until(() => seen.includes("SOMETHING_NEW"), "the packet arrives");
});

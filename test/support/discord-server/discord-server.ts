import type { AddressInfo } from "node:net";
import type { Route } from "./call.ts";
import type { Discord } from "./discord.ts";
import { type Faults, faults, seededRandom } from "./faults.ts";
import { frontDoor } from "./front-door.ts";
import { type Dispatch, type Gateway, startGateway } from "./gateway.ts";
import { type Moderators, moderators } from "./moderators.ts";
import { type NewWorld, newWorld } from "./new-world.ts";
import { type People, people } from "./people.ts";
import { may } from "./permissions.ts";
import { type LimitTable, NO_LIMITS, rateLimits } from "./rate-limits.ts";
import { type Records, records } from "./records.ts";
import { CHANNEL_ROUTES } from "./routes-channels.ts";
import { APPLICATION_ROUTES, applicationFlags, COMMAND_ROUTES, GUILD_ROUTES } from "./routes-guilds.ts";
import { INTERACTION_ROUTES } from "./routes-interactions.ts";
import { MESSAGE_ROUTES } from "./routes-messages.ts";
import { type Sight, sight } from "./sight.ts";
import { wireGuildCreate, wireUser } from "./wire.ts";
import type { World } from "./world.ts";

export interface DiscordServerOptions extends NewWorld {
  /** Default 1: the same seed gives the same chaos. */
  readonly seed?: number;
  /** The time; default the real one. `advance` adds to it. */
  readonly nowMs?: () => number;
  /** Privileged intents that are toggled in the portal; default MESSAGE_CONTENT. 0: none. */
  readonly privileged?: number;
  /** Default: never stopped. `REAL_LIMITS` for what people see at Discord. */
  readonly limits?: LimitTable;
  /** How much is kept of each kind: messages per channel, threads, requests, posts, interactions… Default 2000. */
  readonly history?: number;
  /** Finds a marker in the text of a post; posts with the same marker are duplicates. */
  readonly marker?: (text: string) => string | undefined;
  /** Edits of one message older than an hour that are taken in an hour; Discord's figure is secret. Default 3. */
  readonly lateEdits?: number;
  readonly heartbeatMs?: number;
  readonly activeThreads?: number;
}

export interface DiscordServer extends People, Moderators, Sight, Records, Faults {
  /** For `rest.api`: without the version. */
  readonly api: string;
  readonly cdn: string;
  readonly token: string;
  readonly applicationId: string;
  readonly botId: string;
  readonly guildId: string;
  readonly world: World;
  readonly gateway: Gateway;
  /** Moves Discord's clock on: interaction deadlines, tokens, archiving, old messages. */
  advance(ms: number): void;
  setLimits(table: LimitTable): void;
  /** A message whose thread is null: discord.js 14.28 throws while it reads that, out of the websocket's callback. */
  sendUnreadable(): void;
  /** Milliseconds before every REST answer and before every event. */
  setDelay(delay: { restMs?: number; gatewayMs?: number }): void;
  close(): Promise<void>;
}

const ROUTES: readonly Route[] = [
  ...APPLICATION_ROUTES,
  ...GUILD_ROUTES,
  ...COMMAND_ROUTES,
  ...CHANNEL_ROUTES,
  ...MESSAGE_ROUTES,
  ...INTERACTION_ROUTES,
];

const MESSAGE_CONTENT = 1 << 15;

/**
 * A strict Discord on 127.0.0.1 for the real discord.js: REST v10 and gateway on one port, no global state.
 *
 *     const discord = await startDiscordServer();
 *     new Client({ intents, rest: { api: discord.api, cdn: discord.cdn } }).login(discord.token);
 *     discord.mention("ada", "check the ticket queue");
 *     const card = await discord.posted((post) => post.text.includes("Confirm"));
 *     await discord.press(card, "Confirm", "ada").answered();
 *     expect(discord.violations).toEqual([]);
 *
 * The world at the start (`new-world.ts`): the guild "Harbour Light" with #general and #operations; ada (role operator),
 * grace (operator, lead), linus (no role). The bot's role may do all that Piloto asks for, moderate threads, and mention
 * everyone, so that a mention that got through shows. Everything goes by name or id: people, channels, threads, roles.
 *
 * People (`people.ts`): `say`, `mention`, `directMessage`, `replyInThread` give the message. `slash`, `autocomplete`,
 * `contextMenu`, `press` (by label or custom_id; `evenIfGone` for buttons of outdated cards), `select`, `submitModal` give
 * an `Asked`: `answered()` waits for the first answer (`afterMs`), `modal`, `choices`, `messages()`. What a client would
 * not let a person do throws at the test.
 *
 * Moderators (`moderators.ts`): `deleteMessage`, `deleteThread`, `archiveThread`, `lockThread`, `createThread`,
 * `createChannel`, `deleteChannel`, `kickBot`, `inviteBot`, `revokeToken`, `removePermission`, `addRole`, `removeRole`,
 * `closeDms`.
 *
 * Looking (`sight.ts`, `records.ts`): `posted`, `messagesIn`, `message`, `textOf`, `threadOf`, `until`; `posts`,
 * `requests`, `pings` (whom the bot pinged), `unfurls` (addresses Discord would have fetched), `violations` (bodies and
 * routes Discord refuses as malformed: a suite asserts there are none), `counters`, `duplicatePosts`, `editsPerMessage`.
 *
 * Trouble: `failNext({ route, times, how })` and `chaos({ how: rate })` (`faults.ts`); `setLimits(REAL_LIMITS)`;
 * `setDelay`; `advance(ms)` for the 3 s of an answer, the 15 min of a token, the hour of an edit, silent threads;
 * `gateway.cut()`, `closeAll(code)`, `askToReconnect()`, `invalidateSessions(resumable)`, `refuseIdentify(how, times)`,
 * `sendRaw(name, data)`, `sendText(text)`, `sendUnreadable()`, `trouble` (duplicates, reordering, delay, unanswered heartbeats).
 */
export async function startDiscordServer(options: DiscordServerOptions = {}): Promise<DiscordServer> {
  const random = seededRandom(options.seed ?? 1);
  const realNow = options.nowMs ?? Date.now;
  let ahead = 0;
  const nowMs = () => realNow() + ahead;
  const history = options.history ?? 2000;
  const world = newWorld(options, nowMs, {
    history,
    lateEdits: options.lateEdits ?? 3,
    activeThreads: options.activeThreads ?? 1000,
    fileBytes: 10 * 1024 * 1024,
    requestBytes: 25 * 1024 * 1024,
  });
  const door = frontDoor(ROUTES);
  await new Promise<void>((resolve) => door.http.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(door.http.address() as AddressInfo).port}`;
  const privileged = () => options.privileged ?? MESSAGE_CONTENT;
  const gateway: Gateway = startGateway({
    http: door.http,
    wsUrl: () => baseUrl.replace("http", "ws"),
    isToken: (token) => token === discord.token,
    privileged,
    ready: () => readyOf(world, privileged()),
    random,
    heartbeatMs: options.heartbeatMs ?? 41_250,
    replay: 1000,
  });
  const discord: Discord = {
    world,
    gateway,
    records: records(history),
    faults: faults(random),
    limits: rateLimits(options.limits ?? NO_LIMITS, nowMs),
    random,
    baseUrl: () => baseUrl,
    marker: options.marker,
    token: "MTAwMDAwMDAwMDAwMDAwMDAw.Gtest.loopback-only",
    privileged,
    tell: (event, channelId) => tellIfSeen(world, gateway, event, channelId),
  };
  door.use(discord);
  return {
    ...people(discord),
    ...moderators(discord),
    ...sight(discord),
    ...discord.records,
    ...discord.faults,
    api: `${baseUrl}/api`,
    cdn: baseUrl,
    token: discord.token,
    applicationId: world.applicationId,
    botId: world.bot.id,
    guildId: [...world.guilds.keys()][0]!,
    world,
    gateway,
    advance(ms) {
      ahead += ms;
    },
    sendUnreadable() {
      const [channel] = world.channels.keys();
      gateway.sendRaw("MESSAGE_CREATE", {
        id: world.ids.next(),
        channel_id: channel,
        author: wireUser(world.bot),
        thread: null,
      });
    },
    setLimits: (table) => discord.limits.change(table),
    setDelay({ restMs = 0, gatewayMs = 0 }) {
      door.delayMs = restMs;
      gateway.trouble.delayMs = gatewayMs;
    },
    async close() {
      await gateway.close();
      door.http.closeAllConnections();
      await new Promise<void>((resolve) => door.http.close(() => resolve()));
    },
  };
}

/** READY names the guilds as unavailable; a GUILD_CREATE for each follows, or discord.js waits 15 s. */
function readyOf(world: World, privileged: number): { ready: Record<string, unknown>; after: Dispatch[] } {
  const mine = [...world.guilds.values()].filter((guild) => guild.members.has(world.bot.id));
  const ready = {
    v: 10,
    user: { ...wireUser(world.bot), verified: true, mfa_enabled: true, email: null },
    guilds: mine.map((guild) => ({ id: guild.id, unavailable: true })),
    application: { id: world.applicationId, flags: applicationFlags(privileged) },
    session_type: "normal",
    private_channels: [],
    relationships: [],
    presences: [],
    guild_join_requests: [],
  };
  return {
    ready,
    after: mine.map((guild) => ({ name: "GUILD_CREATE", data: wireGuildCreate(world, guild), intent: 0 })),
  };
}

function tellIfSeen(world: World, gateway: Gateway, event: Dispatch, channelId: string | undefined): void {
  const channel = world.channels.get(channelId ?? "");
  if (channel && !may(world, channel, world.bot.id, "VIEW_CHANNEL")) return;
  gateway.dispatch(event);
}

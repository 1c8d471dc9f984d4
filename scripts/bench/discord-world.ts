import { mkdirSync } from "node:fs";
import path from "node:path";
import {
  type DiscordServer,
  type DiscordServerOptions,
  startDiscordServer,
} from "../../test/support/discord-server/discord-server.ts";
import { builtPiloto, type Life, startPiloto, startScript } from "./chat-app-life.ts";
import { type ChatAppOutside, openChatAppOutside } from "./chat-app-outside.ts";

/** A server of Discord with many people, and a Piloto that all of them may ask. */
export interface DiscordBenchWorld {
  readonly discord: DiscordServer;
  readonly people: readonly string[];
  /** Text channels. */
  readonly channels: readonly string[];
  readonly outside: ChatAppOutside;
  readonly logFile: string;
  /** A Piloto on this data folder, connected. */
  wake(): Promise<Life>;
  /** The bare bot that Piloto is compared with, on the same server. */
  wakeEcho(): Promise<Life>;
  stop(): Promise<void>;
}

export interface DiscordWorldOptions {
  readonly people: number;
  readonly channels: number;
  /** A share of the simulated time of models: 0 answers at once. */
  readonly timeFactor: number;
  /** How long the service takes for each call. */
  readonly callMs: number;
  readonly server?: DiscordServerOptions;
}

const CONNECTED_WITHIN_MS = 20_000;

/** The services are known to Piloto when this resolves, and no process of it runs. */
export async function openDiscordBenchWorld(options: DiscordWorldOptions): Promise<DiscordBenchWorld> {
  const people = Array.from({ length: options.people }, (_, n) => `p${n}`);
  const channels = Array.from({ length: options.channels }, (_, n) => `c${n}`);
  const discord = await startDiscordServer({
    people: Object.fromEntries(people.map((name) => [name, []])),
    channels,
    activeThreads: 1_000_000,
    ...options.server,
  });
  const { timeFactor, callMs } = options;
  const settings = { discord: { messageContent: true } };
  const outside = await openChatAppOutside({ face: "discord", settings, timeFactor, callMs });
  const main = builtPiloto();
  const logFile = path.join(outside.folder, "piloto.log");
  const cwd = path.join(outside.folder, "cwd");
  mkdirSync(cwd);
  const access = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.api };
  const env = { PILOTO_DATA_DIR: outside.folder, PILOTO_PORT: "0", ...access };
  const connected = async (life: Life): Promise<Life> => {
    await discord.until(() => discord.gateway.connected >= 1, "the bot is connected", CONNECTED_WITHIN_MS);
    return life;
  };
  const world: DiscordBenchWorld = {
    ...{ discord, people, channels, outside, logFile },
    wake: async () => connected(await startPiloto(main, { cwd, env, logFile })),
    async wakeEcho() {
      const file = path.join("scripts", "bench", "discord-echo.ts");
      return connected(await startScript(file, { cwd: process.cwd(), env: access, logFile: `${logFile}.echo` }));
    },
    async stop() {
      await discord.close();
      await outside.stop();
    },
  };
  await learnServices(world);
  return world;
}

/** The first life reads the description of the service, which takes a moment. */
async function learnServices(world: DiscordBenchWorld): Promise<void> {
  const { discord, people } = world;
  const life = await world.wake();
  await discord.until(() => discord.world.commands.size > 0, "the commands are registered", CONNECTED_WITHIN_MS);
  const untilMs = performance.now() + CONNECTED_WITHIN_MS;
  for (let isKnown = false; !isKnown; ) {
    if (performance.now() > untilMs) throw new Error("The workshop was not registered in time.");
    const asked = discord.autocomplete(people[0] ?? "", "piloto", "call", { service: "" });
    await asked.answered();
    isKnown = asked.choices.length > 0;
  }
  await life.stop();
}

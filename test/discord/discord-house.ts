import { writeFileSync } from "node:fs";
import path from "node:path";
import { compose, type House } from "../../src/compose.ts";
import { EVERYDAY_WRITES } from "../../src/demo/demo-project.ts";
import { readSettings } from "../../src/settings.ts";
import { openWorld, type World } from "../story/story-house.ts";
import {
  type DiscordServer,
  type DiscordServerOptions,
  startDiscordServer,
} from "../support/discord-server/discord-server.ts";
import type { People } from "../support/discord-server/people.ts";
import type { Message } from "../support/discord-server/world.ts";

/** A Discord with people, the PCs and the workshop: it stays while Piloto comes and goes. */
export interface DiscordWorld extends World {
  readonly discord: DiscordServer;
  user(name: string): string;
  role(name: string): string;
}

export interface DiscordWorldOptions extends DiscordServerOptions {
  readonly messageContent?: boolean;
  readonly places?: readonly object[];
}

const PEOPLE = { ada: [], mira: ["operator"], grace: ["lead"], ben: [], linus: [] };

/** Ada and Mira may propose, by account and by role; Grace and Ben may confirm, by role and by account; Linus nothing. */
export async function openDiscordWorld(options: DiscordWorldOptions = {}): Promise<DiscordWorld> {
  const discord = await startDiscordServer({ people: PEOPLE, ...options });
  const world = await openWorld();
  const [guild] = discord.world.guilds.values();
  const user = (name: string) => [...discord.world.users.values()].find((one) => one.username === name)!.id;
  const role = (name: string) => [...guild!.roles.values()].find((one) => one.name === name)!.id;
  const settings = {
    fleet: world.pcs.nodes,
    logLevel: process.env.PILOTO_TEST_LOG ?? "silent",
    discord: { messageContent: options.messageContent ?? true, places: options.places ?? [] },
    projects: {
      workshop: {
        name: "Workshop",
        access: {
          propose: [`discord:${user("ada")}`, `discord:role/${role("operator")}`],
          confirm: [`discord:${user("ben")}`, `discord:role/${role("lead")}`],
          administer: [`discord:${user("ben")}`],
        },
        services: { workshop: { source: world.workshop.url, allow: EVERYDAY_WRITES } },
      },
    },
  };
  writeFileSync(path.join(world.folder, "settings.json"), JSON.stringify(settings));
  return {
    ...world,
    discord,
    user,
    role,
    async stop() {
      await world.stop();
      await discord.close();
    },
  };
}

/** One life of Piloto in that world, started and with its services registered. */
export async function wakeInDiscord(world: DiscordWorld): Promise<House> {
  const env = {
    PILOTO_DATA_DIR: world.folder,
    PILOTO_PORT: "0",
    DISCORD_TOKEN: world.discord.token,
    DISCORD_API_URL: world.discord.api,
  };
  const settings = readSettings({ env, folder: world.folder });
  const house = await compose(settings, { platforms: [], serve: true });
  await house.start();
  await world.discord.until(() => world.discord.world.commands.size > 0, "the commands are registered", 10_000);
  const deadline = Date.now() + 10_000;
  while (!(await mayWrite(house))) {
    if (Date.now() > deadline) throw new Error("The workshop was not registered in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return house;
}

/** Services are registered beside the start, and what may be written is allowed after that. */
function mayWrite({ stores, settings }: House): Promise<boolean> {
  return stores.read(async (tx) => {
    const [workshop] = await tx.services.list(settings.defaultProject);
    const endpoints = workshop ? await tx.services.endpoints(workshop.id) : [];
    return endpoints.some(({ risk, isAllowed }) => risk === "write" && isAllowed);
  });
}

/** What only the person of an interaction was told, once there is something. */
export async function told(discord: DiscordServer, asked: ReturnType<People["press"]>): Promise<string> {
  const found = () => asked.messages().findLast((message) => message.visibleTo !== undefined);
  await discord.until(() => (found()?.components.length ?? 0) > 0, "a person is told something privately");
  return discord.textOf(found()!).replaceAll("\\", "");
}

/** Discord as the people in it see it. */
export function watch(discord: DiscordServer) {
  const textsIn = (channel: string) => discord.messagesIn(channel).map((message) => discord.textOf(message));
  return {
    textsIn,
    /** The newest message of the bot in a place whose text fits, once there is one. */
    async shown(channel: string, text: string | RegExp, withinMs = 10_000): Promise<Message> {
      const found = () =>
        discord.world.channels.has(channel)
          ? discord.messagesIn(channel).findLast((one) => {
              const shown = discord.textOf(one);
              return (
                one.authorId === discord.botId && (typeof text === "string" ? shown.includes(text) : text.test(shown))
              );
            })
          : undefined;
      const what = () =>
        `"${text}" is shown in ${channel}; there is: ${discord.world.channels.has(channel) ? JSON.stringify(textsIn(channel)) : "no such channel"}`;
      try {
        await discord.until(() => found() !== undefined, `"${text}" is shown`, withinMs);
      } catch (error) {
        throw new Error(what(), { cause: error });
      }
      return found()!;
    },
    async thread(message: { id: string }): Promise<string> {
      await discord.until(() => discord.threadOf(message) !== undefined, "a thread is opened");
      return discord.threadOf(message)!;
    },
  };
}

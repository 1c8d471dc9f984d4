import { bits, ORDINARY } from "./permissions.ts";
import { snowflakes } from "./snowflakes.ts";
import { CHANNEL_TYPE, type Channel, type Guild, type User, type World, type WorldLimits } from "./world.ts";

/** What the server starts with; all of it has a default. */
export interface NewWorld {
  /** Default `["Harbour Light"]`; the bot is in all of them. */
  readonly guilds?: readonly string[];
  /** Text channels of each guild; default `general`, `operations`. */
  readonly channels?: readonly string[];
  /** People, members of each guild, with the names of their roles. Default: ada (operator), grace (operator, lead), linus. */
  readonly people?: Readonly<Record<string, readonly string[]>>;
}

const PEOPLE = { ada: ["operator"], grace: ["operator", "lead"], linus: [] };
const COLOURS = ["#e67e22", "#1abc9c", "#9b59b6", "#e91e63", "#3498db", "#f1c40f"];

/** The bot, people, guilds with their roles and channels. The bot's role may do everything Piloto asks for, and mention everyone. */
export function newWorld(wanted: NewWorld, nowMs: () => number, limits: WorldLimits): World {
  const ids = snowflakes(nowMs);
  const person = (username: string, bot: boolean, colour: string): User => ({
    id: ids.next(),
    username,
    globalName: username[0]!.toUpperCase() + username.slice(1),
    bot,
    colour,
    closedDms: false,
  });
  const bot = person("piloto", true, "#5865f2");
  const world: World = {
    ids,
    nowMs,
    bot,
    applicationId: bot.id,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    files: new Map(),
    commands: new Map(),
    interactions: new Map(),
    limits,
  };
  const people = wanted.people ?? PEOPLE;
  for (const [n, name] of Object.keys(people).entries()) {
    const user = person(name, false, COLOURS[n % COLOURS.length]!);
    world.users.set(user.id, user);
  }
  for (const name of wanted.guilds ?? ["Harbour Light"]) {
    addGuild(world, name, people);
    const guild = [...world.guilds.values()].at(-1)!;
    for (const channel of wanted.channels ?? ["general", "operations"]) addChannel(world, guild, channel);
  }
  return world;
}

function addGuild(world: World, name: string, people: Readonly<Record<string, readonly string[]>>): Guild {
  const id = world.ids.next();
  const owner = [...world.users.values()].find((user) => !user.bot);
  const guild: Guild = {
    id,
    name,
    ownerId: owner ? world.ids.next() : world.bot.id,
    roles: new Map(),
    members: new Map(),
  };
  world.guilds.set(id, guild);
  guild.roles.set(id, { id, name: "@everyone", permissions: ORDINARY, position: 0 });
  const botRole = addRoleTo(world, guild, "Piloto", ORDINARY | bits("MANAGE_THREADS", "MENTION_EVERYONE"));
  guild.members.set(world.bot.id, { userId: world.bot.id, roles: new Set([botRole]), joinedMs: world.nowMs() });
  for (const [username, roles] of Object.entries(people)) {
    const user = [...world.users.values()].find((one) => one.username === username)!;
    const held = roles.map((role) => roleNamed(guild, role) ?? addRoleTo(world, guild, role, 0n));
    guild.members.set(user.id, { userId: user.id, roles: new Set(held), joinedMs: world.nowMs() });
  }
  return guild;
}

const roleNamed = (guild: Guild, name: string) => [...guild.roles.values()].find((role) => role.name === name)?.id;

/** A new role; gives its id. */
export function addRoleTo(world: World, guild: Guild, name: string, permissions: bigint): string {
  const id = world.ids.next();
  guild.roles.set(id, { id, name, permissions, position: guild.roles.size });
  return id;
}

export function addChannel(world: World, guild: Guild, name: string): Channel {
  const channel: Channel = {
    id: world.ids.next(),
    type: CHANNEL_TYPE.text,
    guildId: guild.id,
    name,
    overwrites: new Map(),
    messages: new Map(),
    lastMessageId: null,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

import { type Call, nothing, ok, type Reply, type Route } from "./call.ts";
import { COMMAND_LIMITS } from "./command-rules.ts";
import { directChannel } from "./direct-channel.ts";
import { Refusal } from "./refusal.ts";
import { wireChannel, wireCommand, wireDirect, wireGuild, wireMember, wireRoles, wireUser } from "./wire.ts";
import type { Command, Guild, Member } from "./world.ts";

export const GUILD_ROUTES: readonly Route[] = [
  { method: "GET", path: "/guilds/{guild_id}", handle: (call) => ok(wireGuild(guildOf(call))) },
  { method: "GET", path: "/guilds/{guild_id}/channels", handle: channels },
  { method: "GET", path: "/guilds/{guild_id}/roles", handle: (call) => ok(wireRoles(guildOf(call))) },
  { method: "GET", path: "/guilds/{guild_id}/members/{user_id}", handle: member },
  { method: "GET", path: "/users/@me", handle: (call) => ok(wireUser(call.discord.world.bot)) },
  { method: "GET", path: "/users/@me/guilds", handle: myGuilds },
  { method: "GET", path: "/users/{user_id}", handle: user },
  { method: "POST", path: "/users/@me/channels", handle: openDirect },
];

function guildOf({ discord, params }: Call): Guild {
  const found = discord.world.guilds.get(params.guild_id ?? "");
  if (!found) throw new Refusal("unknownGuild");
  if (!found.members.has(discord.world.bot.id)) throw new Refusal("missingAccess");
  return found;
}

function myGuilds({ discord }: Call): Reply {
  const mine = [...discord.world.guilds.values()].filter((one) => one.members.has(discord.world.bot.id));
  return ok(
    mine.map((one) => ({ id: one.id, name: one.name, icon: null, owner: false, permissions: "0", features: [] })),
  );
}

function channels(call: Call): Reply {
  const found = guildOf(call);
  const { world } = call.discord;
  const mine = [...world.channels.values()].filter((one) => one.guildId === found.id && !one.thread);
  return ok(mine.map((one) => wireChannel(one)));
}

function member(call: Call): Reply {
  const { world } = call.discord;
  const found: Member | undefined = guildOf(call).members.get(call.params.user_id ?? "");
  const person = world.users.get(call.params.user_id ?? "");
  if (!person) throw new Refusal("unknownUser");
  if (!found) throw new Refusal("unknownMember");
  return ok({ ...wireMember(found), user: wireUser(person) });
}

function user({ discord, params }: Call): Reply {
  const found = discord.world.users.get(params.user_id ?? "");
  if (!found) throw new Refusal("unknownUser");
  return ok(wireUser(found));
}

function openDirect({ discord, body }: Call): Reply {
  const person = discord.world.users.get(String((body as { recipient_id?: unknown }).recipient_id));
  if (!person) throw new Refusal("unknownUser");
  return ok(wireDirect(discord.world, directChannel(discord.world, person.id)));
}

const GLOBAL = "/applications/{application_id}/commands";
const GUILD = "/applications/{application_id}/guilds/{guild_id}/commands";

/** What admins changed in the server's settings: nothing here. */
const PERMISSIONS: Route = { method: "GET", path: `${GUILD}/permissions`, handle: (call) => ok(guildOf(call) && []) };

export const COMMAND_ROUTES: readonly Route[] = [GLOBAL, GUILD].flatMap((path): Route[] => [
  PERMISSIONS,
  { method: "GET", path, handle: listCommands },
  { method: "POST", path, handle: createCommand },
  { method: "PUT", path, handle: replaceCommands },
  {
    method: "GET",
    path: `${path}/{command_id}`,
    handle: (call) => ok(wireCommand(call.discord.world, commandOf(call))),
  },
  { method: "PATCH", path: `${path}/{command_id}`, handle: changeCommand },
  { method: "DELETE", path: `${path}/{command_id}`, handle: deleteCommand },
]);

type Definition = Record<string, unknown> & { name: string; type?: number | null };

function scopeOf(call: Call): { guildId: string | undefined; existing: Command[] } {
  const { world } = call.discord;
  if (call.params.application_id !== world.applicationId) throw new Refusal("unknownApplication");
  const guildId = call.params.guild_id;
  if (guildId !== undefined) guildOf(call);
  return { guildId, existing: [...world.commands.values()].filter((one) => one.guildId === guildId) };
}

function listCommands(call: Call): Reply {
  return ok(scopeOf(call).existing.map((one) => wireCommand(call.discord.world, one)));
}

/** The same name and type replaces what was there, with its id; 201 when it is new. */
function createCommand(call: Call): Reply {
  const { guildId, existing } = scopeOf(call);
  const definition = call.body as Definition;
  const before = sameAs(existing, definition);
  const type = definition.type ?? 1;
  if (!before && existing.filter((one) => one.type === type).length >= (COMMAND_LIMITS[type] ?? 0)) {
    throw new Refusal("tooManyCommands");
  }
  const command = keep(call, definition, guildId, before);
  return { status: before ? 200 : 201, body: wireCommand(call.discord.world, command) };
}

/** PUT is the whole truth: what is not named is gone, all types. */
function replaceCommands(call: Call): Reply {
  const { guildId, existing } = scopeOf(call);
  for (const one of existing) call.discord.world.commands.delete(one.id);
  const kept = ((call.body ?? []) as Definition[]).map((one) => keep(call, one, guildId, sameAs(existing, one)));
  return ok(kept.map((one) => wireCommand(call.discord.world, one)));
}

function changeCommand(call: Call): Reply {
  const before = commandOf(call);
  const definition = { ...before.definition, ...(call.body as object) } as Definition;
  return ok(wireCommand(call.discord.world, keep(call, definition, before.guildId, before)));
}

function deleteCommand(call: Call): Reply {
  call.discord.world.commands.delete(commandOf(call).id);
  return nothing;
}

function commandOf(call: Call): Command {
  const found = scopeOf(call).existing.find((one) => one.id === call.params.command_id);
  if (!found) throw new Refusal("unknownCommand");
  return found;
}

const sameAs = (existing: readonly Command[], wanted: Definition) =>
  existing.find((one) => one.name === wanted.name && one.type === (wanted.type ?? 1));

function keep(call: Call, sent: Definition, guildId: string | undefined, before?: Command): Command {
  const { world } = call.discord;
  const definition = { ...COMMAND_DEFAULTS, ...sent, type: sent.type ?? 1, description: sent.description ?? "" };
  const isSame = before !== undefined && JSON.stringify(before.definition) === JSON.stringify(definition);
  const command: Command = {
    id: before?.id ?? world.ids.next(),
    guildId,
    name: sent.name,
    type: definition.type,
    definition,
    version: isSame ? before.version : world.ids.next(),
  };
  world.commands.set(command.id, command);
  return command;
}

const COMMAND_DEFAULTS = {
  name_localizations: null,
  description_localizations: null,
  default_member_permissions: null,
  dm_permission: true,
  contexts: null,
  integration_types: [0],
  nsfw: false,
};

export const APPLICATION_ROUTES: readonly Route[] = [
  { method: "GET", path: "/gateway/bot", handle: gatewayBot },
  { method: "GET", path: "/applications/@me", handle: application },
  { method: "GET", path: "/oauth2/applications/@me", handle: application },
];

/** 1000 IDENTIFYs a day, one in 5 s: https://discord.com/developers/docs/events/gateway#session-start-limit-object */
function gatewayBot({ discord }: Call): Reply {
  const remaining = Math.max(0, 1000 - discord.gateway.counts.identifies);
  const limit = { total: 1000, remaining, reset_after: 14_400_000, max_concurrency: 1 };
  return ok({ url: discord.baseUrl().replace("http", "ws"), shards: 1, session_start_limit: limit });
}

function application({ discord }: Call): Reply {
  const { world } = discord;
  return ok({
    id: world.applicationId,
    name: world.bot.username,
    icon: null,
    description: "",
    summary: "",
    type: null,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: "0123456789abcdef".repeat(4),
    flags: applicationFlags(discord.privileged()),
    bot: wireUser(world.bot),
    owner: wireUser(world.bot),
    team: null,
    tags: [],
    install_params: { scopes: ["bot", "applications.commands"], permissions: "0" },
    integration_types_config: { "0": {} },
    redirect_uris: [],
    interactions_endpoint_url: null,
    approximate_guild_count: world.guilds.size,
  });
}

/** What the portal has toggled shows as "limited" flags: members 1<<15, message content 1<<19. */
export const applicationFlags = (privileged: number) =>
  (privileged & (1 << 1) ? 1 << 15 : 0) |
  (privileged & (1 << 15) ? 1 << 19 : 0) |
  (privileged & (1 << 8) ? 1 << 13 : 0);

import { z } from "zod";
import type { Finding } from "../../../core/domain/finding.ts";
import type { AccountId } from "../../../core/domain/ids.ts";
import { DIRECT_MESSAGES, type DiscordSettings } from "../discord-settings.ts";
import { askDiscord, type DiscordAnswer } from "./ask-discord.ts";
import { discordInvite } from "./invite.ts";
import { type MemberFacts, missingIn, permissionsIn } from "./permissions.ts";

export interface ExamineDiscordOptions {
  readonly settings: Pick<DiscordSettings, "apiUrl" | "messageContent" | "places"> & { readonly token?: string };
  /** Every name in every permission of every project. */
  readonly permitted: readonly AccountId[];
}

const API = "https://discord.com/api";
const PORTAL = "https://discord.com/developers/applications";

const App = z.object({
  id: z.string(),
  name: z.string(),
  flags: z.number().optional(),
  interactions_endpoint_url: z.string().nullish(),
});
const Me = z.object({ id: z.string(), username: z.string() });
const Guilds = z.array(z.object({ id: z.string(), name: z.string() }));
const Roles = z.array(z.object({ id: z.string(), permissions: z.string() }));
const Member = z.object({ roles: z.array(z.string()) });
const Channels = z.array(
  z.object({
    id: z.string(),
    name: z.string().nullish(),
    type: z.number(),
    permission_overwrites: z
      .array(z.object({ id: z.string(), type: z.number(), allow: z.string(), deny: z.string() }))
      .default([]),
  }),
);
const Commands = z.array(z.object({ name: z.string(), type: z.number().default(1) }));
const Gateway = z.object({ session_start_limit: z.object({ total: z.number(), remaining: z.number() }) });

type Asked = <T>(path: string, shape: z.ZodType<T>) => Promise<{ value?: T; answer: DiscordAnswer }>;

/** Looks at the set-up of the Discord bot, one thing after the other. Reads only; opens no gateway connection. */
export async function* examineDiscord(options: ExamineDiscordOptions): AsyncGenerator<Finding> {
  const { settings, permitted } = options;
  const { token } = settings;
  if (token === undefined) {
    const todo = `Make a bot at ${PORTAL} (Bot, Reset Token) and set DISCORD_TOKEN.`;
    yield { what: "discord token", state: "bad", found: "no bot token", todo };
    return;
  }
  const ask: Asked = async (path, shape) => {
    const answer = await askDiscord(settings.apiUrl ?? API, path, token);
    const read = shape.safeParse(answer.body);
    return { answer, ...(answer.ok && read.success ? { value: read.data } : {}) };
  };
  const me = await ask("/users/@me", Me);
  yield theToken(me);
  if (!me.value) return;
  const app = await ask("/applications/@me", App);
  if (!app.value) {
    yield { what: "discord app", state: "warn", found: app.answer.error ?? "an answer that cannot be read" };
    return;
  }
  yield* theApp(app.value, settings.messageContent);
  yield* theGateway(await ask("/gateway/bot", Gateway));
  yield thePeople(permitted);
  const guilds = (await ask("/users/@me/guilds", Guilds)).value ?? [];
  if (guilds.length === 0) {
    const todo = `Open this link as somebody who manages the server: ${discordInvite(app.value.id)}`;
    yield { what: "discord server", state: "bad", found: "it is on no server", todo };
  }
  const seen = new Set<string>();
  for (const guild of guilds) yield* theGuild(guild, { ask, me: me.value, app: app.value, settings, seen });
  yield* thePlaces(settings, guilds, seen);
}

function theToken({ value, answer }: { value?: z.infer<typeof Me>; answer: DiscordAnswer }): Finding {
  const what = "discord token";
  if (value) return { what, state: "ok", found: `@${value.username} (${value.id})` };
  const todo =
    answer.status === 401
      ? `Reset the token at ${PORTAL} (Bot) and set DISCORD_TOKEN to the new one, without the word Bot.`
      : "Is discord.com reachable from here? DISCORD_API_URL should normally not be set.";
  return { what, state: "bad", found: answer.error ?? "an answer that cannot be read", todo };
}

/** Toggled in the portal; the second for bots of few servers. Source: discord-api-docs, application flags. */
const MESSAGE_CONTENT = (1 << 18) | (1 << 19);

function* theApp(app: z.infer<typeof App>, wantsContent: boolean): Generator<Finding> {
  if (app.interactions_endpoint_url) {
    const todo = `Empty "Interactions Endpoint URL" at ${PORTAL}/${app.id}: with it Discord sends no clicks to the gateway.`;
    yield { what: "discord clicks", state: "bad", found: `sent to ${app.interactions_endpoint_url}`, todo };
  } else yield { what: "discord clicks", state: "ok", found: "come through the gateway" };
  const hasContent = ((app.flags ?? 0) & MESSAGE_CONTENT) !== 0;
  const what = "discord intents";
  if (wantsContent && !hasContent) {
    const todo = `Turn on "Message Content Intent" at ${PORTAL}/${app.id} (Bot), or set discord.messageContent to false.`;
    yield { what, state: "bad", found: "the settings want message content, the app may not read it", todo };
  } else yield { what, state: "ok", found: wantsContent ? "message content" : "none that is privileged" };
}

const FEW_SESSIONS = 50;

function* theGateway({
  value,
  answer,
}: {
  value?: z.infer<typeof Gateway>;
  answer: DiscordAnswer;
}): Generator<Finding> {
  const what = "discord gateway";
  if (!value) {
    yield {
      what,
      state: "bad",
      found: answer.error ?? "an answer that cannot be read",
      todo: "Try again in a minute.",
    };
    return;
  }
  const { total, remaining } = value.session_start_limit;
  const found = `${remaining} of ${total} connections left today`;
  if (remaining > FEW_SESSIONS) yield { what, state: "ok", found };
  else yield { what, state: "warn", found, todo: "Something connects again and again: look at the log for why." };
}

function thePeople(permitted: readonly AccountId[]): Finding {
  const what = "discord people";
  const here = permitted.filter((name) => name.startsWith("discord:"));
  if (here.length > 0) return { what, state: "ok", found: `${here.length} permissions name Discord` };
  const todo =
    'Put "discord:<user id>", "discord:role/<role id>" under projects.<id>.access (ids: Developer Mode, Copy ID).';
  return { what, state: "bad", found: "nobody on Discord may do anything", todo };
}

interface GuildLook {
  readonly ask: Asked;
  readonly me: z.infer<typeof Me>;
  readonly app: z.infer<typeof App>;
  readonly settings: ExamineDiscordOptions["settings"];
  /** Channels that were found. */
  readonly seen: Set<string>;
}

/** Text and announcement channels: threads take their parent's permissions. */
const TALKED_IN = new Set([0, 5]);

async function* theGuild(guild: { id: string; name: string }, look: GuildLook): AsyncGenerator<Finding> {
  const { ask, me, app, settings, seen } = look;
  const what = `discord ${guild.name}`.slice(0, 30);
  const commands = await ask(`/applications/${app.id}/guilds/${guild.id}/commands`, Commands);
  const hasCommand = commands.value?.some(({ name }) => name === "piloto");
  yield hasCommand
    ? { what, state: "ok", found: "/piloto is there" }
    : {
        what,
        state: "warn",
        found: "/piloto is not registered",
        todo: `It comes with the next start; if not, invite it again: ${discordInvite(app.id, guild.id)}`,
      };
  const [channels, roles, member] = await Promise.all([
    ask(`/guilds/${guild.id}/channels`, Channels),
    ask(`/guilds/${guild.id}/roles`, Roles),
    ask(`/guilds/${guild.id}/members/${me.id}`, Member),
  ]);
  if (!channels.value || !roles.value || !member.value) {
    const found = channels.answer.error ?? roles.answer.error ?? member.answer.error ?? "channels cannot be read";
    yield { what, state: "warn", found, todo: "Invite it again, so that it may look at its own server." };
    return;
  }
  const facts: MemberFacts = {
    guildId: guild.id,
    userId: me.id,
    roleIds: member.value.roles,
    roles: new Map(roles.value.map(({ id, permissions }) => [id, BigInt(permissions)])),
  };
  const wanted = new Set(settings.places.filter(({ listen }) => listen !== false).map(({ channel }) => channel));
  for (const channel of channels.value.filter(({ type }) => TALKED_IN.has(type))) {
    seen.add(channel.id);
    const missing = missingIn(permissionsIn(channel.permission_overwrites, facts));
    const isWanted = wanted.has(channel.id);
    // A channel that it cannot see is closed on purpose, unless the settings name it.
    if (missing.length === 0 || (!isWanted && missing.includes("View Channel"))) continue;
    const found = `#${channel.name ?? channel.id} lacks ${missing.join(", ")}`;
    yield {
      what,
      state: isWanted ? "bad" : "warn",
      found,
      todo: "Allow it in the channel's permissions for its role.",
    };
  }
}

function* thePlaces(
  { places }: ExamineDiscordOptions["settings"],
  guilds: readonly { id: string }[],
  seen: ReadonlySet<string>,
): Generator<Finding> {
  for (const { server, channel, listen } of places) {
    if (listen === false) continue;
    const isHere = server === undefined || server === DIRECT_MESSAGES || guilds.some(({ id }) => id === server);
    const found = isHere ? channel !== undefined && !seen.has(channel) && `channel ${channel}` : `server ${server}`;
    if (!found) continue;
    const todo = "Correct the id under discord.places (Developer Mode, Copy ID), or invite it there.";
    yield { what: "discord places", state: "bad", found: `${found} is among the places, and it does not see it`, todo };
  }
}

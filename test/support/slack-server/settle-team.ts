import type { Installation, SlackChannel, SlackTeam, TeamFeatures, World } from "./world.ts";

export interface TeamOptions {
  id: string;
  name?: string;
  /** Default: Ana, Ben, Cleo and Dan, with ids U0ANA, U0BEN… (in other teams than the first with the team's suffix). */
  users?: { id: string; name?: string; realName?: string; isBot?: boolean; locale?: string }[];
  groups?: { id: string; handle: string; name?: string; users: string[] }[];
  /** `withApp` (default true) makes the bot a member. */
  channels?: {
    id: string;
    name: string;
    kind?: "public" | "private" | "mpim";
    members?: string[];
    withApp?: boolean;
  }[];
  features?: Partial<TeamFeatures>;
  editWindowMs?: number;
  /** false: the app is not there until OAuth installs it. Default true. */
  installed?: boolean;
}

/** What a well set up app has. Posting into channels that the app is not in (chat:write.public) is left out. */
export const ALL_SCOPES = (
  "app_mentions:read chat:write commands channels:history groups:history im:history mpim:history " +
  "channels:read groups:read im:read mpim:read im:write users:read reactions:write files:read files:write " +
  "assistant:write usergroups:read"
).split(" ");

export const ALL_EVENTS = (
  "app_mention message.im message.channels message.groups message.mpim agent_session_stopped " +
  "agent_session_title_changed app_home_opened app_uninstalled tokens_revoked"
).split(" ");

/** Puts a team into the world, installed or not. */
export function settleTeam(
  world: World,
  options: TeamOptions,
  grants: { scopes: string[]; events: string[] },
): SlackTeam {
  const suffix = suffixOf(world, options.id);
  const team: SlackTeam = {
    id: options.id,
    name: options.name ?? options.id.replace(/^T0?/, "").toLowerCase(),
    domain: options.id.toLowerCase(),
    users: new Map(),
    groups: new Map(),
    channels: new Map(),
    features: { plan: true, streams: true, sessions: true, markdown: true, ...options.features },
    ...(options.editWindowMs === undefined ? {} : { editWindowMs: options.editWindowMs }),
  };
  world.teams.set(team.id, team);
  addPeople(team, options, suffix);
  if (options.installed !== false) install(world, team, grants);
  addChannels(team, options, suffix);
  return team;
}

/** Ids of the first team are plain (U0ANA); those of the others end with their team's name. */
function suffixOf(world: World, teamId: string): string {
  const first = world.teams.keys().next().value;
  return first === undefined || first === teamId ? "" : teamId.replace(/^T0?/, "");
}

function addPeople(team: SlackTeam, { users, groups }: TeamOptions, suffix: string): void {
  const usual = ["Ana", "Ben", "Cleo", "Dan"].map((name) => ({
    id: `U0${name.toUpperCase()}${suffix}`,
    realName: name,
  }));
  for (const user of users ?? usual) {
    const realName = user.realName ?? user.id;
    team.users.set(user.id, {
      id: user.id,
      teamId: team.id,
      name: ("name" in user && user.name) || realName.toLowerCase(),
      realName,
      isBot: "isBot" in user && user.isBot === true,
      deleted: false,
      locale: ("locale" in user && user.locale) || "en-US",
    });
  }
  for (const group of groups ?? []) {
    team.groups.set(group.id, { ...group, name: group.name ?? group.handle, users: [...group.users], disabled: false });
  }
}

function addChannels(team: SlackTeam, { channels }: TeamOptions, suffix: string): void {
  const usual: NonNullable<TeamOptions["channels"]> = [
    { id: `C0GENERAL${suffix}`, name: "general" },
    { id: `C0OPS${suffix}`, name: "ops" },
    { id: `C0SECRET${suffix}`, name: "secret", kind: "private" },
  ];
  for (const channel of channels ?? usual) {
    const everyone = [...team.users.values()].filter((u) => !u.isBot).map((u) => u.id);
    const members = new Set(channel.members ?? everyone);
    if (channel.withApp !== false && team.installation) members.add(team.installation.botUserId);
    addChannel(team, { id: channel.id, name: channel.name, kind: channel.kind ?? "public", members });
  }
}

export function addChannel(
  team: SlackTeam,
  channel: Pick<SlackChannel, "id" | "name" | "kind" | "members">,
): SlackChannel {
  const added: SlackChannel = { ...channel, teamId: team.id, archived: false, log: new Map(), threads: new Map() };
  team.channels.set(added.id, added);
  return added;
}

/** The DM of the app with this person, made when it is first needed. */
export function directChannel(team: SlackTeam, userId: string): SlackChannel {
  const id = `D0${userId.slice(1)}`;
  const known = team.channels.get(id);
  if (known) return known;
  const members = new Set([userId, ...(team.installation ? [team.installation.botUserId] : [])]);
  return addChannel(team, { id, name: userId, kind: "im", members });
}

/** Gives the team a bot and a token; a second installation takes the first one's token away. */
export function install(
  world: World,
  team: SlackTeam,
  { scopes, events }: { scopes: string[]; events: string[] },
): Installation {
  const suffix = suffixOf(world, team.id);
  const botUserId = `U0PILOTO${suffix}`;
  const botToken = `xoxb-${team.id}-${world.nextId("n")}`;
  team.installation = {
    botToken,
    botUserId,
    botId: `B0PILOTO${suffix}`,
    scopes: new Set(scopes),
    events: new Set(events),
  };
  world.tokens.set(botToken, team);
  const known = team.users.get(botUserId);
  if (known) known.deleted = false;
  else {
    const bot = { id: botUserId, teamId: team.id, name: "piloto", realName: "Piloto" };
    team.users.set(botUserId, { ...bot, isBot: true, deleted: false, locale: "en-US" });
  }
  return team.installation;
}

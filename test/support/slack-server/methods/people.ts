import { type Call, channelArg, isInside, type Method, needScope } from "../call.ts";
import { asFlag, asText, type Json } from "../json.ts";
import { SlackNo } from "../slack-no.ts";
import type { SlackGroup, SlackUser } from "../world.ts";
import { page } from "./conversations.ts";

/** People, groups, reactions, and the app itself. */
export const peopleMethods: Record<string, Method> = {
  "auth.test": authTest,
  "auth.revoke": revoke,
  "apps.uninstall": uninstall,
  "users.info": (call) => {
    needScope(call, "users:read");
    const user = call.team.users.get(asText(call.args.user) ?? "");
    if (!user) throw new SlackNo("user_not_found");
    return { user: wireUser(user) };
  },
  "users.list": (call) => {
    needScope(call, "users:read");
    return page(call, [...call.team.users.values()].map(wireUser), "members");
  },
  "bots.info": (call) => {
    needScope(call, "users:read");
    if (asText(call.args.bot) !== call.bot.botId) throw new SlackNo("bot_not_found");
    return {
      bot: {
        id: call.bot.botId,
        app_id: call.world.appId,
        user_id: call.bot.botUserId,
        name: "Piloto",
        deleted: false,
      },
    };
  },
  "usergroups.list": listGroups,
  "usergroups.users.list": listGroupUsers,
  "reactions.add": react,
};

function authTest({ team, bot, world }: Call): Json {
  const name = team.users.get(bot.botUserId)?.name ?? "piloto";
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: name,
    team_id: team.id,
    user_id: bot.botUserId,
    bot_id: bot.botId,
    app_id: world.appId,
    is_enterprise_install: false,
  };
}

function revoke({ args, bot }: Call): Json {
  if (asFlag(args.test)) return { revoked: false };
  bot.refused = "token_revoked";
  return { revoked: true };
}

function uninstall(call: Call): undefined {
  const { args, world, bot } = call;
  if (args.client_id !== world.clientId) throw new SlackNo("invalid_client_id");
  if (args.client_secret !== world.clientSecret) throw new SlackNo("bad_client_secret");
  call.events.event(call.team, "app_uninstalled", { type: "app_uninstalled" });
  bot.refused = "account_inactive";
}

function wireUser(user: SlackUser): Json {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    is_bot: user.isBot,
    is_app_user: false,
    locale: user.locale,
    tz: "Europe/Madrid",
    tz_offset: 3600,
    profile: { real_name: user.realName, display_name: user.name, team: user.teamId },
  };
}

function listGroups(call: Call): Json {
  needScope(call, "usergroups:read");
  const groups = [...call.team.groups.values()].filter((g) => asFlag(call.args.include_disabled) || !g.disabled);
  return { usergroups: groups.map((group) => wireGroup(group, asFlag(call.args.include_users))) };
}

function wireGroup(group: SlackGroup, withUsers: boolean): Json {
  const base = { id: group.id, is_usergroup: true, handle: group.handle, name: group.name };
  return { ...base, user_count: group.users.length, ...(withUsers ? { users: group.users } : {}) };
}

function listGroupUsers(call: Call): Json {
  needScope(call, "usergroups:read");
  const group = call.team.groups.get(asText(call.args.usergroup) ?? "");
  if (!group) throw new SlackNo("no_such_subteam");
  if (group.disabled && !asFlag(call.args.include_disabled)) throw new SlackNo("subteam_disabled");
  return { users: group.users };
}

function react(call: Call): undefined {
  needScope(call, "reactions:write");
  const channel = channelArg(call);
  if (!isInside(call, channel)) throw new SlackNo("not_in_channel");
  const message = channel.log.get(asText(call.args.timestamp) ?? "");
  if (!message) throw new SlackNo("message_not_found");
  const name = asText(call.args.name) ?? "";
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new SlackNo("invalid_name");
  message.reactions ??= [];
  const known = message.reactions.find((r) => r.name === name);
  if (known?.users.includes(call.bot.botUserId)) throw new SlackNo("already_reacted");
  if (known) known.users.push(call.bot.botUserId);
  else message.reactions.push({ name, users: [call.bot.botUserId] });
}

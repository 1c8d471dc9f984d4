import type { Delivery } from "./deliver.ts";
import type { EventOut } from "./event-out.ts";
import { addChannel } from "./settle-team.ts";
import { channelOf, type Installation, type SlackChannel, type SlackTeam, teamOf, type World } from "./world.ts";

/** What admins and owners of a workspace do to channels and to the app. */
export interface AdminActs {
  archive(channel: string): void;
  unarchive(channel: string): void;
  removeBot(channel: string): void;
  inviteBot(channel: string): void;
  createChannel(
    team: string,
    channel: { id: string; name: string; kind?: SlackChannel["kind"]; members?: string[] },
  ): void;
  /** The app is thrown out: app_uninstalled (and tokens_revoked), then the token gets account_inactive. */
  uninstall(team: string): Delivery[];
  /** The token stops working and the app is told by tokens_revoked, unless `silently`. */
  revokeToken(team: string, options?: { silently?: boolean }): Delivery[];
}

export function adminActs({ world, events }: { world: World; events: EventOut }): AdminActs {
  const at = (channelId: string) => {
    const channel = channelOf(world, channelId);
    return { channel, team: teamOf(world, channel.teamId) };
  };

  function revoked(team: SlackTeam): (Delivery | undefined)[] {
    const tokens = { oauth: [], bot: [botOf(team).botUserId] };
    return [events.event(team, "tokens_revoked", { type: "tokens_revoked", tokens })];
  }

  return {
    archive(channelId) {
      at(channelId).channel.archived = true;
    },
    unarchive(channelId) {
      at(channelId).channel.archived = false;
    },
    removeBot(channelId) {
      const { channel, team } = at(channelId);
      channel.members.delete(botOf(team).botUserId);
    },
    inviteBot(channelId) {
      const { channel, team } = at(channelId);
      channel.members.add(botOf(team).botUserId);
    },
    createChannel(teamId, { id, name, kind = "public", members }) {
      const team = teamOf(world, teamId);
      const everyone = members ?? [...team.users.keys()];
      addChannel(team, { id, name, kind, members: new Set(everyone) });
    },
    uninstall(teamId) {
      const team = teamOf(world, teamId);
      const told = [...revoked(team), events.event(team, "app_uninstalled", { type: "app_uninstalled" })];
      botOf(team).refused = "account_inactive";
      return told.filter((delivery) => delivery !== undefined);
    },
    revokeToken(teamId, { silently = false } = {}) {
      const team = teamOf(world, teamId);
      const told = silently ? [] : revoked(team);
      botOf(team).refused = "token_revoked";
      return told.filter((delivery) => delivery !== undefined);
    },
  };
}

export function botOf(team: SlackTeam): Installation {
  if (!team.installation) throw new Error(`The app is not installed in ${team.id}.`);
  return team.installation;
}

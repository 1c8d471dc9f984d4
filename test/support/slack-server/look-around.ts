import { botOf } from "./admin-acts.ts";
import { sessionIn } from "./methods/agents.ts";
import { directChannel } from "./settle-team.ts";
import { channelOf, type SlackMessage, teamOf, threadOf, userOf, type World } from "./world.ts";

/** The questions that only look at the world. */
export function lookAround(world: World) {
  const firstTeam = () => [...world.teams.keys()][0]!;
  const team = (id = firstTeam()) => teamOf(world, id);
  const own = (channel: string) => [...channelOf(world, channel).log.values()].filter((m) => m.bot_id);
  return {
    team,
    botToken: (id?: string) => botOf(team(id)).botToken,
    botUserId: (id?: string) => botOf(team(id)).botUserId,
    history(channel: string, { all = false } = {}) {
      const messages = [...channelOf(world, channel).log.values()];
      return all ? messages : messages.filter((m) => !m.thread_ts || m.thread_ts === m.ts);
    },
    thread: (channel: string, rootTs: string) => threadOf(channelOf(world, channel), rootTs),
    message: (channel: string, ts: string) => channelOf(world, channel).log.get(ts),
    lastPost(channel: string, thread?: string): SlackMessage {
      const last = own(channel).findLast((m) => thread === undefined || m.thread_ts === thread);
      if (!last) throw new Error(`The app posted nothing in ${channel}${thread ? ` in thread ${thread}` : ""}.`);
      return last;
    },
    snapshot: (message: SlackMessage) => structuredClone(message),
    ephemeralsTo: (user: string, channel?: string) =>
      world.ephemerals.filter((e) => e.to === user && !e.deleted && (!channel || e.channel === channel)),
    dmOf: (user: string) => directChannel(team(userOf(world, user).teamId), user).id,
    sessionOf: (channel: string, thread: string) => sessionIn(world, channel, thread),
    postsByKey(keyOf = metadataKey) {
      const byKey = new Map<string, SlackMessage[]>();
      for (const { channels } of world.teams.values()) {
        for (const { log } of channels.values()) {
          for (const message of log.values()) {
            const key = message.bot_id ? keyOf(message) : undefined;
            if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), message]);
          }
        }
      }
      return byKey;
    },
  };
}

function metadataKey({ metadata }: SlackMessage): string | undefined {
  return metadata && `${metadata.event_type} ${JSON.stringify(metadata.event_payload)}`;
}

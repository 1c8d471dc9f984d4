import { botOf } from "./admin-acts.ts";
import type { Delivery } from "./deliver.ts";
import type { EventOut } from "./event-out.ts";
import { wire } from "./event-out.ts";
import type { FileCabinet } from "./file-cabinet.ts";
import type { Json } from "./json.ts";
import { deleted } from "./methods/chat.ts";
import { directChannel } from "./settle-team.ts";
import {
  channelOf,
  forget,
  type Installation,
  keep,
  type SlackChannel,
  type SlackMessage,
  type SlackTeam,
  teamOf,
  userOf,
  type World,
} from "./world.ts";

export interface Said {
  channel: string;
  user: string;
  text: string;
  /** The root of the thread to answer in. */
  thread?: string;
  /** Brought along, as a person drops files into the chat. */
  files?: { name: string; mimetype: string; bytes: Buffer }[];
  /** More fields of the event, or others in their place. */
  more?: Json;
}

/** A message that a person wrote, and what the app was told of it (nothing, when it may not know). */
export interface SaidMessage {
  message: SlackMessage;
  ts: string;
  channel: string;
  deliveries: Delivery[];
  /** All deliveries acknowledged or given up. */
  told: Promise<unknown>;
}

/** What people and admins do in this Slack, apart from pressing and filling in. */
export interface PeopleActs {
  /** Any message of a person; with the bot's `<@U…>` in its text the app also gets an app_mention. */
  say(said: Said): SaidMessage;
  /** Says `<@bot> text`. */
  mention(said: Said): SaidMessage;
  /** Says it in the person's DM with the app. */
  directMessage(said: Omit<Said, "channel">): SaidMessage;
  /** Says it in the thread of this message. */
  reply(to: Pick<SlackMessage, "ts" | "channel" | "thread_ts">, said: Omit<Said, "channel" | "thread">): SaidMessage;
  editMessage(message: SlackMessage, text: string): void;
  /** A person or an admin deletes a message (the app's as well). */
  deleteMessage(message: Pick<SlackMessage, "ts" | "channel">): void;
  openHome(user: string, tab?: "home" | "messages"): Delivery | undefined;
  /** The native Stop button of an agent session. */
  stopSession(at: { channel: string; thread: string; user: string; streaming?: string[] }): Delivery | undefined;
}

export interface PeopleDeps {
  world: World;
  events: EventOut;
  files: FileCabinet;
}

export function peopleActs({ world, events, files }: PeopleDeps): PeopleActs {
  const at = (channelId: string) => {
    const channel = channelOf(world, channelId);
    return { channel, team: teamOf(world, channel.teamId) };
  };

  function say({ channel: channelId, user, text, thread, files: brought = [], more }: Said): SaidMessage {
    const { channel, team } = at(channelId);
    userOf(world, user);
    const shared = brought.map((file) => files.wire(files.add(team.id, user, file)));
    const message = keep(world, {
      type: "message",
      team: team.id,
      channel: channel.id,
      ts: world.nextTs(),
      user,
      text,
      edits: 0,
      ...(thread ? { thread_ts: thread } : {}),
      ...(shared.length ? { files: shared, subtype: "file_share" } : {}),
    });
    const told = tell(team, channel, message, more);
    return {
      message,
      ts: message.ts,
      channel: channel.id,
      deliveries: told,
      told: Promise.all(told.map((delivery) => delivery.settled)),
    };
  }

  function tell(team: SlackTeam, channel: SlackChannel, message: SlackMessage, more: Json = {}): Delivery[] {
    const bot = team.installation;
    if (!bot) return [];
    const parent = message.thread_ts ? channel.log.get(message.thread_ts)?.user : undefined;
    const event = {
      ...wire(message),
      client_msg_id: world.nextId("client-"),
      blocks: [richText(message.text)],
      event_ts: message.ts,
      ...(parent ? { parent_user_id: parent } : {}),
    };
    const told = [events.message(team, channel, { ...event, ...more })];
    if (mentions(message.text, bot) && channel.kind !== "im" && channel.members.has(bot.botUserId)) {
      told.unshift(events.event(team, "app_mention", { ...event, type: "app_mention", channel: channel.id, ...more }));
    }
    return told.filter((delivery) => delivery !== undefined);
  }

  return {
    say,
    mention: (said) => say({ ...said, text: `<@${botOf(at(said.channel).team).botUserId}> ${said.text}` }),
    directMessage: (said) => {
      const team = teamOf(world, userOf(world, said.user).teamId);
      return say({ ...said, channel: directChannel(team, said.user).id });
    },
    reply: (to, said) => say({ ...said, channel: to.channel, thread: to.thread_ts ?? to.ts }),
    editMessage(message, text) {
      const { channel, team } = at(message.channel);
      const before = wire(message);
      message.text = text;
      message.edits++;
      message.edited = { user: message.user ?? "", ts: world.nextTs() };
      const changed = { subtype: "message_changed", hidden: true, ts: world.nextTs() };
      events.message(team, channel, { ...changed, message: wire(message), previous_message: before });
    },
    deleteMessage({ ts, channel: channelId }) {
      const { channel, team } = at(channelId);
      const message = channel.log.get(ts);
      if (!message) throw new Error(`No message ${ts} in ${channelId}.`);
      forget(channel, message);
      events.message(team, channel, deleted(world.nextTs(), message));
    },
    openHome(user, tab = "home") {
      const team = teamOf(world, userOf(world, user).teamId);
      const channel = directChannel(team, user).id;
      return events.event(team, "app_home_opened", { type: "app_home_opened", user, channel, tab });
    },
    stopSession({ channel: channelId, thread, user, streaming = [] }) {
      const { channel, team } = at(channelId);
      return events.event(team, "agent_session_stopped", {
        type: "agent_session_stopped",
        channel: channel.id,
        user,
        thread_ts: thread,
        streaming_message_ts: streaming,
      });
    },
  };
}

function mentions(text: string, bot: Installation): boolean {
  return text.includes(`<@${bot.botUserId}>`) || text.includes(`<@${bot.botUserId}|`);
}

/** Slack sends what people typed as rich text too. */
function richText(text: string): Json {
  const elements = [{ type: "text", text: text === "" ? " " : text }];
  return { type: "rich_text", block_id: "typed", elements: [{ type: "rich_text_section", elements }] };
}

import { botOf } from "./admin-acts.ts";
import type { Book } from "./book.ts";
import type { Ack } from "./deliver.ts";
import { type EventOut, wire } from "./event-out.ts";
import { findElement } from "./find-element.ts";
import { asList, asText, type Json } from "./json.ts";
import { type OpenView, type OpenViews, wireView } from "./open-views.ts";
import type { ResponseUrls } from "./response-urls.ts";
import { settleView } from "./settle-view.ts";
import { runSlashCommand } from "./slash-command.ts";
import { type FilledIn, refuseUnfit, stateOf } from "./view-state.ts";
import {
  channelOf,
  type EphemeralMessage,
  type SlackMessage,
  type SlackTeam,
  teamOf,
  userOf,
  type World,
} from "./world.ts";

/** How the app took an interaction: its acknowledgement, and the trigger that it was given. */
export interface Taken {
  ack: Ack;
  triggerId: string;
  responseUrl?: string;
}

export interface Pressed {
  user: string;
  /** In place of the element's own value: for made-up buttons. */
  value?: string;
  /** For menus. */
  selected?: Json;
}

export interface SlashCommand {
  /** Default /piloto. */
  command?: string;
  text: string;
  user: string;
  /** Default: the person's DM with the app. */
  channel?: string;
}

/** What people press and fill in. Each resolves when the app has acknowledged or Slack has given up. */
export interface Interactions {
  /**
   * Presses a button (by action_id, or by its label) of a message as given: a copy of an older state presses the
   * button of that state. `message` may also be an ephemeral one.
   */
  press(message: SlackMessage | EphemeralMessage, button: string, by: Pressed): Promise<Taken>;
  /** Presses a button in a modal or in Home. */
  pressInView(view: OpenView, button: string, by?: Partial<Pressed>): Promise<Taken>;
  /** An interaction with this payload on top of a usual block_actions: for malformed and made-up ones. */
  pressRaw(team: string, payload: Json): Promise<Ack>;
  slash(command: SlashCommand): Promise<Taken>;
  /** A message shortcut. */
  shortcut(message: SlackMessage, shortcut: { callbackId: string; user: string }): Promise<Taken>;
  /** A global shortcut. */
  globalShortcut(shortcut: { callbackId: string; user: string }): Promise<Taken>;
  /**
   * Submits the modal with these values, by block_id or action_id; what is not named keeps its initial value.
   * `errors` are what the app refused; then the modal is still open. Throws where Slack would not let a person submit:
   * a demanded input that is empty, a text that is too long.
   */
  submitView(view: OpenView, filled?: FilledIn): Promise<Taken & { errors?: Record<string, string> }>;
  /** Closes the modal with its X; the app is told when it asked for it. */
  closeView(view: OpenView): Promise<Taken | undefined>;
}

export interface InteractionDeps {
  world: World;
  events: EventOut;
  views: OpenViews;
  responses: ResponseUrls;
  book: Book;
}

export function interactions(deps: InteractionDeps): Interactions {
  const { world, events, views, responses } = deps;

  function base(type: string, team: SlackTeam, userId: string) {
    const user = userOf(world, userId);
    const triggerId = views.newTrigger(team.id, userId);
    const payload: Json = {
      type,
      user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
      api_app_id: world.appId,
      token: "verification-token",
      trigger_id: triggerId,
      team: { id: team.id, domain: team.domain },
      enterprise: null,
      is_enterprise_install: false,
    };
    return { triggerId, payload };
  }

  async function send(team: SlackTeam, triggerId: string, payload: Json): Promise<Taken> {
    const ack = await events.other("interactive", team, payload).settled;
    const responseUrl = asText(payload.response_url);
    return { ack, triggerId, ...(responseUrl ? { responseUrl } : {}) };
  }

  async function press(message: SlackMessage | EphemeralMessage, button: string, by: Pressed): Promise<Taken> {
    const team = teamOf(world, channelOf(world, message.channel).teamId);
    const ephemeral = "by" in message;
    const { triggerId, payload } = base("block_actions", team, by.user);
    const thread = message.thread_ts ? { thread_ts: message.thread_ts } : {};
    const url = responses.make({
      channel: message.channel,
      user: by.user,
      ...(message.thread_ts ? { thread: message.thread_ts } : {}),
      original: { ts: message.ts, ephemeral },
    });
    const place = { message_ts: message.ts, channel_id: message.channel, is_ephemeral: ephemeral, ...thread };
    return send(team, triggerId, {
      ...payload,
      container: { type: "message", ...place },
      channel: { id: message.channel, name: channelName(world, message.channel) },
      ...(ephemeral ? {} : { message: wire(message) }),
      state: stateOf(message.blocks ?? [], {}),
      response_url: url,
      actions: [actionOf(world, message.blocks ?? [], button, by)],
    });
  }

  async function submitView(view: OpenView, filled: FilledIn = {}) {
    const team = teamOf(world, view.team);
    const { triggerId, payload } = base("view_submission", team, view.user);
    const state = stateOf(asList(view.view.blocks), filled);
    refuseUnfit(asList(view.view.blocks), state);
    const seen = wireView(world, view, botOf(team).botId, state);
    const taken = await send(team, triggerId, { ...payload, view: seen, response_urls: [] });
    return { ...taken, ...settleView(deps, view, taken.ack) };
  }

  return {
    press,
    async pressInView(view, button, by = {}) {
      const team = teamOf(world, view.team);
      const { triggerId, payload } = base("block_actions", team, by.user ?? view.user);
      const blocks = asList(view.view.blocks);
      return send(team, triggerId, {
        ...payload,
        container: { type: "view", view_id: view.id },
        view: wireView(world, view, botOf(team).botId, stateOf(blocks, {})),
        actions: [actionOf(world, blocks, button, { user: view.user, ...by })],
      });
    },
    async pressRaw(teamId, payload) {
      const team = teamOf(world, teamId);
      const user = [...team.users.keys()][0]!;
      return (await send(team, "", { ...base("block_actions", team, user).payload, ...payload })).ack;
    },
    slash: (command) => runSlashCommand(deps, command),
    async shortcut(message, { callbackId, user }) {
      const team = teamOf(world, channelOf(world, message.channel).teamId);
      const { triggerId, payload } = base("message_action", team, user);
      const url = responses.make({ channel: message.channel, user });
      return send(team, triggerId, {
        ...payload,
        callback_id: callbackId,
        action_ts: world.nextTs(),
        message_ts: message.ts,
        message: wire(message),
        channel: { id: message.channel, name: channelName(world, message.channel) },
        response_url: url,
      });
    },
    async globalShortcut({ callbackId, user }) {
      const team = teamOf(world, userOf(world, user).teamId);
      const { triggerId, payload } = base("shortcut", team, user);
      return send(team, triggerId, { ...payload, callback_id: callbackId, action_ts: world.nextTs() });
    },
    submitView,
    async closeView(view) {
      views.close(view.id);
      if (view.view.notify_on_close !== true) return undefined;
      const team = teamOf(world, view.team);
      const { triggerId, payload } = base("view_closed", team, view.user);
      const seen = wireView(world, view, botOf(team).botId);
      return send(team, triggerId, { ...payload, view: seen, is_cleared: false });
    },
  };
}

function channelName(world: World, channelId: string): string {
  const channel = channelOf(world, channelId);
  return channel.kind === "im" ? "directmessage" : channel.name;
}

function actionOf(world: World, blocks: unknown[], button: string, by: Pressed): Json {
  const { element, blockId } = findElement(blocks, button);
  const { type, action_id, text, value } = element;
  return {
    type,
    action_id,
    block_id: blockId,
    ...(text ? { text } : {}),
    ...(by.value !== undefined ? { value: by.value } : value !== undefined ? { value } : {}),
    ...by.selected,
    action_ts: world.nextTs(),
  };
}

import { botOf } from "./admin-acts.ts";
import { wire } from "./event-out.ts";
import { findElement } from "./find-element.ts";
import type { InteractionDeps, Interactions, Pressed, Taken } from "./interaction-shape.ts";
import { asList, asText, type Json } from "./json.ts";
import { type OpenView, wireView } from "./open-views.ts";
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

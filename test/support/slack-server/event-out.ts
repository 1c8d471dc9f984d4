import type { Delivery, DeliveryKind } from "./deliver.ts";
import type { Json } from "./json.ts";
import type { Installation, SlackChannel, SlackMessage, SlackTeam, World } from "./world.ts";

/** Sends events to the app, when it is subscribed to them and may see them. */
export interface EventOut {
  /** undefined when the app does not get this event (not installed, not subscribed, no scope). */
  event(team: SlackTeam, name: string, event: Json, install?: Installation): Delivery | undefined;
  /** `message` for what was posted, changed or deleted, in the form for its kind of channel. */
  message(team: SlackTeam, channel: SlackChannel, event: Json): Delivery | undefined;
  other(kind: DeliveryKind, team: SlackTeam, payload: Json): Delivery;
}

/** The scope without which Slack does not send an event. Source: the reference page of each event (2026-11-21). */
const SCOPE_OF: Record<string, string> = {
  app_mention: "app_mentions:read",
  "message.im": "im:history",
  "message.channels": "channels:history",
  "message.groups": "groups:history",
  "message.mpim": "mpim:history",
  agent_session_stopped: "assistant:write",
  agent_session_title_changed: "assistant:write",
};

export const MESSAGE_EVENT = {
  public: "message.channels",
  private: "message.groups",
  im: "message.im",
  mpim: "message.mpim",
} as const;

const CHANNEL_TYPE = { public: "channel", private: "group", im: "im", mpim: "mpim" } as const;

export function eventOut(
  world: World,
  deliver: (kind: DeliveryKind, team: string, payload: Json) => Delivery,
): EventOut {
  function event(team: SlackTeam, name: string, inner: Json, install = team.installation): Delivery | undefined {
    if (!install?.events.has(name) || install.refused) return undefined;
    const scope = SCOPE_OF[name];
    if (scope && !install.scopes.has(scope)) return undefined;
    return deliver("events_api", team.id, callback(team, install, inner));
  }

  function callback(team: SlackTeam, install: Installation, inner: Json): Json {
    return {
      token: "verification-token",
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: world.appId,
      event: { event_ts: world.nextTs(), ...inner },
      type: "event_callback",
      event_id: world.nextId("Ev"),
      event_time: Math.floor(world.nowMs() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: team.id,
          user_id: install.botUserId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
    };
  }

  return {
    event,
    message(team, channel, inner) {
      const install = team.installation;
      if (!install || !channel.members.has(install.botUserId)) return undefined;
      return event(team, MESSAGE_EVENT[channel.kind], {
        type: "message",
        channel: channel.id,
        channel_type: CHANNEL_TYPE[channel.kind],
        ...inner,
      });
    },
    other: (kind, team, payload) => deliver(kind, team.id, payload),
  };
}

/** A message as events, history and clicks show it. */
export function wire(message: SlackMessage, { metadata = true } = {}): Json {
  const { edits: _, streaming, channel: _channel, ...shown } = message;
  if (!metadata) delete shown.metadata;
  return streaming ? { ...shown, streaming_state: "in_progress" } : { ...shown };
}

/** What Piloto asks of a workspace, each with what it is for. Source: docs.slack.dev/reference/scopes. */
export const BOT_SCOPES: Readonly<Record<string, string>> = {
  "app_mentions:read": "hear @piloto",
  "assistant:write": "show that it thinks, and offer Slack's own Stop",
  "channels:history": "read the thread it was called into, and replies in its own threads",
  "channels:read": "tell channels apart",
  "chat:write": "post and edit cards",
  commands: "/piloto and the shortcut",
  "files:read": "take files that come with a message",
  "files:write": "attach long output",
  "groups:history": "the same in private channels",
  "groups:read": "the same in private channels",
  "im:history": "hear direct messages",
  "im:read": "catch up on direct messages after a pause",
  "im:write": "answer somebody directly",
  "mpim:history": "hear group messages",
  "usergroups:read": "let a user group confirm",
  "users:read": "call people by their names",
};

/** Without these Piloto still works, a little poorer. */
export const OPTIONAL_SCOPES: readonly string[] = [
  "assistant:write",
  "files:read",
  "files:write",
  "mpim:history",
  "usergroups:read",
];

/** Source: docs.slack.dev/reference/events. */
export const BOT_EVENTS: Readonly<Record<string, string>> = {
  app_home_opened: "the home page",
  app_mention: "being called in a channel",
  app_uninstalled: "forget a workspace that took Piloto off",
  agent_session_stopped: "Slack's own Stop button",
  "message.channels": "replies in its threads without a mention",
  "message.groups": "the same in private channels",
  "message.im": "direct messages",
  "message.mpim": "group messages",
  tokens_revoked: "notice a revoked token",
};

export const SHORTCUT_ID = "plan_from_message";
export const SLASH_COMMAND = "/piloto";

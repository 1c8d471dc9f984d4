/** What one Web API method takes. Names end with `!` where Slack demands them. */
export interface MethodArguments {
  /** As the specification of 2021 has them (without the token). */
  spec: string[];
  /** Came later, or are demanded in truth: from @slack/web-api 8.2.0 and https://docs.slack.dev/reference/methods. */
  added?: string[];
  /** Demanded by the specification, but an alternative came later. */
  relaxed?: string[];
  /** Takes application/json bodies as well as forms. */
  json: boolean;
}

/** The methods that the specification of 2021 knows; a test holds this table against it where it is at hand. */
export const SPEC_METHODS: Record<string, MethodArguments> = {
  "auth.test": { spec: [], json: true },
  "auth.revoke": { spec: ["test"], json: false },
  "apps.uninstall": { spec: ["client_id", "client_secret"], added: ["client_id!", "client_secret!"], json: false },
  "chat.postMessage": {
    spec: [
      "as_user",
      "attachments",
      "blocks",
      "channel!",
      "icon_emoji",
      "icon_url",
      "link_names",
      "mrkdwn",
      "parse",
      "reply_broadcast",
      "text",
      "thread_ts",
      "unfurl_links",
      "unfurl_media",
      "username",
    ],
    added: ["metadata", "markdown_text"],
    json: true,
  },
  "chat.update": {
    spec: ["as_user", "attachments", "blocks", "channel!", "link_names", "parse", "text", "ts!"],
    added: ["metadata", "markdown_text", "file_ids", "reply_broadcast", "unfurled_attachments"],
    json: true,
  },
  "chat.delete": { spec: ["ts", "channel", "as_user"], added: ["channel!", "ts!"], json: true },
  "chat.postEphemeral": {
    spec: [
      "as_user",
      "attachments",
      "blocks",
      "channel!",
      "icon_emoji",
      "icon_url",
      "link_names",
      "parse",
      "text",
      "thread_ts",
      "user!",
      "username",
    ],
    added: ["markdown_text"],
    json: true,
  },
  "chat.getPermalink": { spec: ["channel!", "message_ts!"], json: false },
  "conversations.replies": {
    spec: ["channel", "ts", "latest", "oldest", "inclusive", "limit", "cursor"],
    added: ["include_all_metadata", "channel!", "ts!"],
    json: false,
  },
  "conversations.history": {
    spec: ["channel", "latest", "oldest", "inclusive", "limit", "cursor"],
    added: ["include_all_metadata", "channel!"],
    json: false,
  },
  "conversations.info": {
    spec: ["channel", "include_locale", "include_num_members"],
    added: ["channel!"],
    json: false,
  },
  "conversations.open": { spec: ["channel", "users", "return_im"], added: ["prevent_creation"], json: true },
  "conversations.members": { spec: ["channel", "limit", "cursor"], added: ["channel!"], json: false },
  "conversations.list": { spec: ["exclude_archived", "types", "limit", "cursor"], added: ["team_id"], json: false },
  "users.info": { spec: ["include_locale", "user"], added: ["user!"], json: false },
  "users.conversations": {
    spec: ["user", "types", "exclude_archived", "limit", "cursor"],
    json: false,
  },
  "users.list": { spec: ["limit", "cursor", "include_locale"], json: false },
  "bots.info": { spec: ["bot"], json: false },
  "usergroups.list": { spec: ["include_users", "include_count", "include_disabled"], added: ["team_id"], json: false },
  "usergroups.users.list": { spec: ["include_disabled", "usergroup!"], added: ["team_id"], json: false },
  "views.open": {
    spec: ["trigger_id!", "view!"],
    added: ["interactivity_pointer"],
    relaxed: ["trigger_id"],
    json: true,
  },
  "views.update": { spec: ["view_id", "external_id", "view", "hash"], added: ["view!"], json: true },
  "views.push": {
    spec: ["trigger_id!", "view!"],
    added: ["interactivity_pointer"],
    relaxed: ["trigger_id"],
    json: true,
  },
  "views.publish": { spec: ["user_id!", "view!", "hash"], json: true },
  "reactions.add": { spec: ["channel!", "name!", "timestamp!"], json: true },
  "files.info": { spec: ["file", "count", "page", "limit", "cursor"], added: ["file!"], json: false },
  "oauth.v2.access": {
    spec: ["client_id", "client_secret", "code!", "redirect_uri"],
    added: ["grant_type", "refresh_token", "code_verifier"],
    json: false,
  },
};

/** Methods that came after 2021, by the shapes of @slack/web-api 8.2.0. */
export const NEWER_METHODS: Record<string, MethodArguments> = {
  "apps.connections.open": { spec: [], added: [], json: true },
  "apps.manifest.export": { spec: [], added: ["app_id!"], json: true },
  "chat.startStream": {
    spec: [],
    added: [
      "channel!",
      "thread_ts!",
      "markdown_text",
      "chunks",
      "recipient_user_id",
      "recipient_team_id",
      "task_display_mode",
      "icon_emoji",
      "icon_url",
      "username",
    ],
    json: true,
  },
  "chat.appendStream": { spec: [], added: ["channel!", "ts!", "markdown_text", "chunks"], json: true },
  "chat.stopStream": {
    spec: [],
    added: ["channel!", "ts!", "markdown_text", "chunks", "blocks", "metadata", "session_status"],
    json: true,
  },
  "agents.sessions.setStatus": {
    spec: [],
    added: ["channel_id!", "thread_ts", "status!", "title", "initiator_user_id", "icon_emoji", "icon_url", "username"],
    json: true,
  },
  "agents.sessions.rename": { spec: [], added: ["channel_id!", "thread_ts", "title!"], json: true },
  "assistant.threads.setStatus": {
    spec: [],
    added: ["channel_id!", "thread_ts!", "status!", "loading_messages", "icon_emoji", "icon_url", "username"],
    json: true,
  },
  "files.getUploadURLExternal": { spec: [], added: ["filename!", "length!", "alt_text", "snippet_type"], json: false },
  "files.completeUploadExternal": {
    spec: [],
    added: ["files!", "channel_id", "thread_ts", "initial_comment", "blocks", "channels"],
    json: true,
  },
};

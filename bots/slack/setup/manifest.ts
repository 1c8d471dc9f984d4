import { SLACK_PATHS } from "../slack-settings.ts";
import { BOT_EVENTS, BOT_SCOPES, SHORTCUT_ID, SLASH_COMMAND } from "./scopes.ts";

export interface ManifestOptions {
  readonly mode: "socket" | "http";
  /** Where Slack reaches Piloto; needed in HTTP mode, and for installations by OAuth in either. */
  readonly publicUrl?: string;
  /** Several workspaces install it: redirect URL of the install page. */
  readonly oauth?: boolean;
  /** Slack's agent features (a paid plan has them): its own Stop button, the top bar. Default true. */
  readonly agent?: boolean;
  readonly name?: string;
}

type Manifest = Readonly<Record<string, unknown>>;

/** An app manifest, ready to paste under "From a manifest". Source: docs.slack.dev/reference/app-manifest. */
export function slackManifest({ mode, publicUrl, oauth, agent = true, name = "Piloto" }: ManifestOptions): Manifest {
  const isSocket = mode === "socket";
  const base = publicUrl ?? "https://piloto.example.com";
  const url = isSocket ? {} : { url: base + SLACK_PATHS.events };
  const requestUrl = isSocket ? {} : { request_url: base + SLACK_PATHS.events };
  return {
    display_information: {
      name,
      description: "Proposes a plan; a person confirms it; exactly that runs.",
      background_color: "#1c2430",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: name.toLowerCase(), always_online: true },
      shortcuts: [
        {
          name: "Plan from this message",
          type: "message",
          callback_id: SHORTCUT_ID,
          description: "Piloto makes a plan of what this message asks for.",
        },
      ],
      slash_commands: [
        {
          command: SLASH_COMMAND,
          ...url,
          description: "Ask, plan, see what runs",
          usage_hint: "ask … | plan … | call … | runs | status | stop | services | fleet | whoami | help",
          should_escape: true,
        },
      ],
      ...(agent ? { agent_view: { agent_description: "Turns what you ask into a plan that you confirm." } } : {}),
    },
    oauth_config: {
      ...(oauth ? { redirect_urls: [base + SLACK_PATHS.callback] } : {}),
      scopes: { bot: scopes(agent) },
    },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: events(agent) },
      interactivity: { is_enabled: true, ...requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: isSocket,
      token_rotation_enabled: false,
    },
  };
}

const scopes = (agent: boolean) => Object.keys(BOT_SCOPES).filter((scope) => agent || scope !== "assistant:write");
const events = (agent: boolean) =>
  Object.keys(BOT_EVENTS).filter((event) => agent || event !== "agent_session_stopped");

import { z } from "zod";
import { BOT_EVENTS, SHORTCUT_ID, SLASH_COMMAND } from "./scopes.ts";

const names = z.array(z.string()).catch([]);
const flag = z.boolean().catch(false);

/** The parts that Piloto depends on; everything else of an app is its owner's. */
const Manifest = z.object({
  features: z
    .object({
      app_home: z
        .object({ home_tab_enabled: flag, messages_tab_enabled: flag, messages_tab_read_only_enabled: flag })
        .catch({ home_tab_enabled: false, messages_tab_enabled: false, messages_tab_read_only_enabled: false }),
      shortcuts: z.array(z.object({ callback_id: z.string().catch("") })).catch([]),
      slash_commands: z.array(z.object({ command: z.string().catch("") })).catch([]),
      agent_view: z.unknown().optional(),
    })
    .catch({
      app_home: { home_tab_enabled: false, messages_tab_enabled: false, messages_tab_read_only_enabled: false },
      shortcuts: [],
      slash_commands: [],
    }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: names, request_url: z.string().optional() }).catch({ bot_events: [] }),
    interactivity: z.object({ is_enabled: flag, request_url: z.string().optional() }).catch({ is_enabled: false }),
    socket_mode_enabled: flag,
  }),
});

/** What an app lacks of what Piloto needs, one phrase each; `wanted` is Piloto's own manifest. */
export function compareManifest(found: unknown, wanted: unknown): string[] {
  const read = Manifest.safeParse(found);
  if (!read.success) return ["its manifest cannot be read"];
  const { features, settings } = read.data;
  const own = Manifest.parse(wanted).settings;
  const differences: string[] = [];
  const missing = Object.keys(BOT_EVENTS).filter(
    (event) =>
      !settings.event_subscriptions.bot_events.includes(event) &&
      (event !== "agent_session_stopped" || features.agent_view !== undefined),
  );
  if (missing.length > 0) differences.push(`not subscribed to ${missing.join(", ")}`);
  if (!settings.interactivity.is_enabled) differences.push("interactivity is off: buttons do nothing");
  if (own.socket_mode_enabled && !settings.socket_mode_enabled) differences.push("Socket Mode is off");
  if (!own.socket_mode_enabled && settings.socket_mode_enabled) differences.push("Socket Mode is on, HTTP is wanted");
  if (!features.app_home.home_tab_enabled) differences.push("the home tab is off");
  if (!features.app_home.messages_tab_enabled || features.app_home.messages_tab_read_only_enabled)
    differences.push("people cannot write to it: the messages tab is off or read-only");
  if (!features.slash_commands.some(({ command }) => command === SLASH_COMMAND))
    differences.push(`the command ${SLASH_COMMAND} is missing`);
  if (!features.shortcuts.some((shortcut) => shortcut.callback_id === SHORTCUT_ID))
    differences.push(`the shortcut ${SHORTCUT_ID} is missing`);
  if (!own.socket_mode_enabled) differences.push(...wrongAddresses(settings, own));
  return differences;
}

type Addresses = z.infer<typeof Manifest>["settings"];

function wrongAddresses(found: Addresses, own: Addresses): string[] {
  const wanted = own.event_subscriptions.request_url;
  const events = found.event_subscriptions.request_url;
  const buttons = found.interactivity.request_url;
  return [
    ...(events === wanted ? [] : [`events go to ${events ?? "nowhere"} instead of ${wanted}`]),
    ...(buttons === wanted ? [] : [`buttons go to ${buttons ?? "nowhere"} instead of ${wanted}`]),
  ];
}

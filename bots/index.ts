import type { DiscordSettings } from "./discord/discord-settings.ts";
import type { ChatFace, ChatFaceDeps } from "./shared/chat-face.ts";
import type { SlackSettings } from "./slack/slack-settings.ts";

export type { DiscordSettings } from "./discord/discord-settings.ts";
/** The faces: how people reach Piloto. Each is made before the core, hands over its platform, then takes the core. */
export { examineDiscord } from "./discord/setup/examine-discord.ts";
export { applicationIdOf, discordInvite } from "./discord/setup/invite.ts";
export type { ChatFace, ChatFaceDeps, FaceHealth } from "./shared/chat-face.ts";
export { examineSlack } from "./slack/setup/examine-slack.ts";
export { installedWorkspaces } from "./slack/setup/installed-workspaces.ts";
export { slackManifest } from "./slack/setup/manifest.ts";
export type { SlackSettings } from "./slack/slack-settings.ts";
export type { Face, FaceOptions } from "./terminal/face-options.ts";
export { createScriptFace, type ScriptFace, type ScriptOptions } from "./terminal/script.ts";
export { createTerminalFace, type TerminalFace } from "./terminal/terminal-face.ts";

/** Piloto in Slack. The platform's client is loaded only here. @throws PilotoError SETTINGS_INVALID for a missing token */
export async function createSlackFace(settings: SlackSettings, deps: ChatFaceDeps): Promise<ChatFace> {
  const face = await import("./slack/slack-face.ts");
  return face.createSlackFace(settings, deps);
}

/** Piloto in Discord. The platform's client is loaded only here. */
export async function createDiscordFace(settings: DiscordSettings, deps: ChatFaceDeps): Promise<ChatFace> {
  const face = await import("./discord/discord-face.ts");
  return face.createDiscordFace(settings, deps);
}

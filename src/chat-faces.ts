import { type ChatFace, type ChatFaceDeps, createDiscordFace, createSlackFace } from "../bots/index.ts";
import { isPilotoError, PilotoError } from "../core/domain/errors.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import { type DiscordAppSettings, type SlackAppSettings, TOKEN_PLACES } from "./chat-app-settings.ts";
import type { Settings } from "./settings.ts";

/**
 * The chat apps that the settings name, made and not yet connected. Their platforms go into the core.
 * @throws PilotoError SETTINGS_INVALID when a token is missing, with where to put it
 */
export async function createChatFaces(settings: Settings, deps: ChatFaceDeps): Promise<ChatFace[]> {
  const faces: ChatFace[] = [];
  if (settings.slack) faces.push(await slackFace(settings.slack, deps));
  if (settings.discord) faces.push(await discordFace(settings.discord, settings, deps));
  return faces;
}

/** With the tokens of the environment, else of the stored secrets. */
export async function slackSettings(slack: SlackAppSettings, secrets: Secrets) {
  const { mode, tokens, clientId, apiUrl, authorizeUrl, host, port, publicUrl, places } = slack;
  return {
    mode,
    botToken: tokens.bot ?? (await stored(TOKEN_PLACES.slackBot, secrets)),
    appToken: tokens.app ?? (await stored(TOKEN_PLACES.slackApp, secrets)),
    signingSecret: tokens.signing ?? (await stored(TOKEN_PLACES.slackSigning, secrets)),
    clientId,
    clientSecret: tokens.client ?? (await stored(TOKEN_PLACES.slackClient, secrets)),
    apiUrl,
    authorizeUrl,
    listen: { host, port, publicUrl },
    places,
    fileHosts: apiUrl === undefined ? undefined : [new URL(apiUrl).host],
  };
}

export async function discordToken(discord: DiscordAppSettings, secrets: Secrets): Promise<string | undefined> {
  return discord.tokens.bot ?? (await stored(TOKEN_PLACES.discordBot, secrets));
}

async function slackFace(slack: SlackAppSettings, deps: ChatFaceDeps): Promise<ChatFace> {
  return createSlackFace(await slackSettings(slack, deps.secrets), deps);
}

async function discordFace(
  discord: DiscordAppSettings,
  { defaultProject }: Settings,
  deps: ChatFaceDeps,
): Promise<ChatFace> {
  const token = await discordToken(discord, deps.secrets);
  if (token === undefined) {
    const message = `Discord wants a bot token. Set DISCORD_TOKEN, or store it: piloto secrets set ${TOKEN_PLACES.discordBot}`;
    throw new PilotoError("SETTINGS_INVALID", message);
  }
  const { apiUrl, messageContent, places } = discord;
  const fileHosts = apiUrl === undefined ? undefined : [new URL(apiUrl).host];
  return createDiscordFace({ token, apiUrl, messageContent, places, defaultProject, fileHosts }, deps);
}

async function stored(place: string, secrets: Secrets): Promise<string | undefined> {
  try {
    return await secrets.get(place);
  } catch (error) {
    if (isPilotoError(error, "SECRET_NOT_FOUND")) return undefined;
    throw error;
  }
}

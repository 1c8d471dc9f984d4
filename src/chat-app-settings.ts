import type { ProjectId } from "../core/domain/ids.ts";
import type { readEnvironment } from "./settings-environment.ts";
import type { SettingsFileContent } from "./settings-file.ts";

/** Where a chat app is listened to, and for which project: see docs/settings.md. */
export interface PlaceSettings {
  readonly server?: string;
  readonly channel?: string;
  readonly project?: ProjectId;
  readonly listen?: boolean;
  readonly threads?: boolean;
  /** Discord: a mention is answered in a thread of its own. */
  readonly startThreads?: boolean;
}

/** Tokens are those of the environment; what is absent is looked up among the stored secrets when Piloto starts. */
export interface SlackAppSettings {
  readonly mode: "socket" | "http";
  readonly tokens: {
    readonly bot?: string;
    readonly app?: string;
    readonly signing?: string;
    readonly client?: string;
  };
  /** With it, workspaces install Piloto by OAuth. */
  readonly clientId?: string;
  readonly apiUrl?: string;
  readonly authorizeUrl?: string;
  /** Where deliveries and installations come in over HTTP. */
  readonly host: string;
  readonly port: number;
  /** Where people and Slack reach that port. */
  readonly publicUrl?: string;
  readonly places: readonly PlaceSettings[];
}

export interface DiscordAppSettings {
  readonly tokens: { readonly bot?: string };
  readonly apiUrl?: string;
  /** Asks for the privileged intent, so that replies in Piloto's threads need no mention. */
  readonly messageContent: boolean;
  readonly places: readonly PlaceSettings[];
}

/** Where tokens of chat apps are stored when they are not in the environment: `piloto secrets set slack:bot-token`. */
export const TOKEN_PLACES = {
  slackBot: "slack:bot-token",
  slackApp: "slack:app-token",
  slackSigning: "slack:signing-secret",
  slackClient: "slack:client-secret",
  discordBot: "discord:bot-token",
} as const;

type Environment = ReturnType<typeof readEnvironment>;

const SLACK_PORT = 7422;

/** On when the settings file has a `slack` section, or the environment a token or client of Slack. */
export function slackAppSettings(env: Environment, file: SettingsFileContent["slack"]): SlackAppSettings | undefined {
  if (!file && !env.SLACK_BOT_TOKEN && !env.SLACK_CLIENT_ID) return undefined;
  return {
    mode: file?.mode ?? "socket",
    tokens: {
      bot: env.SLACK_BOT_TOKEN,
      app: env.SLACK_APP_TOKEN,
      signing: env.SLACK_SIGNING_SECRET,
      client: env.SLACK_CLIENT_SECRET,
    },
    clientId: env.SLACK_CLIENT_ID,
    apiUrl: env.SLACK_API_URL,
    authorizeUrl: env.SLACK_AUTHORIZE_URL,
    host: file?.host ?? "127.0.0.1",
    port: file?.port ?? SLACK_PORT,
    publicUrl: file?.publicUrl?.replace(/\/$/, ""),
    places: placesOf(file?.places),
  };
}

/** On when the settings file has a `discord` section, or the environment a token of Discord. */
export function discordAppSettings(
  env: Environment,
  file: SettingsFileContent["discord"],
): DiscordAppSettings | undefined {
  if (!file && !env.DISCORD_TOKEN) return undefined;
  return {
    tokens: { bot: env.DISCORD_TOKEN },
    apiUrl: env.DISCORD_API_URL,
    messageContent: file?.messageContent ?? false,
    places: placesOf(file?.places),
  };
}

const placesOf = (places: NonNullable<SettingsFileContent["discord"]>["places"] = []): PlaceSettings[] =>
  places.map((place) => ({ ...place, project: place.project as ProjectId | undefined }));

/** Tokens of the environment, by the place where they could be stored instead: never to be shown. */
export function knownTokens({
  slack,
  discord,
}: {
  readonly slack?: SlackAppSettings;
  readonly discord?: DiscordAppSettings;
}): Record<string, string | undefined> {
  return {
    [TOKEN_PLACES.slackBot]: slack?.tokens.bot,
    [TOKEN_PLACES.slackApp]: slack?.tokens.app,
    [TOKEN_PLACES.slackSigning]: slack?.tokens.signing,
    [TOKEN_PLACES.slackClient]: slack?.tokens.client,
    [TOKEN_PLACES.discordBot]: discord?.tokens.bot,
  };
}

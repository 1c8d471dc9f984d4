import type { Finding } from "../../../core/domain/finding.ts";
import type { AccountId } from "../../../core/domain/ids.ts";
import { SLACK_PATHS, type SlackSettings } from "../slack-settings.ts";
import { askSlack, NO_ANSWER, type SlackAnswer } from "./ask-slack.ts";
import { compareManifest } from "./compare-manifest.ts";
import type { InstalledWorkspace } from "./installed-workspaces.ts";
import { slackManifest } from "./manifest.ts";
import { BOT_SCOPES, OPTIONAL_SCOPES } from "./scopes.ts";

export interface ExamineSlackOptions {
  readonly settings: SlackSettings;
  /** Those that installed it by OAuth, when there is no bot token. */
  readonly installed?: readonly InstalledWorkspace[];
  /** An app configuration token (`xoxe…`), for this look alone: with it the app's own settings are compared. */
  readonly configToken?: string;
  /** Every name in every permission of every project. */
  readonly permitted: readonly AccountId[];
  readonly nowMs: number;
}

const API = "https://slack.com/api/";
const APPS = "https://api.slack.com/apps";

/** Looks at the set-up of the Slack app, one thing after the other; changes nothing, connects to nothing but the API. */
export async function* examineSlack(options: ExamineSlackOptions): AsyncGenerator<Finding> {
  const { settings } = options;
  const missing = missingTokens(settings);
  yield* missing;
  if (settings.appToken !== undefined && settings.mode === "socket") yield await theAppToken(settings);
  if (settings.mode === "http") yield theAddress(settings);
  if (settings.botToken !== undefined) {
    yield* theWorkspace(options, settings.botToken);
  } else if (settings.clientId !== undefined) yield* theInstallations(options);
}

async function* theInstallations(options: ExamineSlackOptions): AsyncGenerator<Finding> {
  const { installed = [], settings } = options;
  if (installed.length === 0) {
    const todo = `Open ${settings.listen.publicUrl ?? "slack.publicUrl"}${SLACK_PATHS.install} as somebody who may add apps.`;
    yield { what: "slack installs", state: "warn", found: "no workspace has installed it yet", todo };
  }
  for (const { home, token } of installed) {
    if (token !== undefined) yield* theWorkspace(options, token);
    else {
      const todo = "Install it there again: its token cannot be read with this key.";
      yield { what: "slack token", state: "bad", found: `the token of ${home} is lost`, todo };
    }
  }
}

async function* theWorkspace(options: ExamineSlackOptions, token: string): AsyncGenerator<Finding> {
  const { settings, permitted, nowMs } = options;
  const who = await ask(settings, "auth.test", token);
  yield theBot(who);
  if (!who.ok) return;
  yield theScopes(who, permitted);
  yield theClock(who, nowMs);
  yield thePeople(who, permitted);
  yield* thePlaces(await channelsOf(settings, token), settings, String(who.body.team_id));
  yield await theApp(options, who, token);
}

const ask = (settings: SlackSettings, method: string, token: string, args?: Record<string, string>) =>
  askSlack(settings.apiUrl ?? API, method, { token, args });

function* missingTokens({ mode, botToken, appToken, signingSecret, clientId }: SlackSettings): Generator<Finding> {
  if (botToken === undefined && clientId === undefined) {
    const todo = `Install the app to the workspace at ${APPS}, then set SLACK_BOT_TOKEN (OAuth & Permissions, xoxb-…).`;
    yield { what: "slack token", state: "bad", found: "no bot token", todo };
  }
  if (mode === "socket" && appToken === undefined) {
    const todo = "Make an app-level token with connections:write (Basic Information) and set SLACK_APP_TOKEN.";
    yield { what: "slack socket", state: "bad", found: "no app-level token", todo };
  }
  if (mode === "http" && signingSecret === undefined) {
    const todo = "Copy the signing secret (Basic Information) to SLACK_SIGNING_SECRET.";
    yield { what: "slack signing", state: "bad", found: "no signing secret", todo };
  }
}

async function theAppToken(settings: SlackSettings): Promise<Finding> {
  const answer = await ask(settings, "apps.connections.open", settings.appToken ?? "");
  if (answer.ok) return { what: "slack socket", state: "ok", found: "Socket Mode gives connections" };
  if (isSilent(answer)) return { what: "slack socket", state: "bad", found: told(answer), todo: UNREACHABLE };
  const todo =
    answer.error === "missing_scope" || answer.error === "not_allowed_token_type"
      ? "The app-level token needs the scope connections:write: make another (Basic Information)."
      : "Turn Socket Mode on at the app's page, and set SLACK_APP_TOKEN to an app-level token of this app.";
  return { what: "slack socket", state: "bad", found: told(answer), todo };
}

function theAddress({ listen }: SlackSettings): Finding {
  const { publicUrl } = listen;
  const what = "slack address";
  if (publicUrl === undefined) {
    const todo = "Set slack.publicUrl to the https address by which Slack reaches Piloto, or use Socket Mode.";
    return { what, state: "bad", found: "HTTP mode without a public address", todo };
  }
  if (publicUrl.startsWith("https://")) return { what, state: "ok", found: publicUrl };
  return { what, state: "warn", found: `${publicUrl} is not https`, todo: "Slack calls https addresses alone." };
}

function theBot(who: SlackAnswer): Finding {
  const what = "slack token";
  if (who.ok) return { what, state: "ok", found: `@${who.body.user} in ${who.body.team} (${who.body.team_id})` };
  const todo: Readonly<Record<string, string>> = {
    invalid_auth: "Copy the bot token again (OAuth & Permissions) to SLACK_BOT_TOKEN.",
    not_authed: "Copy the bot token again (OAuth & Permissions) to SLACK_BOT_TOKEN.",
    token_revoked: "The app was taken off: install it to the workspace again, and copy the new bot token.",
    account_inactive: "The app was taken off: install it to the workspace again, and copy the new bot token.",
  };
  return { what, state: "bad", found: told(who), todo: todo[who.error ?? ""] ?? UNREACHABLE };
}

function theScopes({ scopes }: SlackAnswer, permitted: readonly AccountId[]): Finding {
  const what = "slack scopes";
  if (scopes.length === 0)
    return { what, state: "warn", found: "Slack did not say", todo: "Look at OAuth & Permissions." };
  const missing = Object.keys(BOT_SCOPES).filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return { what, state: "ok", found: `all ${Object.keys(BOT_SCOPES).length}` };
  const usesGroups = permitted.some((name) => /^slack:[^/]+\/S/.test(name));
  const isNeeded = (scope: string) => !OPTIONAL_SCOPES.includes(scope) || (scope === "usergroups:read" && usesGroups);
  const told = missing.map((scope) => `${scope} (${BOT_SCOPES[scope]})`).join(", ");
  const todo = "Add them under OAuth & Permissions, then install the app again.";
  return { what, state: missing.some(isNeeded) ? "bad" : "warn", found: `without ${told}`, todo };
}

const CLOCK_OFF_MS = 60_000;
const CLOCK_REFUSED_MS = 300_000;

function theClock({ dateMs }: SlackAnswer, nowMs: number): Finding {
  const what = "slack clock";
  const offMs = dateMs === undefined ? 0 : nowMs - dateMs;
  if (Math.abs(offMs) < CLOCK_OFF_MS) return { what, state: "ok", found: "agrees with Slack's" };
  const found = `differs from Slack's by ${Math.round(offMs / 1000)} s`;
  const todo = "Let this computer take the time from the network (NTP): deliveries would be refused as too old.";
  return { what, state: Math.abs(offMs) < CLOCK_REFUSED_MS ? "warn" : "bad", found, todo };
}

function thePeople({ body }: SlackAnswer, permitted: readonly AccountId[]): Finding {
  const what = "slack people";
  const here = permitted.filter((name) => name === "slack:*" || name.startsWith(`slack:${body.team_id}/`));
  if (here.length > 0) return { what, state: "ok", found: `${here.length} permissions name this workspace` };
  const elsewhere = permitted.find((name) => name.startsWith("slack:"));
  const found = elsewhere
    ? `permissions name others (${elsewhere}), not ${body.team_id}`
    : "nobody on Slack may do anything";
  const todo = `Put "slack:${body.team_id}/<member id>" or "slack:${body.team_id}/*" under projects.<id>.access.`;
  return { what, state: "bad", found, todo };
}

interface ChannelsFound {
  readonly answer: SlackAnswer;
  readonly ids: readonly string[];
}

async function channelsOf(settings: SlackSettings, token: string): Promise<ChannelsFound> {
  const ids: string[] = [];
  let cursor = "";
  for (;;) {
    const args = { types: "public_channel,private_channel", exclude_archived: "true", limit: "200", cursor };
    const answer = await ask(settings, "users.conversations", token, args);
    const channels = Array.isArray(answer.body.channels) ? answer.body.channels : [];
    ids.push(...channels.map((channel: { id?: unknown }) => String(channel.id)));
    const next = answer.body.response_metadata as { next_cursor?: string } | undefined;
    cursor = next?.next_cursor ?? "";
    if (!answer.ok || cursor === "" || ids.length >= 5_000) return { answer, ids };
  }
}

function* thePlaces({ answer, ids }: ChannelsFound, { places }: SlackSettings, team: string): Generator<Finding> {
  const what = "slack channels";
  if (!answer.ok) {
    yield {
      what,
      state: "warn",
      found: told(answer),
      todo: "The scopes channels:read and groups:read tell where it is.",
    };
    return;
  }
  if (ids.length === 0) {
    const todo = "Invite it where it should work: /invite @piloto. Direct messages work without.";
    yield { what, state: "warn", found: "it is in no channel", todo };
  } else yield { what, state: "ok", found: `in ${ids.length} channel${ids.length === 1 ? "" : "s"}` };
  const wanted = places.filter(({ server, listen }) => (server ?? team) === team && listen !== false);
  for (const { channel } of wanted) {
    if (channel === undefined || ids.includes(channel)) continue;
    const todo = "Invite it there (/invite @piloto), or correct the id under slack.places: it begins with C or G.";
    yield { what, state: "bad", found: `${channel} is among the places, and it is not in it`, todo };
  }
}

/** Events, interactivity, home and shortcuts stand only in the app's own settings. */
async function theApp(
  { settings, configToken }: ExamineSlackOptions,
  who: SlackAnswer,
  token: string,
): Promise<Finding> {
  const what = "slack app";
  if (configToken === undefined) {
    const todo = `To compare events and interactivity, run once with SLACK_CONFIG_TOKEN (${APPS}, "Your App Configuration Tokens").`;
    return { what, state: "warn", found: "its own settings were not looked at", todo };
  }
  const bot = await ask(settings, "bots.info", token, { bot: String(who.body.bot_id) });
  const appId = (bot.body.bot as { app_id?: string } | undefined)?.app_id;
  if (appId === undefined)
    return { what, state: "warn", found: told(bot), todo: "The scope users:read tells which app it is." };
  const exported = await ask(settings, "apps.manifest.export", configToken, { app_id: appId });
  if (!exported.ok) {
    const todo = "Configuration tokens live 12 hours: make another, of the account that owns the app.";
    return { what, state: "bad", found: told(exported), todo };
  }
  const { mode, listen } = settings;
  const differences = compareManifest(exported.body.manifest, slackManifest({ mode, publicUrl: listen.publicUrl }));
  if (differences.length === 0)
    return { what, state: "ok", found: `${appId}: events, buttons, home and commands are on` };
  const todo = `Paste the output of "piloto slack manifest" at ${APPS}/${appId}/app-manifest, then install it again.`;
  return { what, state: "bad", found: differences.join("; "), todo };
}

const UNREACHABLE = "Is slack.com reachable from here? SLACK_API_URL should normally not be set.";

const isSilent = ({ error }: SlackAnswer) => error?.startsWith(NO_ANSWER) === true;

function told(answer: SlackAnswer): string {
  const { error = "something unknown" } = answer;
  return isSilent(answer) ? `Slack does not answer: ${error.slice(NO_ANSWER.length)}` : `Slack answers ${error}`;
}

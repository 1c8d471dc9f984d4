import type { Book } from "./book.ts";
import { asText, type Json } from "./json.ts";
import { ALL_EVENTS, install } from "./settle-team.ts";
import { SlackNo } from "./slack-no.ts";
import type { World } from "./world.ts";

interface Grant {
  team: string;
  user: string;
  scopes: string[];
  redirectUri: string;
  untilMs: number;
  used: boolean;
}

export type OAuthCodes = Map<string, Grant>;

/** A person of a team agrees: gives the address that Slack sends the browser to, with code and state. */
export function approve(
  { world, codes }: { world: World; codes: OAuthCodes },
  authorizeUrl: string,
  by: { team: string; user: string },
): string {
  const query = new URL(authorizeUrl).searchParams;
  if (query.get("client_id") !== world.clientId) throw new SlackNo("invalid_client_id");
  const redirectUri = query.get("redirect_uri") ?? "";
  const code = world.nextId("code.");
  const scopes = (query.get("scope") ?? "").split(",").filter(Boolean);
  codes.set(code, { ...by, scopes, redirectUri, untilMs: world.nowMs() + 10 * 60_000, used: false });
  const back = new URL(redirectUri);
  back.searchParams.set("code", code);
  back.searchParams.set("state", query.get("state") ?? "");
  return back.href;
}

/** oauth.v2.access: the code becomes a bot token, once. Source: https://docs.slack.dev/authentication/installing-with-oauth. */
export function accessToken(
  { world, codes, book }: { world: World; codes: OAuthCodes; book: Book },
  args: Json,
  basic: { id: string; secret: string } | undefined,
): Json {
  const id = basic?.id ?? asText(args.client_id);
  const secret = basic?.secret ?? asText(args.client_secret);
  if (id !== world.clientId) throw new SlackNo("invalid_client_id");
  if (secret !== world.clientSecret) throw new SlackNo("bad_client_secret");
  const grant = codes.get(asText(args.code) ?? "");
  if (!grant || world.nowMs() > grant.untilMs) throw new SlackNo("invalid_code");
  if (grant.used) throw new SlackNo("code_already_used");
  if ((asText(args.redirect_uri) ?? grant.redirectUri) !== grant.redirectUri) throw new SlackNo("bad_redirect_uri");
  grant.used = true;
  const team = world.teams.get(grant.team)!;
  if (!grant.scopes.length) book.violation("oauth.v2.access", "asked for no scope");
  const bot = install(world, team, { scopes: grant.scopes, events: ALL_EVENTS });
  return {
    access_token: bot.botToken,
    token_type: "bot",
    scope: grant.scopes.join(","),
    bot_user_id: bot.botUserId,
    app_id: world.appId,
    team: { id: team.id, name: team.name },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: { id: grant.user },
  };
}

/** The page on which a person agrees; one button for each team. */
export function authorizePage(world: World, url: URL): string {
  const choices = [...world.teams.values()].map((team) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("team", team.id);
    return `<p><a href="/oauth/v2/allow?${query.toString().replaceAll("&", "&amp;")}">Allow in ${team.name}</a></p>`;
  });
  return `<!doctype html><title>Piloto wants to enter</title><h1>Piloto wants to enter</h1>${choices.join("")}`;
}

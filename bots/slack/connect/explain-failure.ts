import { ErrorCode, type WebAPICallError } from "@slack/web-api";

/** Why a call to Slack failed, for logs, health and the decision whether to go on at once. */
export interface ExplainedFailure {
  /** Slack's own word (`invalid_auth`, `missing_scope`), or `unreachable`, `http_<status>`, `ratelimited`, `other`. */
  readonly code: string;
  /** What was found and what to do. Holds no token. */
  readonly why: string;
  /** Slack asks to wait this long. */
  readonly retryAfterMs?: number;
  /** A person must do something: trying again soon is of no use. */
  readonly needsPerson: boolean;
}

const ADVICE: Readonly<Record<string, string>> = {
  invalid_auth: "Slack does not take the token. Copy it again from the app's page, or install the app again.",
  not_authed: "Slack got no token. Set it: see docs/slack.md.",
  token_revoked: "The token was revoked. Install the app again and store the new token.",
  token_expired: "The token has expired. Switch token rotation off for the app, and install it again.",
  account_inactive: "The app was taken off this workspace, or its user is deactivated. Install the app again.",
  team_disabled: "This workspace is disabled.",
  user_removed_from_team: "The app's user was removed from this workspace. Install the app again.",
  not_allowed_token_type: "This kind of token does not fit here: Socket Mode wants the app-level token (xapp-…).",
  missing_scope: "The token lacks a scope. Add it on the app's page (piloto doctor slack says which), and reinstall.",
  org_login_required: "The workspace is being moved to an organisation. Try again later.",
  link_disabled: "Socket Mode is switched off. Switch it on, on the app's page under Socket Mode.",
  forbidden_team: "Slack lets this app open no Socket Mode connection. Is Socket Mode on, on the app's page?",
  too_many_websockets: "Too many Socket Mode connections are open with this app-level token. Stop the other processes.",
};

const PERSON = Object.keys(ADVICE).filter((code) => code !== "org_login_required" && code !== "too_many_websockets");

/** Reads what web-api threw; anything else is `other` with its own words. Pure. */
export function explainFailure(error: unknown): ExplainedFailure {
  const code = codeOf(error);
  const advice = ADVICE[code];
  const told = advice ?? `Slack could not be asked: ${textOf(error)}`;
  const retryAfterMs = retryAfterOf(error);
  return {
    code,
    why: withoutTokens(advice === undefined ? told : `${told} (${code})`),
    needsPerson: PERSON.includes(code),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A failure with one of Slack's words, found elsewhere than in an answer of the Web API. */
export const explainCode = (code: string): ExplainedFailure => ({
  code,
  why: ADVICE[code] === undefined ? `Slack ended the connection: ${code}` : `${ADVICE[code]} (${code})`,
  needsPerson: PERSON.includes(code),
});

function codeOf(error: unknown): string {
  const { code, data, statusCode } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    data?: { error?: unknown };
    statusCode?: unknown;
  } & Partial<WebAPICallError>;
  if (code === ErrorCode.PlatformError && typeof data?.error === "string") return data.error;
  if (code === ErrorCode.RateLimitedError) return "ratelimited";
  if (code === ErrorCode.RequestError) return "unreachable";
  if (code === ErrorCode.HTTPError) return `http_${String(statusCode)}`;
  return "other";
}

function retryAfterOf(error: unknown): number | undefined {
  const seconds = (error as { retryAfter?: unknown } | undefined)?.retryAfter;
  return typeof seconds === "number" && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 300);
  // Clients wrap "fetch failed" in "fetch failed": only the innermost says what it was.
  let inner = error;
  for (let depth = 0; depth < 5 && inner.cause instanceof Error; depth++) inner = inner.cause;
  return (inner.message || error.message).slice(0, 300);
}

/** Whatever looks like a token of Slack goes, known or not. */
export const withoutTokens = (text: string): string => text.replace(/\bx(?:ox[a-z]|app)[-.][\w.-]+/g, "[token]");

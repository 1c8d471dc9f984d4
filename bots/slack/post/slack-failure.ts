import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";

/** Why a call to Slack did not succeed, as far as what to do next depends on it. */
export type SlackFailure =
  /** Nothing happened; ask again after `ms`. */
  | { readonly kind: "wait"; readonly ms: number; readonly code: string }
  /** The chat, its channel or the whole installation is out of reach for good. */
  | { readonly kind: "chat-gone"; readonly code: string }
  /** The one message is gone, or can no longer be changed. */
  | { readonly kind: "message-gone"; readonly code: string }
  /** Slack said no, and nothing happened: by its name of the error. */
  | { readonly kind: "refused"; readonly code: string }
  /** Slack was not reached, and nothing happened. */
  | { readonly kind: "unreached"; readonly code: string }
  /** It may have happened: no answer, half an answer, or a failure of Slack's own. */
  | { readonly kind: "doubtful"; readonly code: string };

const CHAT_GONE = new Set([
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "channel_is_limited_access",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
  "team_not_found",
  "cannot_dm_bot",
  "user_disabled",
  "not_installed",
  "thread_not_found",
  "thread_locked",
  "cannot_reply_to_message",
  "messages_tab_disabled",
]);

/** The token is of no use now. Whoever can puts another one in its place, or the installation is removed: till then it waits. */
const TOKEN_REFUSED = new Set([
  "account_inactive",
  "token_revoked",
  "token_expired",
  "invalid_auth",
  "not_authed",
  "team_disabled",
]);

const MESSAGE_GONE = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "cant_broadcast_message",
]);

/** "Some aspect of the operation may have succeeded": https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const DOUBTFUL = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

/** Said for what a workspace's plan or an older Slack lacks. */
const FEATURE_OFF = new Set([
  "unknown_method",
  "feature_not_enabled",
  "not_allowed",
  "not_allowed_token_type",
  "method_not_supported_for_channel_type",
  "channel_type_not_supported",
  "missing_recipient_user_id",
  "missing_recipient_team_id",
  "missing_scope",
  "no_permission",
  "paid_only",
  "plan_upgrade_required",
  "access_denied",
]);

const BLOCKS_REFUSED = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"]);

const RATE_LIMITED = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);
/** When Slack does not say how long. */
const WAIT_MS = 1_000;

/** Names a failure of a Web API call. What Slack's client did not throw is a bug and is thrown on. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: "wait", ms: Math.max(WAIT_MS, error.retryAfter * 1_000), code: "ratelimited" };
  }
  if (error instanceof WebAPIPlatformError)
    return failureNamed(error.data.error, error.data.response_metadata?.retryAfter);
  if (error instanceof WebAPIHTTPError) {
    return { kind: error.statusCode >= 500 ? "doubtful" : "unreached", code: `HTTP ${error.statusCode}` };
  }
  if (error instanceof WebAPIRequestError) {
    const code = causeCode(error.original);
    return { kind: NOT_SENT.has(code) ? "unreached" : "doubtful", code };
  }
  return unwrapped(error);
}

/** The client lets some things through as they are: an answer that broke off, a 429 without a time. */
function unwrapped(error: unknown): SlackFailure {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "AbortError" || name === "TimeoutError") return { kind: "doubtful", code: "no answer in time" };
  if (!(error instanceof Error)) throw error;
  if (error.message.startsWith("Retry header did not")) return { kind: "wait", ms: WAIT_MS, code: "ratelimited" };
  const isCut = error instanceof TypeError && (error.message === "terminated" || error.cause !== undefined);
  if (isCut) return { kind: "doubtful", code: causeCode(error) };
  throw error;
}

/** An answer that is no JSON (a proxy's page, a cut one) comes as an "error" that is the whole text. */
const ERROR_NAME = /^[a-zA-Z0-9_:.-]{1,100}$/;

export function failureNamed(code: string, retryAfterSec?: number): SlackFailure {
  if (!ERROR_NAME.test(code)) return { kind: "doubtful", code: "unreadable answer" };
  if (RATE_LIMITED.has(code)) return { kind: "wait", ms: retryAfterSec ? retryAfterSec * 1_000 : WAIT_MS, code };
  if (CHAT_GONE.has(code)) return { kind: "chat-gone", code };
  if (MESSAGE_GONE.has(code)) return { kind: "message-gone", code };
  if (DOUBTFUL.has(code)) return { kind: "doubtful", code };
  if (TOKEN_REFUSED.has(code)) return { kind: "unreached", code };
  return { kind: "refused", code };
}

export const isFeatureOff = ({ kind, code }: SlackFailure): boolean => kind === "refused" && FEATURE_OFF.has(code);
export const areBlocksRefused = ({ kind, code }: SlackFailure): boolean =>
  kind === "refused" && (BLOCKS_REFUSED.has(code) || isFeatureOff({ kind, code }));

const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function causeCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (at.name === "TimeoutError" || at.name === "AbortError") return "no answer in time";
  }
  return "connection failed";
}

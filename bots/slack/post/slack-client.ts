import { type FetchFunction, LogLevel, type Logger as SlackLogger, WebClient } from "@slack/web-api";
import type { Logger } from "../../../core/ports/logger.ts";

export interface SlackClientOptions {
  readonly logger: Logger;
  /** Default `https://slack.com/api/`. */
  readonly apiUrl?: string;
  /** Until a call is given up and counts as ambiguous. Default 15 s. */
  readonly timeoutMs?: number;
  readonly fetch?: FetchFunction;
}

const TIMEOUT_MS = 15_000;

/**
 * A Web API client that never repeats a call by itself: the default one posts twice when the answer to a successful
 * `chat.postMessage` is lost. Rate limits are thrown, to be waited out where the order of calls is kept.
 */
export function slackClient(token: string | undefined, options: SlackClientOptions): WebClient {
  return new WebClient(token, {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    logger: asSlackLogger(options.logger),
    ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

/** Slack's packages log whole requests at `debug`: those lines are dropped, the others become ours. */
export function asSlackLogger(logger: Logger): SlackLogger {
  const text = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" ");
  return {
    debug: () => undefined,
    info: (...parts) => logger.debug({ from: "slack" }, text(parts)),
    warn: (...parts) => logger.warn({ from: "slack" }, text(parts)),
    error: (...parts) => logger.warn({ from: "slack" }, text(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

import { asText, type Json } from "./json.ts";
import { SlackNo } from "./slack-no.ts";

/** Requests a minute by method and workspace, and messages a second by channel. */
export interface RateLimitOptions {
  perMinute?: Record<string, number>;
  /** Used for methods that are not named. */
  otherPerMinute?: number;
  postsPerSecondPerChannel?: number;
}

/** What Slack publishes: https://docs.slack.dev/apis/web-api/rate-limits (2026-11-21), with its "50+" read as 60. */
export const SLACK_LIMITS: RateLimitOptions = {
  perMinute: {
    "chat.update": 60,
    "chat.appendStream": 120,
    "chat.startStream": 30,
    "chat.stopStream": 30,
    "chat.postMessage": 600,
    "conversations.replies": 60,
    "conversations.history": 60,
    "views.open": 120,
    "views.update": 120,
    "views.publish": 120,
  },
  otherPerMinute: 60,
  postsPerSecondPerChannel: 1,
};

export interface RateLimits {
  /** Throws `ratelimited` with `retry_after` seconds when the caller has to wait. */
  take(team: string, method: string, args: Json): void;
}

/** Limits over sliding windows; without options nobody has to wait. */
export function rateLimits(options: RateLimitOptions | undefined, nowMs: () => number): RateLimits {
  const taken = new Map<string, number[]>();

  function takeOne(key: string, most: number, windowMs: number): void {
    const now = nowMs();
    const recent = (taken.get(key) ?? []).filter((at) => now - at < windowMs);
    if (recent.length >= most) {
      taken.set(key, recent);
      throw new SlackNo("ratelimited", { retry_after: Math.max(1, Math.ceil((recent[0]! + windowMs - now) / 1000)) });
    }
    recent.push(now);
    taken.set(key, recent);
  }

  return {
    take(team, method, args) {
      if (!options) return;
      const perMinute = options.perMinute?.[method] ?? options.otherPerMinute;
      if (perMinute) takeOne(`${team} ${method}`, perMinute, 60_000);
      const posts = options.postsPerSecondPerChannel;
      // Slack lets short bursts pass: we count over five seconds.
      if (posts && method === "chat.postMessage") takeOne(`${team} post ${asText(args.channel)}`, posts * 5, 5000);
    },
  };
}

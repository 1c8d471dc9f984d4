import { cutAt, plainText } from "../../../core/domain/plain-text.ts";

/**
 * Untrusted text where Slack reads mrkdwn (notifications, fallbacks): the three characters that can open a mention
 * or a link are written out, so that `<!channel>`, `<@U1>` and `<https://a|b>` stay text.
 * Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping (read 2026-11-21).
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const FALLBACK = 3_000;

/** The `text` of a message with blocks: what notifications and screen readers get. At most 3,000 characters of it. */
export function fallbackText(text: string): string {
  const plain = plainText(text).trim();
  const kept = plain.length <= FALLBACK ? plain : `${cutAt(plain, FALLBACK)}…`;
  return escapeMrkdwn(kept) || "…";
}

/**
 * Markdown of a model for a chat stream, which Slack renders itself: no mentions, and no labels on links, so that
 * every address is seen. A longer text begins with what a shorter one became: a stream only grows.
 */
export function streamText(text: string): string {
  return escapeMrkdwn(text.replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, "")).replaceAll("](", "] (");
}

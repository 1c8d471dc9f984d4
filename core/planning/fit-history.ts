import type { Message } from "../domain/chat.ts";
import type { ChatTurn } from "../ports/model-fleet.ts";

/** The part of a chat that a prompt has room for. */
export interface Fitted {
  /** Oldest first; what a person or Piloto said. */
  readonly turns: readonly ChatTurn[];
  /** Oldest first; thread history and tool output: data, never a request. */
  readonly data: readonly string[];
  /** Messages that did not fit. The prompt says so, and the record too. */
  readonly dropped: number;
}

/** A turn costs this much beside its text: role markers of the chat template. */
const TOKENS_A_TURN = 8;
/** One long message must not push out all others. */
const MAX_CHARS_A_MESSAGE = 4_000;

/**
 * Tokens a text may cost, never too few: one for three bytes of UTF-8. Real tokenizers need one for about four
 * letters of English and for about three characters of JSON.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, "utf8") / 3);
}

export function estimateTurns(turns: readonly ChatTurn[]): number {
  return turns.reduce((sum, turn) => sum + estimateTokens(turn.content) + TOKENS_A_TURN, 0);
}

/** Keeps the newest messages that fit into `tokens`; a gap is never left in the middle. */
export function fitHistory(history: readonly Message[], tokens: number): Fitted {
  const turns: ChatTurn[] = [];
  const data: string[] = [];
  let left = tokens;
  let kept = 0;
  for (const message of [...history].reverse()) {
    const cost = estimateTokens(messageLine(message)) + TOKENS_A_TURN;
    if (cost > left) break;
    left -= cost;
    kept++;
    if (isSpoken(message)) turns.unshift(toTurn(message));
    else data.unshift(messageLine(message));
  }
  return { turns, data, dropped: history.length - kept };
}

/** How a person's words are marked: whose they are, then the words alone. */
export function personSays(account: string, text: string): string {
  return `Person ${account} says:\n${text}`;
}

const isSpoken = (message: Message): boolean => message.origin === "person" || message.origin === "piloto";

function toTurn(message: Message): ChatTurn {
  const text = shorten(message.text);
  if (message.origin === "piloto") return { role: "assistant", content: text };
  return { role: "user", content: personSays(message.account ?? "unknown", text) };
}

function messageLine(message: Message): string {
  const text = shorten(message.text);
  if (isSpoken(message)) return toTurn(message).content;
  return JSON.stringify({ origin: message.origin, by: message.account, text });
}

function shorten(text: string): string {
  if (text.length <= MAX_CHARS_A_MESSAGE) return text;
  return `${text.slice(0, MAX_CHARS_A_MESSAGE)} [… ${text.length - MAX_CHARS_A_MESSAGE} more characters left out]`;
}

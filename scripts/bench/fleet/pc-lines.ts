import type { PcAsk } from "./pc-ask.ts";
import type { PcUsage } from "./pc-shapes.ts";

const WORDS = "word ".repeat(4096);

/** So many tokens of an answer, as text. */
const wordsOf = (tokens: number) => WORDS.slice(0, 5 * Math.min(tokens, 4096));

/** Put together by hand: these are written thousands of times a second. */
const head = (model: string) => `{"model":${JSON.stringify(model)},"created_at":"${new Date().toISOString()}"`;

const said = (shape: PcAsk["shape"], text: string) =>
  shape === "chat" ? `"message":{"role":"assistant","content":"${text}"}` : `"response":"${text}"`;

/** A line with some more tokens. */
export function tokenLine({ request, shape }: PcAsk, tokens: number): string {
  return `${head(request.model)},${said(shape, wordsOf(tokens))},"done":false}\n`;
}

/** The last line, or the whole answer when it is not streamed (then with all `tokens`). Durations in nanoseconds. */
export function lastLine({ request, shape, isShortened }: PcAsk, usage: PcUsage, tokens: number): string {
  const text = said(shape, wordsOf(tokens));
  return `${head(request.model)},${text},"done":true,"done_reason":"${isShortened ? "length" : "stop"}",${durations(usage)}}\n`;
}

function durations({ totalMs, loadMs, promptTokens, prefillMs, answerTokens, decodeMs }: PcUsage): string {
  const ns = (ms: number) => Math.round(ms * 1e6);
  return (
    `"total_duration":${ns(totalMs)},"load_duration":${ns(loadMs)},` +
    `"prompt_eval_count":${promptTokens},"prompt_eval_duration":${ns(prefillMs)},` +
    `"eval_count":${answerTokens},"eval_duration":${ns(decodeMs)}`
  );
}

/** The answer to a request that only loads or unloads a model. */
export function bareLine({ request, shape }: PcAsk, reason: "load" | "unload"): string {
  return `${head(request.model)},${said(shape, "")},"done":true,"done_reason":"${reason}"}`;
}

/** The answer of `/api/embed`: short vectors that say nothing. */
export function embeddings({ request, inputs }: PcAsk, usage: PcUsage): string {
  return JSON.stringify({
    model: request.model,
    embeddings: Array.from({ length: inputs }, () => [0.6, 0.8, 0]),
    total_duration: Math.round(usage.totalMs * 1e6),
    load_duration: Math.round(usage.loadMs * 1e6),
    prompt_eval_count: usage.promptTokens,
  });
}

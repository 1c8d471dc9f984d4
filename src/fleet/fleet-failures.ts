import { PilotoError } from "../../core/domain/errors.ts";
import { ErrorBody } from "./ollama-shapes.ts";

/** A PC, as its failures name it. */
export interface NodeName {
  readonly name: string;
  readonly url: string;
}

/** The model cannot think, and was asked to: send the request again without. */
export class ThinkRefused extends Error {}

/** What a PC's answer with an error status means. Its own words are quoted, shortened, as data. */
export function failureOfStatus(node: NodeName, model: string, status: number, body: string): Error {
  const words = errorWords(body);
  if (status === 400 && /does not support thinking/i.test(words)) return new ThinkRefused(words);
  if (isAboutContext(words)) return contextTooLarge(model, words);
  if (status === 404 && /model .*not found/is.test(words)) return modelGone(node, model);
  if ((status === 400 || status === 501) && /does not support|lacks|capabilit/i.test(words)) {
    return new PilotoError("MODEL_LACKS_ABILITY", `${model} on ${node.name} cannot do this: ${words}`);
  }
  if (status === 503 || status === 429) {
    return new PilotoError("FLEET_BUSY", `${node.name} takes no more requests now (${status}). Try again later.`);
  }
  if (status >= 300 && status < 400) {
    return nodeFailed(node, `it answered with a redirect (${status}), which is not followed`);
  }
  return nodeFailed(node, `it answered ${status}: ${words || "nothing more"}`);
}

/** What only the request is to blame for. A status that a proxy in between may send counts as its PC's failure. */
const REQUESTS_FAULT: readonly number[] = [400, 422];

/**
 * The same for a question to a model: one that the PC refuses, in words as Ollama sends them, is refused by every PC,
 * and none of them is the worse for it. `isThinking`: whether the request asked for thoughts.
 */
export function failureOfQuestion(
  node: NodeName,
  { model, isThinking }: { readonly model: string; readonly isThinking: boolean },
  { status, body }: { readonly status: number; readonly body: string },
): Error {
  const failure = failureOfStatus(node, model, status, body);
  if (failure instanceof ThinkRefused && isThinking) return failure;
  const isNamed = failure instanceof PilotoError && failure.code !== "NODE_FAILED";
  const isRefusal = REQUESTS_FAULT.includes(status) && ErrorBody.safeParse(parseOrText(body)).success;
  if (isNamed || !isRefusal) return namedFailure(node, failure);
  return new PilotoError("MODEL_LACKS_ABILITY", `${model} on ${node.name} refused the request: ${errorWords(body)}`);
}

/** ThinkRefused is for who asked for thoughts; from anything else it is nonsense that the PC says. */
export function namedFailure(node: NodeName, failure: Error): Error {
  return failure instanceof ThinkRefused ? nodeFailed(node, failure.message) : failure;
}

/** A PC that cannot be reached, or fell silent before its first token. */
export function nodeUnreachable(node: NodeName, why: string, cause?: unknown): PilotoError {
  return new PilotoError("NODE_UNREACHABLE", `${node.name} (${node.url}) could not be reached: ${why}.`, { cause });
}

export function nodeFailed(node: NodeName, why: string, cause?: unknown): PilotoError {
  return new PilotoError("NODE_FAILED", `${node.name} (${node.url}) did not answer as Ollama does: ${why}.`, { cause });
}

export function modelGone(node: NodeName, model: string): PilotoError {
  return new PilotoError("MODEL_MISSING", `${node.name} does not have ${model}. Pull it there: ollama pull ${model}.`);
}

export function answerCutOff(node: NodeName, why: string, cause?: unknown): PilotoError {
  return new PilotoError("ANSWER_CUT_OFF", `${node.name} broke off in the middle of its answer: ${why}.`, { cause });
}

export function contextTooLarge(model: string, found: string): PilotoError {
  return new PilotoError(
    "CONTEXT_TOO_LARGE",
    `The request does not fit into the context of ${model} (${found}). Shorten it, or give the model more context.`,
  );
}

export function cancelled(): PilotoError {
  return new PilotoError("CANCELLED", "The request to the model was cancelled.");
}

/** Whether Ollama's words say that a prompt is too long (its own check, or llama-server's). */
export function isAboutContext(words: string): boolean {
  return /exceeds? the (available )?context|exceed_context_size|context (length|size|window).{0,20}exceed/i.test(words);
}

/** The message in an error body, or the beginning of whatever came instead. */
export function errorWords(body: string): string {
  const read = ErrorBody.safeParse(parseOrText(body));
  return quote(read.success ? read.data.error : body);
}

/** Foreign words in one line, at most 200 characters, without control characters. */
function quote(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Whether an error came from the socket or from aborting it, and is no bug of ours. */
export function isNetworkError(error: unknown): boolean {
  const code = codeOf(error);
  if (code?.startsWith("ERR_INVALID")) return false;
  return code !== undefined || (error instanceof Error && error.name === "AbortError");
}

/** Node's and undici's errors in plain words. */
export function networkWords(error: unknown): string {
  const code = codeOf(error);
  const known: Record<string, string> = {
    ECONNREFUSED: "nothing listens there",
    ECONNRESET: "it closed the connection",
    ENOTFOUND: "its host name is unknown",
    EHOSTUNREACH: "there is no way to its host",
    ENETUNREACH: "there is no way to its network",
    UND_ERR_CONNECT_TIMEOUT: "it did not accept the connection in time",
    UND_ERR_SOCKET: "it closed the connection",
  };
  if (code?.startsWith("HPE_")) return "it does not speak HTTP";
  return (code && known[code]) ?? code ?? (error instanceof Error ? quote(error.message) : "the connection failed");
}

/** Whether no connection could be opened, after some seconds of trying: asking again takes as long. */
export function isNoWayThere(error: unknown): boolean {
  const code = error instanceof PilotoError ? codeOf(error.cause) : undefined;
  return code === "UND_ERR_CONNECT_TIMEOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH";
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error && !(at instanceof PilotoError); at = at.cause) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === "string") return code;
  }
  return undefined;
}

function parseOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body; // not JSON: the caller quotes it as it is
  }
}

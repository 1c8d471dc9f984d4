import type { Message, ChatRequest as OllamaChatRequest, Tool } from "ollama";
import { Pool } from "undici";
import { PilotoError } from "../../core/domain/errors.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { NodeName } from "./fleet-failures.ts";
import {
  cancelled,
  failureOfStatus,
  isNetworkError,
  networkWords,
  nodeFailed,
  nodeUnreachable,
  ThinkRefused,
} from "./fleet-failures.ts";
import type { FleetLimits, FleetTiming } from "./fleet-options.ts";
import type { NodeAddress } from "./node-address.ts";
import { EmbedBody, PsBody, ShowBody, TagsBody, VersionBody } from "./ollama-shapes.ts";
import { createPhaseTimer, type PhaseTimer } from "./phase-timer.ts";
import type { Answer } from "./read-answer.ts";
import { readAnswer } from "./read-answer.ts";

/** What is sent to `/api/chat`, beside `stream`. */
export interface ChatBody {
  readonly model: string;
  readonly messages: Message[];
  readonly tools?: Tool[];
  readonly format?: JsonObject;
  readonly think?: OllamaChatRequest["think"];
  readonly keep_alive?: string;
  readonly options: Readonly<Record<string, number | boolean>>;
}

/**
 * One PC's Ollama, over connections of its own. Failures are PilotoErrors with a fleet code, or ThinkRefused; before
 * the first token NODE_UNREACHABLE, NODE_FAILED, MODEL_MISSING and FLEET_BUSY mean that nothing was generated.
 * Aborting closes the connection at every stage, which is how Ollama learns that nobody waits any more.
 */
export interface OllamaClient {
  chat(body: ChatBody, signal: AbortSignal, onText?: (text: string) => void): Promise<Answer>;
  embed(
    model: string,
    texts: readonly string[],
    keepAlive: string | undefined,
    signal: AbortSignal,
  ): Promise<number[][]>;
  version(signal: AbortSignal): Promise<string>;
  ps(signal: AbortSignal): Promise<PsBody>;
  tags(signal: AbortSignal): Promise<TagsBody>;
  show(model: string, signal: AbortSignal): Promise<ShowBody>;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly clock: Clock;
  readonly timing: FleetTiming;
  readonly limits: FleetLimits;
}

/** Connects when the first request is sent. `node` is how failures name the PC. */
export function createOllamaClient(
  node: NodeName,
  { origin, basePath, authorization }: NodeAddress,
  { clock, timing, limits }: ClientOptions,
): OllamaClient {
  // undici's own timers know real time only and would end a request while a model loads: ours replace them.
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: timing.connectMs } });

  async function send(path: string, body: unknown, signal: AbortSignal) {
    return pool.request({
      path: basePath + path,
      method: body === undefined ? "GET" : "POST",
      signal,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** One request with its own timer. Whatever is thrown inside comes out as a named failure. */
  async function exchange<T>(
    caller: AbortSignal,
    totalMs: number,
    work: (timer: PhaseTimer) => Promise<T>,
  ): Promise<T> {
    const timer = createPhaseTimer(clock, caller, totalMs);
    try {
      return await work(timer);
    } catch (error) {
      throw failureOf(error, caller, timer);
    } finally {
      timer.end();
    }
  }

  function failureOf(error: unknown, caller: AbortSignal, timer: PhaseTimer): unknown {
    if (caller.aborted) return cancelled();
    if (error instanceof PilotoError || error instanceof ThinkRefused) return error;
    const expired = timer.expired();
    if (expired) return nodeUnreachable(node, `no ${expired.phase} within ${expired.ms / 1000} s`, error);
    if (isNetworkError(error)) return nodeUnreachable(node, networkWords(error), error);
    return error;
  }

  async function document<T>(
    path: string,
    body: unknown,
    signal: AbortSignal,
    { read, model = "", budgetMs }: { read: (value: unknown) => T | undefined; model?: string; budgetMs: number },
  ): Promise<T> {
    return exchange(signal, budgetMs, async (timer) => {
      timer.begin("answer", budgetMs);
      const response = await send(path, body, timer.signal);
      const text = await readText(node, response.body, limits.documentBytes);
      if (response.statusCode !== 200) throw failureOfStatus(node, model, response.statusCode, text);
      const value = read(parseJson(text));
      if (value === undefined) throw nodeFailed(node, `${path} did not answer with what Ollama sends`);
      return value;
    });
  }

  const look = { budgetMs: timing.probeMs };
  return {
    chat: (body, signal, onText) =>
      exchange(signal, timing.answerMs, async (timer) => {
        timer.begin("first token", timing.firstTokenMs);
        const sent = { ...body, stream: true, truncate: false, shift: false };
        const response = await send("/api/chat", sent, timer.signal);
        if (response.statusCode !== 200) {
          const text = await readText(node, response.body, limits.lineBytes);
          throw failureOfStatus(node, body.model, response.statusCode, text);
        }
        const maxTokens = Number(body.options.num_predict);
        return readAnswer(response.body, {
          node,
          model: body.model,
          maxTokens,
          timer,
          timing,
          limits,
          caller: signal,
          onText,
        });
      }),
    async embed(model, texts, keepAlive, signal) {
      const body = { model, input: texts, truncate: false, ...(keepAlive !== undefined && { keep_alive: keepAlive }) };
      const read = (value: unknown) => EmbedBody.safeParse(value).data?.embeddings;
      const vectors = await document("/api/embed", body, signal, { read, model, budgetMs: timing.firstTokenMs });
      const isWhole = vectors.length === texts.length && vectors.every(({ length }) => length === vectors[0]!.length);
      if (!isWhole) throw nodeFailed(node, `${texts.length} texts were sent and ${vectors.length} vectors came back`);
      return vectors;
    },
    version: (signal) =>
      document("/api/version", undefined, signal, { ...look, read: (v) => VersionBody.safeParse(v).data?.version }),
    ps: (signal) => document("/api/ps", undefined, signal, { ...look, read: (v) => PsBody.safeParse(v).data }),
    tags: (signal) => document("/api/tags", undefined, signal, { ...look, read: (v) => TagsBody.safeParse(v).data }),
    show: (model, signal) =>
      document("/api/show", { model }, signal, { ...look, model, read: (v) => ShowBody.safeParse(v).data }),
    close: () => pool.destroy(),
  };
}

async function readText(node: NodeName, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw nodeFailed(node, `it sent more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // fails the shape it is read with: the caller names the failure
  }
}

import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Message, ChatRequest as OllamaChatRequest, Tool } from "ollama";
import { Pool } from "undici";
import { PilotoError } from "../../core/domain/errors.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { NodeName } from "./fleet-failures.ts";
import {
  cancelled,
  failureOfQuestion,
  failureOfStatus,
  isNetworkError,
  namedFailure,
  networkWords,
  nodeFailed,
  nodeUnreachable,
  ThinkRefused,
} from "./fleet-failures.ts";
import type { FleetLimits, FleetTiming } from "./fleet-options.ts";
import { TOOL_CALL_STALLS } from "./fleet-options.ts";
import { createLeanConnections } from "./lean-connections.ts";
import type { NodeAddress } from "./node-address.ts";
import { EmbedBody, LoadBody, PsBody, ShowBody, TagsBody, usageOf, VersionBody } from "./ollama-shapes.ts";
import { createPhaseTimer, type PhaseTimer } from "./phase-timer.ts";
import type { Answer } from "./read-answer.ts";
import { readAnswer } from "./read-answer.ts";
import { parseJson, readText } from "./read-text.ts";
import type { Relay, RelayListener } from "./relay.ts";
import type { Usage } from "./schedule/shapes.ts";
import type { Timers } from "./timers.ts";
import { createTimers } from "./timers.ts";

/** Called while an answer arrives. */
export interface Heard {
  readonly onText?: (text: string) => void;
  /** Once, with the first piece: text, thoughts or a tool call. */
  readonly onFirst?: () => void;
}

/** What is sent to `/api/chat`, beside `stream`. */
export interface ChatBody {
  readonly model: string;
  readonly messages: Message[];
  readonly tools?: Tool[];
  readonly format?: JsonObject;
  readonly think?: OllamaChatRequest["think"];
  /** Seconds, or as Ollama writes it (`30m`). */
  readonly keep_alive?: string | number;
  readonly options: ModelOptions;
}

/** Ollama's `options`. For one model always the same ones: others make it load the model afresh. */
export type ModelOptions = Readonly<Record<string, number | boolean>>;

/** What of a model is to be loaded, and for how long. */
export interface LoadWish {
  readonly options: ModelOptions;
  /** Seconds; -1: for ever. */
  readonly keepAliveS: number;
  /** Models that only embed are loaded by `/api/embed`. */
  readonly isEmbeddingOnly?: boolean;
}

/** A PC's answer as it comes: headers arrive with the first token, the body is not read yet. */
export interface ForwardedAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** Fails when the connection breaks or `signal` aborts. Must be read to its end, or destroyed. */
  readonly body: Readable;
}

/**
 * One PC's Ollama, over connections of its own. Failures are PilotoErrors with a fleet code, or ThinkRefused; before
 * the first token NODE_UNREACHABLE, NODE_FAILED, MODEL_MISSING and FLEET_BUSY mean that nothing was generated.
 * Aborting closes the connection at every stage, which is how Ollama learns that nobody waits any more.
 */
export interface OllamaClient {
  chat(body: ChatBody, signal: AbortSignal, heard?: Heard): Promise<Answer>;
  embed(body: EmbedRequest, signal: AbortSignal): Promise<Embedded>;
  /** Resolves when the model is in memory. The same options as its requests have, or they load it again. */
  load(model: string, wish: LoadWish, signal: AbortSignal): Promise<void>;
  /** Asks the PC to drop a model; it does so a moment later, when the model is idle (`ps` tells). */
  unload(model: string, wish: Pick<LoadWish, "isEmbeddingOnly">, signal: AbortSignal): Promise<void>;
  /**
   * Sends a request as it is (POST with a body, GET without) and hands over the answer unread, whatever its status.
   * No phase is timed and no size is bounded: that is the caller's. @throws PilotoError NODE_UNREACHABLE | CANCELLED
   */
  forward(path: string, body: string | Buffer | undefined, signal: AbortSignal): Promise<ForwardedAnswer>;
  /** The same for a POST, leaner: the answer is handed over piece by piece, and `cancel` takes the signal's place. */
  relay(path: string, body: string, listener: RelayListener): Relay;
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
  /** Shared by the clients of a fleet. */
  readonly timers?: Timers;
}

/** Texts to become vectors. */
export interface EmbedRequest {
  readonly model: string;
  readonly texts: readonly string[];
  readonly keepAliveS?: number;
  readonly options?: ModelOptions;
}

export interface Embedded {
  readonly vectors: number[][];
  readonly usage: Usage;
}

/** How one whole answer is read. */
interface Reading<T> {
  readonly read: (value: unknown) => T | undefined;
  readonly model?: string;
  readonly budgetMs: number;
  readonly maxBytes?: number;
  /** A caller's own: what the PC refuses is the request's fault. */
  readonly isQuestion?: boolean;
}

/** `shift` is a load option: a request that differs in it makes the PC load the model again. */
export const FIXED = { shift: false } as const;

/** How long a connection that nobody uses stays open. */
const IDLE_MS = 60_000;

/** Connects when the first request is sent. `node` is how failures name the PC. */
export function createOllamaClient(
  node: NodeName,
  { origin, basePath, authorization }: NodeAddress,
  { clock, timing, limits, timers = createTimers(clock) }: ClientOptions,
): OllamaClient {
  // undici's own timers know real time only and would end a request while a model loads: ours replace them. Without
  // `connections` it opens as many as there are requests: how many that may be is decided before they come here.
  const pool = new Pool(origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_MS,
    connect: { timeout: timing.connectMs },
  });
  const lean = createLeanConnections(origin, { connectMs: timing.connectMs, idleMs: IDLE_MS });
  const bare = authorization === undefined ? {} : { authorization };
  const withJson = { ...bare, "content-type": "application/json" };

  function sendRaw(path: string, body: string | Buffer | undefined, signal: AbortSignal) {
    return body === undefined
      ? pool.request({ path: basePath + path, method: "GET", signal, headers: bare })
      : pool.request({ path: basePath + path, method: "POST", signal, headers: withJson, body });
  }

  const send = (path: string, body: unknown, signal: AbortSignal) =>
    sendRaw(path, body === undefined ? undefined : JSON.stringify(body), signal);

  /** One request with its own timer. Whatever is thrown inside comes out as a named failure. */
  async function exchange<T>(
    caller: AbortSignal,
    totalMs: number,
    work: (timer: PhaseTimer) => Promise<T>,
  ): Promise<T> {
    const timer = createPhaseTimer({ clock, timers }, caller, totalMs);
    try {
      return await work(timer);
    } catch (error) {
      throw failureOf(error, caller, timer);
    } finally {
      timer.end();
    }
  }

  function failureOf(error: unknown, caller: AbortSignal, timer?: PhaseTimer): unknown {
    if (caller.aborted) return cancelled();
    if (error instanceof PilotoError || error instanceof ThinkRefused) return error;
    const expired = timer?.expired();
    if (expired) return nodeUnreachable(node, `no ${expired.phase} within ${expired.ms / 1000} s`, error);
    if (isNetworkError(error)) return nodeUnreachable(node, networkWords(error), error);
    return error;
  }

  async function document<T>(
    path: string,
    body: unknown,
    signal: AbortSignal,
    { read, model = "", budgetMs, maxBytes = limits.documentBytes, isQuestion }: Reading<T>,
  ): Promise<T> {
    return exchange(signal, budgetMs, async (timer) => {
      timer.begin("answer", budgetMs);
      const response = await send(path, body, timer.signal);
      const text = await readText(node, response.body, maxBytes);
      if (response.statusCode !== 200) {
        const said = { status: response.statusCode, body: text };
        if (isQuestion) throw failureOfQuestion(node, { model, isThinking: false }, said);
        throw namedFailure(node, failureOfStatus(node, model, said.status, text));
      }
      const value = read(parseJson(text));
      if (value === undefined) throw nodeFailed(node, `${path} did not answer with what Ollama sends`);
      return value;
    });
  }

  /** A request without a prompt: it loads or drops the model (fact sheet on Ollama, 2026-11-21). */
  function bareRequest(
    body: {
      readonly model: string;
      readonly keep_alive: number;
      readonly stream: boolean;
      readonly options?: ModelOptions;
    },
    isEmbeddingOnly: boolean | undefined,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const want = { read: (value: unknown) => LoadBody.safeParse(value).data, model: body.model, budgetMs };
    if (isEmbeddingOnly) return document("/api/embed", { ...body, input: [] }, signal, want);
    return document("/api/generate", body, signal, want);
  }

  const look = { budgetMs: timing.probeMs, maxBytes: limits.listBytes };
  return {
    chat: (body, signal, heard = {}) =>
      exchange(signal, timing.answerMs, async (timer) => {
        timer.begin("first token", timing.firstTokenMs);
        const sent = { ...body, stream: true, truncate: false, ...FIXED };
        const response = await send("/api/chat", sent, timer.signal);
        if (response.statusCode !== 200) {
          const text = await readText(node, response.body, limits.lineBytes);
          const asked = { model: body.model, isThinking: body.think !== undefined };
          throw failureOfQuestion(node, asked, { status: response.statusCode, body: text });
        }
        const maxTokens = Number(body.options.num_predict);
        const stallMs = timing.stallMs * (body.tools?.length ? TOOL_CALL_STALLS : 1);
        return readAnswer(response.body, {
          node,
          model: body.model,
          maxTokens,
          timer,
          timing: { ...timing, stallMs },
          limits,
          caller: signal,
          ...heard,
        });
      }),
    async embed({ model, texts, keepAliveS, options }, signal) {
      const body = { model, input: texts, truncate: false, ...FIXED, options, keep_alive: keepAliveS };
      const read = (value: unknown) => EmbedBody.safeParse(value).data;
      const found = await document("/api/embed", body, signal, {
        ...{ read, model, budgetMs: timing.firstTokenMs, isQuestion: true },
      });
      const vectors = found.embeddings;
      const isWhole = vectors.length === texts.length && vectors.every(({ length }) => length === vectors[0]!.length);
      if (!isWhole) throw nodeFailed(node, `${texts.length} texts were sent and ${vectors.length} vectors came back`);
      return { vectors, usage: usageOf(found) };
    },
    async load(model, { options, keepAliveS, isEmbeddingOnly }, signal) {
      const body = { model, ...FIXED, options, keep_alive: keepAliveS, stream: false };
      await bareRequest(body, isEmbeddingOnly, timing.loadMs, signal);
    },
    async unload(model, { isEmbeddingOnly }, signal) {
      await bareRequest({ model, keep_alive: 0, stream: false }, isEmbeddingOnly, timing.probeMs, signal);
    },
    forward: (path, body, signal) =>
      sendRaw(path, body, signal).catch((error: unknown) => {
        throw failureOf(error, signal);
      }),
    relay: (path, body, listener) => lean.relay({ path: basePath + path, headers: withJson, body }, listener),
    version: (signal) =>
      document("/api/version", undefined, signal, { ...look, read: (v) => VersionBody.safeParse(v).data?.version }),
    ps: (signal) => document("/api/ps", undefined, signal, { ...look, read: (v) => PsBody.safeParse(v).data }),
    tags: (signal) => document("/api/tags", undefined, signal, { ...look, read: (v) => TagsBody.safeParse(v).data }),
    show: (model, signal) =>
      document("/api/show", { model }, signal, {
        budgetMs: timing.probeMs,
        model,
        read: (v) => ShowBody.safeParse(v).data,
      }),
    async close() {
      lean.close();
      await pool.destroy();
    },
  };
}

import type { ServerResponse } from "node:http";
import type { Clock } from "../../core/ports/clock.ts";
import type { Brain, BrainReply, BrainRequest } from "./brain.ts";
import { cutTo, simulatedEmbedding } from "./simulated-embedding.ts";
import type { AnswerShape } from "./simulated-pc-answer.ts";
import { sendAnswer } from "./simulated-pc-answer.ts";
import { psBody, showBody, tagsBody } from "./simulated-pc-catalogue.ts";
import type { Fault, SeenRequest } from "./simulated-pc-control.ts";
import { deleteModel, type PcDisk, pullModel } from "./simulated-pc-disk.ts";
import {
  ChatBody,
  EmbedBody,
  fitToContext,
  GenerateBody,
  keepAliveMs,
  loadOptionsOf,
  promptTokens,
  ShowBody,
  tokensOf,
} from "./simulated-pc-request.ts";
import { chatShape, generateShape } from "./simulated-pc-shapes.ts";
import type { PcSlots } from "./simulated-pc-slots.ts";
import { PcBusy } from "./simulated-pc-slots.ts";
import type { SimulatedModel, SimulatedPc } from "./simulated-pc-spec.ts";
import { defaultContext, withTag } from "./simulated-pc-spec.ts";

/** What a simulated PC consists of, as its routes use it. */
export interface PcParts {
  readonly pc: Required<SimulatedPc>;
  readonly disk: PcDisk;
  readonly slots: PcSlots;
  readonly brain: Brain;
  readonly clock: Clock;
  readonly timeFactor: number;
  ignoresMaxTokens: boolean;
}

/** One request and where its answer goes. */
export interface Exchange {
  readonly path: string;
  readonly method: string;
  /** Parsed JSON; `undefined` when the body was not JSON. */
  readonly body: unknown;
  readonly res: ServerResponse;
  readonly fault: Fault | undefined;
  readonly entry: SeenRequest;
}

type Route = (exchange: Exchange, parts: PcParts, signal: AbortSignal) => void | Promise<void>;

const ROUTES: Readonly<Record<string, Route>> = {
  "GET /": ({ res }) => void res.setHeader("content-type", "text/plain; charset=utf-8").end("Ollama is running"),
  "GET /api/version": ({ res }, { pc }) => json(res, 200, { version: pc.version }),
  "GET /api/tags": ({ res }, { pc, disk }) => json(res, 200, tagsBody({ ...pc, models: disk.models })),
  "GET /api/ps": ({ res }, { pc, disk, slots, clock }) =>
    json(res, 200, psBody({ ...pc, models: disk.models }, slots.rules.resident(), clock.nowMs())),
  "POST /api/show": show,
  "POST /api/chat": chat,
  "POST /api/generate": generate,
  "POST /api/embed": embed,
  "POST /api/pull": pullModel,
  "DELETE /api/delete": deleteModel,
};

/** Where a fault may wait for a number of lines. */
const STREAMING = ["/api/chat", "/api/generate", "/api/pull"];

/** Answers one request as Ollama would. Resolves when nothing more will be sent. */
export async function answerRequest(exchange: Exchange, parts: PcParts, signal: AbortSignal): Promise<void> {
  const { fault, res, entry, method, path } = exchange;
  if (fault?.kind === "status") return fail(exchange, fault.status, fault.error);
  if (fault?.kind === "hang" && !STREAMING.includes(path)) return;
  const route = ROUTES[`${method === "HEAD" ? "GET" : method} ${path}`];
  if (!route) return void res.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
  await route(exchange, parts, signal);
  if (entry.state === "arrived") entry.state = "answered";
}

function show(exchange: Exchange, parts: PcParts): void {
  const read = ShowBody.safeParse(exchange.body);
  const model = read.success ? findModel(parts, read.data.model) : undefined;
  if (model) json(exchange.res, 200, showBody(model));
  else fail(exchange, 404, `model '${read.data?.model}' not found`);
}

async function chat(exchange: Exchange, parts: PcParts, signal: AbortSignal): Promise<void> {
  const read = ChatBody.safeParse(exchange.body);
  if (!read.success) return fail(exchange, 400, "invalid request body");
  const body = read.data;
  const shape = chatShape(withTag(body.model), () => parts.clock.nowMs());
  const isBare = !body.messages?.length;
  await generation(exchange, { body, shape, isBare, needs: body.tools?.length ? ["tools"] : [] }, parts, signal);
}

async function generate(exchange: Exchange, parts: PcParts, signal: AbortSignal): Promise<void> {
  const read = GenerateBody.safeParse(exchange.body);
  if (!read.success) return fail(exchange, 400, "invalid request body");
  const { prompt, system, ...rest } = read.data;
  const messages = [
    ...(system ? [{ role: "system" as const, content: system }] : []),
    { role: "user" as const, content: prompt ?? "" },
  ];
  const shape = generateShape(withTag(rest.model), () => parts.clock.nowMs());
  await generation(exchange, { body: { ...rest, messages }, shape, isBare: !prompt, needs: [] }, parts, signal);
}

interface Generation {
  readonly body: ChatBody;
  readonly shape: AnswerShape;
  /** Nothing to answer: the request only loads or unloads the model. */
  readonly isBare: boolean;
  readonly needs: readonly string[];
}

async function generation(
  exchange: Exchange,
  { body, shape, isBare, needs }: Generation,
  parts: PcParts,
  signal: AbortSignal,
): Promise<void> {
  const model = findModel(parts, body.model);
  if (!model) return fail(exchange, 404, `model '${body.model}' not found`);
  const thinks = body.think === undefined || body.think === null ? false : body.think !== false;
  for (const ability of ["completion", ...needs, ...(thinks ? ["thinking"] : [])]) {
    const wanted = ability === "completion" ? "chat" : ability;
    if (!model.capabilities.includes(ability)) {
      return fail(exchange, 400, `"${body.model}" does not support ${wanted}`);
    }
  }
  if (isBare && keepAliveMs(body.keep_alive) === 0) {
    parts.slots.unload(model.name);
    return json(exchange.res, 200, bareReply(shape, "unload"));
  }
  const contextLength = contextOf(model, body.options?.num_ctx, parts);
  const fitted = fitToContext(body, contextLength);
  const arrivedMs = parts.clock.nowMs();
  const slot = await takeSlot(exchange, { model, body, contextLength }, parts, signal);
  if (!slot) return;
  try {
    if (isBare) return json(exchange.res, 200, bareReply(shape, "load"));
    if (!fitted) return fail(exchange, 400, "the input length exceeds the context length");
    exchange.entry.state = "running";
    const waitedMs = parts.clock.nowMs() - arrivedMs;
    await think(exchange, { model, body, shape, fitted, contextLength, waitedMs }, parts, signal);
  } finally {
    slot.release();
  }
}

interface Thought {
  readonly model: SimulatedModel;
  readonly body: ChatBody;
  readonly shape: AnswerShape;
  readonly fitted: BrainRequest;
  readonly contextLength: number;
  readonly waitedMs: number;
}

async function think(exchange: Exchange, thought: Thought, parts: PcParts, signal: AbortSignal): Promise<void> {
  const { model, body, shape, fitted, contextLength, waitedMs } = thought;
  const { thinking, ...said } = parts.brain(fitted);
  const isThinking = model.capabilities.includes("thinking") && body.think !== false;
  const reply: BrainReply = isThinking ? { thinking: thinking ?? "Let me see.", ...said } : said;
  const prompt = promptTokens(fitted);
  const asked = body.options?.num_predict ?? -1;
  const room = Math.max(1, contextLength - prompt);
  const maxTokens = Math.min(asked > 0 ? asked : Number.POSITIVE_INFINITY, room);
  const end = await sendAnswer(
    exchange.res,
    shape,
    {
      reply,
      promptTokens: prompt,
      maxTokens: parts.ignoresMaxTokens ? Number.POSITIVE_INFINITY : maxTokens,
      pace: {
        prefillMs: (prompt / (model.prefillTokensPerSecond ?? 4500)) * 1000 * parts.timeFactor,
        tokenMs: (1000 / (model.decodeTokensPerSecond ?? 90)) * parts.timeFactor,
      },
      waitedMs,
      stream: body.stream !== false,
      fault: exchange.fault,
    },
    { clock: parts.clock, signal },
  );
  exchange.entry.state = end === "sent" ? "answered" : end === "left" ? "client-left" : "failed";
}

async function embed(exchange: Exchange, parts: PcParts, signal: AbortSignal): Promise<void> {
  const read = EmbedBody.safeParse(exchange.body);
  if (!read.success) return fail(exchange, 400, "invalid input type");
  const body = read.data;
  const model = findModel(parts, body.model);
  if (!model) return fail(exchange, 404, `model "${body.model}" not found, try pulling it first`);
  if (!model.capabilities.includes("embedding")) {
    return fail(exchange, 501, "this model does not support embeddings");
  }
  const contextLength = contextOf(model, body.options?.num_ctx, parts);
  const inputs = typeof body.input === "string" ? [body.input] : body.input;
  const isTooLong = (text: string) => tokensOf(text) > contextLength;
  if (body.truncate === false && inputs.some(isTooLong)) {
    return fail(exchange, 400, "the input length exceeds the context length");
  }
  const slot = await takeSlot(exchange, { model, body, contextLength }, parts, signal);
  if (!slot) return;
  const vectors = inputs.map((text) => simulatedEmbedding(text.slice(0, contextLength * 4)));
  json(exchange.res, 200, {
    model: withTag(body.model),
    embeddings: body.dimensions ? vectors.map((vector) => cutTo(vector, body.dimensions!)) : vectors,
    total_duration: 1_000_000,
    load_duration: 0,
    prompt_eval_count: inputs.reduce((sum, text) => sum + Math.min(tokensOf(text), contextLength), 0),
  });
  slot.release();
}

interface SlotNeed {
  readonly model: SimulatedModel;
  readonly body: Pick<ChatBody, "options" | "shift" | "keep_alive">;
  readonly contextLength: number;
}

/** `undefined` when there is none: then the answer (or nothing, to a client that left) is on its way. */
async function takeSlot(exchange: Exchange, need: SlotNeed, parts: PcParts, signal: AbortSignal) {
  const { model, body, contextLength } = need;
  exchange.entry.state = "waiting";
  try {
    return await parts.slots.take(
      {
        model: model.name,
        sizeBytes: model.sizeBytes,
        loadMs: (model.sizeBytes / parts.pc.loadBytesPerSecond) * 1000 * parts.timeFactor,
        slots: model.capabilities.includes("embedding") ? 1 : (model.numParallel ?? 1),
        loadOptions: loadOptionsOf(body),
        contextLength,
        keepAliveMs: keepAliveMs(body.keep_alive),
      },
      signal,
    );
  } catch (error) {
    if (error instanceof PcBusy) {
      fail(exchange, 503, "server busy, please try again.  maximum pending requests exceeded");
    } else if (signal.aborted) {
      exchange.entry.state = "client-left";
    } else {
      throw error;
    }
    return undefined;
  }
}

const contextOf = (model: SimulatedModel, asked: number | undefined, { pc }: PcParts) =>
  Math.min(model.contextLength, asked ?? defaultContext(pc.vramBytes));

const findModel = ({ disk }: PcParts, name: string) => disk.models.find((model) => model.name === withTag(name));

function bareReply(shape: AnswerShape, reason: "load" | "unload"): unknown {
  const none = { doneReason: "stop", promptTokens: 0, answerTokens: 0, waitedMs: 0 } as const;
  const whole = shape.whole([], { ...none, pace: { prefillMs: 0, tokenMs: 0 } }) as Record<string, unknown>;
  const times = /duration$|count$/;
  const kept = Object.entries(whole).filter(([key]) => !times.test(key));
  return { ...Object.fromEntries(kept), done_reason: reason };
}

function fail({ res, entry }: Exchange, status: number, error: string): void {
  entry.state = "failed";
  json(res, status, { error });
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

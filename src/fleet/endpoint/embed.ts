import { z } from "zod";
import { nodeFailed } from "../fleet-failures.ts";
import { usageOf } from "../ollama-shapes.ts";
import type { Exchange, Route, RouteDeps } from "./exchange.ts";
import { sendJson } from "./exchange.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import { fitOptions } from "./fit-options.ts";
import { readEmbed } from "./ollama-request.ts";
import { prepareModel } from "./prepare-model.ts";
import { relayDocument } from "./relay-document.ts";
import { wantOf, withKeepAlive } from "./serve-generation.ts";
import { toJson } from "./to-json.ts";

/** Texts to become vectors, in Ollama's words. */
export interface EmbedWish extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly options?: Readonly<Record<string, unknown>> | null;
}

/** What a PC answered. */
export interface EmbedAnswer {
  /** As it came. */
  readonly bytes: Buffer;
  /** @throws PilotoError NODE_FAILED: they are no vectors */
  read(): { readonly vectors: readonly (readonly number[])[]; readonly promptTokens: number };
}

const Vectors = z.object({
  embeddings: z.array(z.array(z.number())),
  prompt_eval_count: z.number().int().nonnegative().default(0),
});

/** `POST /api/embed`: the PC's answer as it came. */
export const serveEmbed: Route = async (exchange, deps) => {
  const { prompt: _, input, ...request } = readEmbed(exchange.body);
  if (input === undefined || input === null) throw new EndpointRefusal(400, "invalid_request", "input: is missing");
  const { bytes } = await embed({ ...request, input }, exchange, deps);
  exchange.res.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(bytes);
};

/** `POST /api/embeddings`, the older form: one text, one vector. */
export const serveOldEmbed: Route = async (exchange, deps) => {
  const { prompt, input: _, ...request } = readEmbed(exchange.body);
  const { vectors } = (await embed({ ...request, input: prompt ?? "" }, exchange, deps)).read();
  sendJson(exchange.res, { embedding: vectors[0] ?? [] });
};

/** Has vectors made on some PC. */
export async function embed(wish: EmbedWish, exchange: Exchange, deps: RouteDeps): Promise<EmbedAnswer> {
  const { fleet, limits } = deps;
  const { model: name, input } = wish;
  const missingWords = `model "${name}" not found, try pulling it first`;
  const wanted = { model: name, needs: ["embedding"], missingWords } as const;
  const prepared = await prepareModel(fleet.prepare, wanted, exchange.signal);
  const options = fitOptions(wish.options, prepared.options);
  const body = toJson({ ...wish, ...prepared.fixed, options, keep_alive: undefined });
  const texts = typeof input === "string" ? [input] : input;
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const size = { characters, images: 0 };
  const want = { ...wantOf(exchange, prepared, { size, affinity: undefined }), comesWhole: true };
  return fleet.router.route(want, exchange.signal, async (place) => {
    // Ollama's OpenAPI file knows `keep_alive` of /api/embed as text only.
    const sent = { path: "/api/embed", model: prepared.model, body: withKeepAlive(body, `"${place.keepAliveS}s"`) };
    const bytes = await relayDocument(place, sent, limits.documentBytes);
    place.usage(usageOf(reportIn(bytes)));
    return { bytes, read: () => readVectors(bytes, () => nodeFailed(place.node, "it sent no vectors")) };
  });
}

function readVectors(bytes: Buffer, failure: () => Error): ReturnType<EmbedAnswer["read"]> {
  const read = Vectors.safeParse(parse(bytes.toString("utf8")));
  if (!read.success) throw failure();
  return { vectors: read.data.embeddings, promptTokens: read.data.prompt_eval_count };
}

/** Where the PC's report stands: behind the vectors, which need not be parsed for it. */
const REPORT_BYTES = 300;

function reportIn(bytes: Buffer): Parameters<typeof usageOf>[0] {
  const end = bytes.toString("latin1", Math.max(0, bytes.length - REPORT_BYTES));
  const count = (key: string) => {
    const digits = new RegExp(`"${key}":\\s?(\\d{1,15})`).exec(end)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  return {
    prompt_eval_count: count("prompt_eval_count"),
    eval_count: undefined,
    total_duration: count("total_duration"),
    load_duration: count("load_duration"),
    prompt_eval_duration: undefined,
    eval_duration: undefined,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // fails the shape it is read with
  }
}

import type { Catalogue } from "./catalogue.ts";
import { embed } from "./embed.ts";
import type { Route } from "./exchange.ts";
import { sendJson } from "./exchange.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import { read } from "./ollama-request.ts";
import { createCompletionSink, createEventSink, newHead } from "./openai-answer.ts";
import { OPENAI_DEFAULTS, toOllamaChat } from "./openai-request.ts";
import { CompletionRequest, EmbeddingsRequest } from "./openai-shapes.ts";
import { affinityOf, sizeOfMessages } from "./prompt-size.ts";
import { serveGeneration } from "./serve-generation.ts";

/** `POST /v1/chat/completions`. */
export const serveCompletion: Route = async (exchange, deps) => {
  const asked = read(CompletionRequest, exchange.body);
  const { request, needs } = toOllamaChat(asked);
  const head = newHead(asked.model, deps.clock.nowMs());
  const sink = asked.stream
    ? createEventSink(exchange.res, head, { withUsage: asked.stream_options?.include_usage === true })
    : createCompletionSink(exchange.res, head, deps.limits.answerBytes);
  const size = sizeOfMessages(request.messages, request.tools);
  const generation = { request, needs, size, affinity: affinityOf(request.messages), sink, defaults: OPENAI_DEFAULTS };
  await serveGeneration({ path: "/api/chat", ...generation }, exchange, deps);
};

/** `POST /v1/embeddings`. The openai client asks for base64 unless it is told otherwise. */
export const serveEmbeddings: Route = async (exchange, deps) => {
  const asked = read(EmbeddingsRequest, exchange.body);
  const { encoding_format: format, dimensions } = asked;
  const request = { model: asked.model, input: asked.input, truncate: false, ...(dimensions && { dimensions }) };
  const { vectors, promptTokens } = (await embed(request, exchange, deps)).read();
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    embedding: format === "base64" ? base64Of(vector) : vector,
    index,
  }));
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  sendJson(exchange.res, { object: "list", data, model: asked.model, usage });
};

/** `GET /v1/models`, and `GET /v1/models/<name>` for one. */
export function createModelRoutes(catalogue: Catalogue): { readonly list: Route; readonly one: Route } {
  const listed = async () =>
    (await catalogue.tags()).models.map(({ name, modified_at: modifiedAt }) => ({
      id: name,
      object: "model",
      created: Math.floor((Date.parse(String(modifiedAt)) || 0) / 1000),
      owned_by: "library",
    }));
  return {
    list: async ({ res }) => sendJson(res, { object: "list", data: await listed() }),
    one: async ({ res, rest }) => {
      const found = (await listed()).find(({ id }) => id === rest || id === `${rest}:latest`);
      if (!found) throw new EndpointRefusal(404, "model_not_found", `model '${rest}' not found`);
      sendJson(res, found);
    },
  };
}

/** 32-bit floats, little-endian, as OpenAI sends them. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString("base64");
}

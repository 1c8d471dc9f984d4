import { z } from "zod";
import type { Ability } from "../choose-model.ts";
import { EndpointRefusal } from "./failure-answer.ts";

const text = z.string().nullish();
const images = z.array(z.string()).nullish();
const options = z.record(z.string(), z.unknown()).nullish();

const Common = {
  model: z.string().min(1).max(500),
  stream: z.boolean().nullish(),
  options,
  truncate: z.boolean().nullish(),
  think: z.union([z.boolean(), z.string()]).nullish(),
  keep_alive: z.union([z.number(), z.string()]).nullish(),
};

/** What the endpoint reads of `/api/chat`; the rest goes to the PC as it came (`read` hands out no copy). */
const ChatRequest = z.object({
  ...Common,
  messages: z.array(z.object({ role: z.string(), content: text, images })).nullish(),
  tools: z.array(z.unknown()).nullish(),
});

/** The same of `/api/generate`. */
const GenerateRequest = z.object({ ...Common, prompt: text, system: text, suffix: text, images });

/** The same of `/api/embed`, and of the older `/api/embeddings`, where the text is the `prompt`. */
const EmbedRequest = z.object({
  model: Common.model,
  input: z.union([z.string(), z.array(z.string())]).nullish(),
  prompt: text,
  options,
  truncate: z.boolean().nullish(),
  dimensions: z.number().int().nonnegative().nullish(),
});

export type ChatRequest = z.infer<typeof ChatRequest>;
export type GenerateRequest = z.infer<typeof GenerateRequest>;
export type EmbedRequest = z.infer<typeof EmbedRequest>;

export const readChat = (body: string) => read(ChatRequest, body);
export const readGenerate = (body: string) => read(GenerateRequest, body);
export const readEmbed = (body: string) => read(EmbedRequest, body);

/** A body as JSON of a shape. @throws EndpointRefusal 400 that names the field */
export function read<T extends z.ZodType>(shape: T, body: string): z.infer<T> {
  const value = parse(body);
  const found = shape.safeParse(value);
  // The value as it came, not zod's copy: keys keep their order, and nothing is copied.
  if (found.success) return withPlainKeys(value as z.infer<T>);
  const { path, message } = found.error.issues[0]!;
  const where = path.map(String).join(".") || "the request";
  throw new EndpointRefusal(400, "invalid_request", `${where}: ${message}`.slice(0, 300));
}

const PLAIN_KEY = /^[a-z0-9_]+$/;

/**
 * Ollama reads keys whatever their case ("OPTIONS", "ſhift"), and the last of two wins (Go's encoding/json): a key that
 * nobody here reads would undo what the fleet lays down. All of Ollama's and OpenAI's are plain; others are dropped.
 */
function withPlainKeys<T>(request: T): T {
  for (const key in request) {
    if (!PLAIN_KEY.test(key)) delete request[key];
  }
  return request;
}

function parse(body: string): unknown {
  if (body.trim() === "") throw new EndpointRefusal(400, "invalid_request", "missing request body");
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's words quote the text: what a program wrote stays out of answers and logs.
    const words = error instanceof SyntaxError ? "The request body should be JSON and is not." : String(error);
    throw new EndpointRefusal(400, "invalid_request", words);
  }
}

/** What a model must be able to do for a chat. */
export function needsOfChat({ tools, think, messages }: ChatRequest): Ability[] {
  const hasImages = messages?.some((message) => message.images?.length) ?? false;
  return [
    "completion",
    ...(tools?.length ? (["tools"] as const) : []),
    ...(isThinking(think) ? (["thinking"] as const) : []),
    ...(hasImages ? (["vision"] as const) : []),
  ];
}

/** What a model must be able to do to go on with a prompt. */
export function needsOfGenerate({ suffix, think, images }: GenerateRequest): Ability[] {
  return [
    "completion",
    ...(suffix ? (["insert"] as const) : []),
    ...(isThinking(think) ? (["thinking"] as const) : []),
    ...(images?.length ? (["vision"] as const) : []),
  ];
}

const isThinking = (think: unknown) => think !== undefined && think !== null && think !== false;

/** Without anything to answer, Ollama loads the model, or drops it when `keep_alive` is nought. */
export function isUnload(keepAlive: unknown): boolean {
  return keepAlive === 0 || (typeof keepAlive === "string" && /^0+(\.0+)?(ns|us|µs|ms|s|m|h)?$/.test(keepAlive));
}

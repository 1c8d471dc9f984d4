import { z } from "zod";

const Part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z.union([z.string(), z.looseObject({ url: z.string() })]).optional(),
});

const ToolCall = z.looseObject({
  id: z.string().optional(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const Message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(Part)]).nullish(),
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(ToolCall).nullish(),
  tool_call_id: z.string().nullish(),
  name: z.string().nullish(),
});

const Tool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

const count = z.number().int().nullish();
const number = z.number().nullish();

/** What the endpoint reads of `POST /v1/chat/completions`. What is not named here has no meaning for Ollama. */
export const CompletionRequest = z.looseObject({
  model: z.string().min(1).max(500),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: count,
  max_completion_tokens: count,
  temperature: number,
  top_p: number,
  frequency_penalty: number,
  presence_penalty: number,
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  n: count,
  logprobs: z.boolean().nullish(),
  top_logprobs: count,
  reasoning_effort: z.string().nullish(),
  response_format: z
    .looseObject({ type: z.string(), json_schema: z.looseObject({ schema: z.unknown() }).optional() })
    .nullish(),
  tools: z.array(Tool).nullish(),
  functions: z.array(z.unknown()).nullish(),
  tool_choice: z
    .union([z.string(), z.looseObject({ function: z.looseObject({ name: z.string() }).optional() })])
    .nullish(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;
export type OpenAiMessage = z.infer<typeof Message>;

/** What it reads of `POST /v1/embeddings`. Lists of token numbers mean nothing to another model: refused. */
export const EmbeddingsRequest = z.looseObject({
  model: z.string().min(1).max(500),
  input: z.union([z.string(), z.array(z.string()).min(1)], "a text, or a list of texts; not numbers of tokens"),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.number().int().positive().nullish(),
});
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

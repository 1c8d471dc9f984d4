import type { Ability } from "../choose-model.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import type { OllamaMessage } from "./openai-messages.ts";
import { toOllamaMessages } from "./openai-messages.ts";
import type { CompletionRequest } from "./openai-shapes.ts";
import type { GenerationRequest } from "./serve-generation.ts";

export interface ChatInOllamasWords {
  readonly request: GenerationRequest & {
    readonly messages: readonly OllamaMessage[];
    readonly tools?: readonly object[];
  };
  readonly needs: readonly Ability[];
}

/**
 * A chat completion as `/api/chat`, as Ollama's own OpenAI routes translate it (openai/openai.go at fb30760,
 * 2026-08-21), with two differences: a prompt that is too long is refused, as OpenAI does, and not cut; and
 * `tool_choice` "none" or one function is obeyed.
 * @throws EndpointRefusal 400
 */
export function toOllamaChat(asked: CompletionRequest): ChatInOllamasWords {
  if ((asked.n ?? 1) !== 1) throw refused("n: one answer is given to a request.");
  if (asked.functions?.length) throw refused("functions: this older form is not taken; send them as tools.");
  const messages = toOllamaMessages(asked.messages);
  const tools = toolsOf(asked);
  const think = thinkOf(asked.reasoning_effort);
  const hasImages = messages.some((message) => message.images?.length);
  const request = {
    model: asked.model,
    messages,
    ...(tools.length > 0 && { tools }),
    ...formatOf(asked.response_format),
    ...(think !== undefined && { think }),
    ...(asked.logprobs && { logprobs: true, top_logprobs: asked.top_logprobs ?? 0 }),
    truncate: false,
    options: optionsOf(asked),
  };
  const needs: Ability[] = ["completion"];
  if (tools.length > 0) needs.push("tools");
  if (hasImages) needs.push("vision");
  if (think) needs.push("thinking");
  return { request, needs };
}

/** What OpenAI takes where a request says nothing, as Ollama's own routes do: a model's own may be another. */
export const OPENAI_DEFAULTS = { temperature: 1, top_p: 1 } as const;

function optionsOf(asked: CompletionRequest): Record<string, unknown> {
  const most = asked.max_completion_tokens ?? asked.max_tokens;
  return {
    ...(typeof asked.temperature === "number" && { temperature: asked.temperature }),
    ...(typeof asked.top_p === "number" && { top_p: asked.top_p }),
    ...(typeof most === "number" && { num_predict: most }),
    ...(typeof asked.seed === "number" && { seed: asked.seed }),
    ...(typeof asked.frequency_penalty === "number" && { frequency_penalty: asked.frequency_penalty }),
    ...(typeof asked.presence_penalty === "number" && { presence_penalty: asked.presence_penalty }),
    ...(asked.stop && { stop: typeof asked.stop === "string" ? [asked.stop] : asked.stop }),
  };
}

function toolsOf({ tools, tool_choice: choice }: CompletionRequest): readonly object[] {
  if (!tools || choice === "none") return [];
  const only = typeof choice === "object" ? choice?.function?.name : undefined;
  return tools
    .filter((tool) => only === undefined || tool.function.name === only)
    .map((tool) => ({ ...tool, function: { parameters: { type: "object", properties: {} }, ...tool.function } }));
}

function formatOf(format: CompletionRequest["response_format"]): { readonly format?: unknown } {
  if (!format || format.type === "text") return {};
  if (format.type === "json_object") return { format: "json" };
  if (format.type !== "json_schema") throw refused("response_format.type: text, json_object or json_schema.");
  if (!format.json_schema?.schema) throw refused("response_format.json_schema.schema: is missing.");
  return { format: format.json_schema.schema };
}

function thinkOf(effort: string | null | undefined): boolean | string | undefined {
  if (effort === null || effort === undefined) return undefined;
  if (effort === "none") return false;
  if (["low", "medium", "high"].includes(effort)) return effort;
  throw refused("reasoning_effort should be none, low, medium or high.");
}

function refused(words: string): EndpointRefusal {
  return new EndpointRefusal(400, "invalid_request", words);
}

import type { FleetModel } from "../../core/domain/fleet-node.ts";
import { isJsonObject } from "../../core/domain/result.ts";
import type { ChatRequest, ChatTurn } from "../../core/ports/model-fleet.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { DEFAULT_CONTEXT_TOKENS } from "./fleet-options.ts";
import { fullName } from "./model-name.ts";
import type { ChatBody, ModelOptions } from "./ollama-client.ts";
import type { PreparedModel } from "./prepared-model.ts";

/**
 * A request in Ollama's words. `think` is always said: left out, models that can think do. Options come from the
 * settings of the model alone, so that no request makes a PC load it afresh.
 */
export function toChatBody(request: ChatRequest, { model, options }: PreparedModel): Omit<ChatBody, "keep_alive"> {
  return {
    model,
    messages: request.messages.map(toMessage),
    ...(request.tools?.length && {
      tools: request.tools.map((tool) => ({ type: "function", function: { ...tool } })),
    }),
    ...(request.format && !request.tools?.length && { format: request.format }),
    think: request.think ?? false,
    options: { ...options, num_predict: Math.max(1, Math.floor(request.maxTokens)) },
  };
}

/** The options of every request for a model, and of its loads: the same on every PC. */
export function loadOptionsOf(model: Pick<FleetModel, "name" | "contextLength">, settings: FleetOptions): ModelOptions {
  return { ...settingsOf(model.name, settings)?.options, num_ctx: contextOf(model, settings) };
}

/** Tokens of context that requests for a model get, on every PC: as set, and never more than the model has. */
export function contextOf(model: Pick<FleetModel, "name" | "contextLength">, settings: FleetOptions): number {
  const wanted = settingsOf(model.name, settings)?.contextTokens ?? settings.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  return Math.min(wanted, model.contextLength ?? wanted);
}

function settingsOf(name: string, settings: FleetOptions) {
  const found = Object.entries(settings.models ?? {}).find(([key]) => fullName(key) === name);
  return found?.[1];
}

/** Ollama takes tool arguments as an object only; what a model wrote otherwise is wrapped. */
function toMessage(turn: ChatTurn): ChatBody["messages"][number] {
  return {
    role: turn.role,
    content: turn.content,
    ...(turn.toolName !== undefined && { tool_name: turn.toolName }),
    ...(turn.toolCalls && {
      tool_calls: turn.toolCalls.map(({ name, args }) => ({
        function: { name, arguments: isJsonObject(args) ? args : { value: args } },
      })),
    }),
  };
}

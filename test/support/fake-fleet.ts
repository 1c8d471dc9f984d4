import type { PilotoError } from "../../core/domain/errors.ts";
import { PilotoError as Failure } from "../../core/domain/errors.ts";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import type { ChatReply, ChatRequest, ModelFleet } from "../../core/ports/model-fleet.ts";
import type { Brain, BrainReply, BrainRequest } from "../../src/demo/brain.ts";

/** A fleet in memory: one PC, one model, and a `Brain` that thinks for it. */
export interface FakeFleet extends ModelFleet {
  /** Every chat request, in order. */
  readonly requests: ChatRequest[];
  /** What the next chats throw instead of answering; used up one by one. */
  readonly failures: PilotoError[];
  /** While set, chats wait for it (or for their signal). */
  gate: Promise<void> | undefined;
}

export interface FakeFleetOptions {
  readonly abilities?: FleetModel["abilities"];
  readonly model?: string;
  readonly contextLength?: number;
}

export function fakeFleet(brain: Brain, options: FakeFleetOptions = {}): FakeFleet {
  const { abilities = ["completion", "tools"], model = "fake:latest", contextLength = 8192 } = options;
  const fleet: FakeFleet = {
    requests: [],
    failures: [],
    gate: undefined,
    async chat(request, signal) {
      fleet.requests.push(request);
      throwIfAborted(signal);
      if (fleet.gate) await Promise.race([fleet.gate, aborted(signal)]);
      throwIfAborted(signal);
      const failure = fleet.failures.shift();
      if (failure) throw failure;
      checkRequest(request, { model, abilities, contextLength });
      const reply = replyOf(brain(toBrainRequest(request, model)), request.maxTokens, model);
      for (const part of reply.text.match(/\S+\s*|\s+/g) ?? []) {
        request.onText?.(part);
        throwIfAborted(signal);
      }
      return reply;
    },
    async embed({ model: wanted, texts }, signal) {
      throwIfAborted(signal);
      if (fullName(wanted) !== fullName(model)) throw missing(wanted, model);
      if (!abilities.includes("embedding")) throw new Failure("MODEL_LACKS_ABILITY", `${model} cannot embed texts.`);
      return texts.map(vectorOf);
    },
    models: async () => [{ name: fullName(model), abilities, contextLength, nodes: ["fake-pc"] }],
    nodes: async () => [
      { name: "fake-pc", url: "http://fake-pc", health: "up", version: "0", resident: [], requestsInFlight: 0 },
    ],
  };
  return fleet;
}

function checkRequest(
  request: ChatRequest,
  has: { model: string; abilities: FleetModel["abilities"]; contextLength: number },
): void {
  if (request.model !== undefined && fullName(request.model) !== fullName(has.model)) {
    throw missing(request.model, has.model);
  }
  if (request.tools?.length && !has.abilities.includes("tools")) {
    throw new Failure("MODEL_LACKS_ABILITY", `${has.model} cannot call tools; choose a model that can.`);
  }
  const characters = request.messages.reduce((sum, turn) => sum + turn.content.length, 0);
  if (characters / 4 > has.contextLength) {
    throw new Failure("CONTEXT_TOO_LARGE", `About ${Math.ceil(characters / 4)} tokens, room for ${has.contextLength}.`);
  }
}

function toBrainRequest(request: ChatRequest, model: string): BrainRequest {
  return {
    model: fullName(model),
    messages: request.messages.map((turn) => ({
      role: turn.role,
      content: turn.content,
      ...(turn.toolName !== undefined && { tool_name: turn.toolName }),
      ...(turn.toolCalls && {
        tool_calls: turn.toolCalls.map(({ name, args }) => ({ function: { name, arguments: args } })),
      }),
    })),
    ...(request.tools?.length && { tools: request.tools.map((spec) => ({ function: spec })) }),
    ...(request.format && { format: request.format }),
  };
}

function replyOf(said: BrainReply, maxTokens: number, model: string): ChatReply {
  const tokens = (said.text ?? "").match(/\S+\s*|\s+/g) ?? [];
  const endless = Array.from({ length: said.endless ? maxTokens : 0 }, () => "again ");
  const spoken = [...tokens, ...endless].slice(0, maxTokens);
  return {
    text: spoken.join(""),
    toolCalls: (said.toolCalls ?? []).map((call) => ({ name: call.name, args: call.arguments })),
    model: fullName(model),
    node: "fake-pc",
    stopped: said.endless || tokens.length > maxTokens ? "length" : "end",
    answerTokens: spoken.length,
  };
}

function vectorOf(text: string): number[] {
  const vector = [1, 0, 0, 0];
  for (let i = 0; i < text.length; i++) vector[text.charCodeAt(i) % 4]! += 1;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Failure("CANCELLED", "The request was cancelled.");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const fullName = (name: string) => (name.includes(":") ? name : `${name}:latest`);
const missing = (wanted: string, has: string) =>
  new Failure("MODEL_MISSING", `No PC has the model ${wanted}; there is ${has}.`);

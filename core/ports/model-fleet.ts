import type { FleetModel, FleetNode } from "../domain/fleet-node.ts";
import type { Json, JsonObject } from "../domain/result.ts";

/**
 * The GPU PCs. Failures are `PilotoError`s with a fleet code only (FLEET_EMPTY, FLEET_BUSY, NODE_UNREACHABLE,
 * NODE_FAILED, MODEL_MISSING, MODEL_FORBIDDEN, MODEL_LACKS_ABILITY, CONTEXT_TOO_LARGE, ANSWER_CUT_OFF, ANSWER_TOO_LONG, CANCELLED).
 * Another PC is tried inside when one fails before its first token; never after it.
 */
export interface ModelFleet {
  /** Resolves when the answer is complete. Aborting frees the PC's slot at every stage. */
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
  embed(request: { model: string; texts: readonly string[] }, signal: AbortSignal): Promise<number[][]>;
  models(): Promise<readonly FleetModel[]>;
  nodes(): Promise<readonly FleetNode[]>;
}

export interface ChatRequest {
  /** Absent: the first model of the fleet that has the abilities the request needs. */
  readonly model?: string;
  readonly messages: readonly ChatTurn[];
  readonly tools?: readonly ToolSpec[];
  /** JSON Schema the answer must follow; not together with `tools`. */
  readonly format?: JsonObject;
  /** Upper bound for generated tokens. */
  readonly maxTokens: number;
  /** Lets a model that can think do so first; its thoughts count against `maxTokens`. Default: it does not. */
  readonly think?: boolean;
  /** Keeps related requests on one PC while that is cheap: the chat's id. */
  readonly affinity?: string;
  readonly priority?: "interactive" | "batch";
  /** Who it counts for (the project): those who ask at the same time are served fairly. */
  readonly share?: string;
  /** Called when it must wait, and again when the guess has changed much; never after its first token. */
  readonly onWaiting?: (wait: FleetWait) => void;
  /** Called with text as it arrives. */
  readonly onText?: (text: string) => void;
}

/** An honest guess at what a request waits for. */
export interface FleetWait {
  /** Milliseconds to its first token; absent: nobody can tell. */
  readonly aboutMs?: number;
  /** Requests that go before it. */
  readonly ahead: number;
  readonly why: "busy" | "loading" | "no-pc";
  /** With `loading`: the PC. */
  readonly node?: string;
  readonly model: string;
}

export interface ChatTurn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly toolCalls?: readonly ModelToolCall[];
  /** With role `tool`: which tool answered. */
  readonly toolName?: string;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** As the model wrote it: `args` is an object, or a JSON string, or nonsense. Checked by who reads it. */
export interface ModelToolCall {
  readonly name: string;
  readonly args: Json;
}

export interface ChatReply {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly model: string;
  readonly node: string;
  /** `length`: cut at `maxTokens` or at the end of the context. */
  readonly stopped: "end" | "length";
  readonly promptTokens?: number;
  readonly answerTokens?: number;
}

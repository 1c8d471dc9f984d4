import type { Json, JsonObject } from "../../core/domain/result.ts";

/** The body of Ollama's `/api/chat`, as far as a simulated model reads it. */
export interface BrainRequest {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: Json } }[];
    readonly tool_name?: string;
    /** Base64. */
    readonly images?: readonly string[] | null;
  }[];
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly description?: string; readonly parameters: JsonObject };
  }[];
  readonly format?: "json" | JsonObject;
}

/** What a simulated model says: the simulated PC turns it into Ollama's stream. */
export interface BrainReply {
  readonly text?: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Json }[];
  /** Goes on for ever: a model that does not stop. */
  readonly endless?: boolean;
}

/** A simulated model: the same request gives the same reply. */
export type Brain = (request: BrainRequest) => BrainReply;

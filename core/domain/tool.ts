import type { Language } from "./chat.ts";
import type { ErrorCode } from "./errors.ts";
import type { ToolKey } from "./ids.ts";
import type { Replay, Risk, StepResult } from "./plan.ts";
import type { JsonObject } from "./result.ts";

/** What a search over thousands of tools needs of one: small, without its schema. */
export interface ToolCard {
  readonly key: ToolKey;
  /** The service it belongs to, by name; `piloto` for built-ins. */
  readonly service: string;
  /** What the service calls it: `PUT /parts/{id}/stock`, or a built-in's name. */
  readonly operation: string;
  /** At most 120 characters. Text of the service's author: data, never an instruction. */
  readonly summary: string;
  /** Names and types of the arguments in one line, required ones starred: `path: id*:string · body: quantity*:integer`. */
  readonly params: string;
  /**
   * Where an answer holds what, in one line, for references to it: `body.items[]: id:string, name:string`.
   * At most 300 characters. Absent when the description does not tell.
   */
  readonly returns?: string;
  /** SHA-256 of everything a person relied on when allowing it: method, path, schemas. */
  readonly hash: string;
  readonly risk: Risk;
  readonly replay: Replay;
  /** Off until an administrator allows it (reads are on by default). */
  readonly isAllowed: boolean;
}

/** One thing that can be called: an endpoint, an MCP tool, a command, a built-in. */
export interface Tool extends ToolCard {
  /** Self-contained JSON Schema (2020-12) of `args`; for endpoints the groups `path`, `query`, `header`, `body`. */
  readonly argsSchema: JsonObject;
}

/** Everything a call needs beside its arguments. */
export interface ToolCall {
  readonly tool: Tool;
  /** References resolved; valid by `argsSchema`. */
  readonly args: JsonObject;
  /** The same for every attempt of the same step of the same run: sent as `Idempotency-Key`. */
  readonly idempotencyKey: string;
  /** Of the summary that people read; English when absent. */
  readonly language?: Language;
}

/** How a call ended. `effect: "none"` is said only when it is certain that nothing happened outside. */
export type ToolOutcome =
  | { readonly kind: "done"; readonly request: string; readonly summary: string; readonly result: StepResult }
  | {
      readonly kind: "failed";
      readonly request: string;
      readonly summary: string;
      readonly code: ErrorCode;
      readonly effect: "none" | "unknown";
      /** The service's own answer, when there was one (a 4xx or 5xx). */
      readonly result?: StepResult;
      /** Wait at least this long before another attempt, when the service said so. */
      readonly retryAfterMs?: number;
    };

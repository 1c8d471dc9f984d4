import type { ToolKey } from "./ids.ts";
import type { Json, JsonObject } from "./result.ts";

/** How much harm a step can do. Ordered: a plan's risk is the highest of its steps. */
export type Risk = "read" | "write" | "destructive";

export const RISKS: readonly Risk[] = ["read", "write", "destructive"];

/**
 * Whether repeating a call is harmless. `never`: an attempt whose outcome is not known is never
 * repeated by itself; a person is asked.
 */
export type Replay = "safe" | "never";

/**
 * One line of a plan, exactly as it is shown, hashed, confirmed and run.
 * Strings inside `args` may hold typed references to earlier results: `{{steps.1.body.items.0.id}}`.
 */
export interface PlanStep {
  /** 1-based; references name it. */
  readonly number: number;
  /** One short sentence for people. Written by a model: shown, never trusted. */
  readonly title: string;
  readonly tool: ToolKey;
  /** Hash of the tool's description when the plan was made; a changed tool is not called. */
  readonly toolHash: string;
  /** For an HTTP endpoint grouped as `{ path, query, header, body }`, each group optional. */
  readonly args: JsonObject;
  readonly risk: Risk;
  readonly replay: Replay;
}

/** What a person confirms. Its identity is the SHA-256 of its canonical JSON (RFC 8785): see `planHash`. */
export interface Plan {
  readonly version: 1;
  /** What the plan is for, in the asker's words or close to them. */
  readonly goal: string;
  readonly steps: readonly PlanStep[];
}

export function riskOf(plan: Plan): Risk {
  return RISKS[Math.max(0, ...plan.steps.map((step) => RISKS.indexOf(step.risk)))] ?? "read";
}

export function isReadOnly(plan: Plan): boolean {
  return riskOf(plan) === "read";
}

/** What a call brought back, as references see it: `steps.N.status`, `steps.N.body…`, `steps.N.headers…`. */
export interface StepResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

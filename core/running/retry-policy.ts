import { ERROR_CODES } from "../domain/errors.ts";
import type { Replay } from "../domain/plan.ts";
import type { ToolOutcome } from "../domain/tool.ts";
import type { RunnerSettings } from "./settings.ts";

export type Failed = Extract<ToolOutcome, { kind: "failed" }>;

/** What a failed attempt leads to. `unknown`: it may have taken effect and must not be repeated unasked. */
export type AfterFailure =
  | { readonly kind: "retry"; readonly waitMs: number }
  | { readonly kind: "error" }
  | { readonly kind: "unknown" };

/**
 * An attempt whose effect is not known is repeated only when repeating is safe; one that certainly had no effect is
 * repeated when waiting can help. `failures` counts this one. Waiting doubles each time, with half of it left to
 * chance (`random`: 0 to 1), and is at least what the service asked for.
 */
export function afterFailure(
  failed: Failed,
  {
    replay,
    failures,
    settings,
    random,
  }: { replay: Replay; failures: number; settings: RunnerSettings; random: number },
): AfterFailure {
  if (failed.effect === "unknown" && replay === "never") return { kind: "unknown" };
  const canHelp = ERROR_CODES[failed.code].retry !== "never";
  const askedMs = failed.retryAfterMs ?? 0;
  if (!canHelp || failures >= settings.attempts || askedMs > settings.retryAfterMostMs) return { kind: "error" };
  const fullMs = Math.min(settings.backOffMostMs, settings.backOffMs * 2 ** (failures - 1));
  return { kind: "retry", waitMs: Math.max(askedMs, Math.round(fullMs * (0.5 + random / 2))) };
}

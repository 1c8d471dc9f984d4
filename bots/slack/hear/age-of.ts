import type { HearDeps } from "./hear-deps.ts";
import { tsMs } from "./message-event.ts";

/**
 * Whether something of this moment (Slack's `ts`) comes too late to be acted on, or from the future. What was fetched
 * after a gap may be older than what is delivered.
 */
export function ageOf(
  ts: string,
  { isCaughtUp = false }: { readonly isCaughtUp?: boolean },
  { clock, limits }: Pick<HearDeps, "clock" | "limits">,
): "stale" | "future" | undefined {
  const ageMs = clock.nowMs() - tsMs(ts);
  if (ageMs < -limits.futureMs) return "future";
  const most = isCaughtUp ? limits.catchUpMs + limits.oldestEventMs : limits.oldestEventMs;
  return ageMs > most ? "stale" : undefined;
}

import { hint } from "./output.ts";

/** Longer than stopping in order may take: what is still open then is a bug, or a disk that does not answer. */
const END_WITHIN_MS = 14_000;

/**
 * The first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once, and so does time: what is durable stays,
 * and the next start goes on from there. Call `release` when stopping is over.
 */
export function untilSignal(): { readonly asked: Promise<NodeJS.Signals>; readonly release: () => void } {
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  let limit: NodeJS.Timeout | undefined;
  let tell: (signal: NodeJS.Signals) => void = () => undefined;
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    tell = resolve;
  });
  const listen = (signal: NodeJS.Signals) => {
    if (limit) process.exit(130);
    limit = setTimeout(endAnyway, END_WITHIN_MS);
    limit.unref();
    tell(signal);
  };
  for (const signal of signals) process.on(signal, listen);
  return {
    asked,
    release: () => {
      clearTimeout(limit);
      for (const signal of signals) process.off(signal, listen);
    },
  };
}

function endAnyway(): void {
  hint("Stopping took too long, so Piloto ends now. Nothing that was confirmed is lost; the next start goes on.");
  process.exit(1);
}

import { type AttemptDeps, attemptOnce } from "./play-once.ts";
import type { Played, PlayRequest } from "./play-shapes.ts";

/** Virtual time that a client waits before it tries again: doubled each time, up to the second number. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 8000;

/**
 * Sends one request as a patient client: again after a broken connection, an answer that breaks off, and every status
 * that says "not now" (404 too: a balancer gives it while the only PC with the model is away). The same for all systems.
 */
export async function playRequest(request: PlayRequest, deps: AttemptDeps): Promise<Played> {
  const startMs = performance.now();
  const virtual = (realMs: number) => (realMs - startMs) * deps.scale;
  let why: string | undefined;
  for (let attempts = 1; ; attempts++) {
    const seen = await attemptOnce(request, deps);
    if (seen.kind === "done") {
      return {
        id: request.id,
        class: request.class,
        state: "done",
        firstMs: virtual(seen.firstAtMs),
        endMs: virtual(performance.now()),
        attempts,
        ...(seen.prefillMs === undefined ? {} : { prefillMs: seen.prefillMs }),
        ...(why === undefined ? {} : { why }),
      };
    }
    const gone = virtual(performance.now());
    const ending = { id: request.id, class: request.class, firstMs: gone, endMs: gone, attempts };
    if (deps.over.aborted) return { ...ending, state: "open", ...(why === undefined ? {} : { why }) };
    why = seen.why;
    if (seen.kind === "refused") return { ...ending, state: "refused", why };
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) / deps.scale, deps.over);
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      over.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener("abort", done);
  });
}

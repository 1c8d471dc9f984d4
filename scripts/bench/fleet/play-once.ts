import type { Dispatcher, Pool } from "undici";
import type { PlayRequest } from "./play-shapes.ts";

export interface AttemptDeps {
  readonly pool: Pool;
  readonly headers: Readonly<Record<string, string>>;
  readonly scale: number;
  /** Aborts when the play is over. */
  readonly over: AbortSignal;
}

export type Seen =
  | { readonly kind: "done"; readonly firstAtMs: number; readonly prefillMs?: number }
  | { readonly kind: "failed" | "refused"; readonly why: string };

/** Enough of the end of an answer for its last line. */
const TAIL_CHARS = 2000;
const NOT_NOW = new Set([404, 408, 429, 499, 500, 502, 503, 504]);

/** Sends a request once and reads its answer to the end. Never rejects. */
export function attemptOnce(request: PlayRequest, { pool, headers, over }: AttemptDeps): Promise<Seen> {
  return new Promise((resolve) => {
    let abort = () => {};
    const leave = () => abort();
    const settle = (seen: Seen) => {
      over.removeEventListener("abort", leave);
      resolve(seen);
    };
    over.addEventListener("abort", leave);
    const answer = { status: 0, firstAtMs: 0, tail: "" };
    const listener: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        abort = () => controller.abort(new Error("the play is over"));
        if (over.aborted) abort();
      },
      onResponseStart(_controller, status) {
        answer.status = status;
      },
      onResponseData(_controller, chunk) {
        if (answer.firstAtMs === 0) answer.firstAtMs = performance.now();
        answer.tail = (answer.tail + chunk.toString("latin1")).slice(-TAIL_CHARS);
      },
      onResponseEnd() {
        settle(judge(answer));
      },
      onResponseError(_controller, error) {
        settle({ kind: "failed", why: error.message });
      },
    };
    pool.dispatch(
      {
        path: request.path,
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: request.body,
      },
      listener,
    );
  });
}

/** An answer of Ollama is complete when its last line says so. */
function judge({ status, firstAtMs, tail }: { status: number; firstAtMs: number; tail: string }): Seen {
  if (status !== 200) {
    return { kind: NOT_NOW.has(status) ? "failed" : "refused", why: `${status} ${tail.slice(0, 200)}` };
  }
  const last = tail.trimEnd().split("\n").at(-1) ?? "";
  if (!/"done":\s*true/.test(last)) return { kind: "failed", why: `it broke off: ${last.slice(-200)}` };
  const prefillNs = /"prompt_eval_duration":\s*(\d+)/.exec(last)?.[1];
  return { kind: "done", firstAtMs, ...(prefillNs === undefined ? {} : { prefillMs: Number(prefillNs) / 1e6 }) };
}

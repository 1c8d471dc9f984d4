/**
 * What a test makes a simulated PC do wrong, once, to the next request for `path` (default `/api/chat`).
 * `chunks` are parts of the answer that still arrive in order; 0 means before the headers.
 */
export type Fault = { readonly path?: string } & (
  | { readonly kind: "status"; readonly status: number; readonly error: string }
  /** A finished answer of any shape: HTML, a redirect, nonsense. */
  | {
      readonly kind: "raw";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "error-line"; readonly chunks: number; readonly error: string }
  | { readonly kind: "end-without-done"; readonly chunks: number }
  | { readonly kind: "disconnect"; readonly chunks: number }
  | { readonly kind: "hang"; readonly chunks: number }
  /** Puts this text, whole, between two chunks. */
  | { readonly kind: "insert"; readonly chunks: number; readonly text: string }
  /** Sends this many bytes without a line break after the chunks. */
  | { readonly kind: "giant-line"; readonly chunks: number; readonly bytes: number }
);

/** What a simulated PC saw of one request. */
export interface SeenRequest {
  readonly id: number;
  readonly path: string;
  /** Parsed; `undefined` when there was none, or it was not JSON. */
  body: unknown;
  state: "arrived" | "waiting" | "running" | "answered" | "failed" | "client-left";
}

/** The handle on one simulated PC. */
export interface PcControl {
  readonly name: string;
  readonly url: string;
  /** Used up in order, each by the first request for its path. */
  readonly faults: Fault[];
  /** Answers to every request for a path, until deleted: a wrong `/api/ps`, for instance. */
  readonly overrides: Map<string, { status: number; headers?: Record<string, string>; body: string }>;
  /** Everything asked of this PC, in order. */
  readonly seen: SeenRequest[];
  /** `loading x`, `loaded x`, `unloaded x`, `load-aborted x`, in order. */
  readonly events: string[];
  /** A model that ignores `num_predict`. */
  ignoresMaxTokens: boolean;
  /** Requests with a slot, waiting for one, and pending for a load. */
  counts(): { active: number; waiting: number; pending: number };
  /** On its disk. */
  models(): string[];
  resident(): { model: string; isLoading: boolean }[];
  /** Cuts every connection and refuses new ones, until `comeBack`. What was loaded is lost. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Takes the fault that is meant for this path, if one is waiting. */
export function takeFault(faults: Fault[], path: string): Fault | undefined {
  const at = faults.findIndex((fault) => (fault.path ?? "/api/chat") === path);
  return at < 0 ? undefined : faults.splice(at, 1)[0];
}

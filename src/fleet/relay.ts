import type { Dispatcher } from "undici";

/** Told of an answer while it comes. After `ended` or `failed` nothing more is called. */
export interface RelayListener {
  started(statusCode: number, contentType: string): void;
  data(chunk: Buffer): void;
  ended(): void;
  /** The connection broke, or never stood. Not called after `cancel`. */
  failed(error: unknown): void;
}

/** The hold on an answer that comes. */
export interface Relay {
  /** No more `data` until `resume`: the PC is held back by its socket. */
  pause(): void;
  resume(): void;
  /** Closes the connection, which is how Ollama learns that nobody waits. A second call does nothing. */
  cancel(): void;
}

export interface RelayRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

const CANCELLED = new Error("Nobody waits for this answer any more.");

/**
 * Sends a POST and hands its answer over in pieces, without a stream between: for a short answer a stream and its
 * iterator cost more than all the rest.
 */
export function relay(pool: Dispatcher, { path, headers, body }: RelayRequest, listener: RelayListener): Relay {
  let controller: Dispatcher.DispatchController | undefined;
  let isOver = false;
  pool.dispatch(
    { path, method: "POST", headers, body },
    {
      onRequestStart(started) {
        controller = started;
        if (isOver) started.abort(CANCELLED);
      },
      onResponseStart(_, statusCode, headers) {
        if (!isOver) listener.started(statusCode, String(headers["content-type"] ?? ""));
      },
      onResponseData(_, chunk) {
        if (!isOver) listener.data(chunk);
      },
      onResponseEnd() {
        if (isOver) return;
        isOver = true;
        listener.ended();
      },
      onResponseError(_, error) {
        if (isOver) return;
        isOver = true;
        listener.failed(error);
      },
    },
  );
  return {
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
    cancel() {
      if (isOver) return;
      isOver = true;
      controller?.abort(CANCELLED);
    },
  };
}

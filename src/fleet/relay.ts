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

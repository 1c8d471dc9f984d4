import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HttpAnswerListener, HttpAnswerReader } from "./read-http.ts";
import { createHttpAnswerReader } from "./read-http.ts";
import type { Relay, RelayListener, RelayRequest } from "./relay.ts";

/** Connections to one PC, for requests that are relayed. */
export interface LeanConnections {
  /** Sends a POST at once and hands its answer over in pieces. */
  relay(request: RelayRequest, listener: RelayListener): Relay;
  /** Cuts what is under way (`failed`) and closes everything. A second call does nothing. */
  close(): void;
}

export interface LeanOptions {
  /** Real time, like `idleMs`: it is about the network, not about what the fleet decides. */
  readonly connectMs: number;
  /** How long a connection that nobody uses stays open. */
  readonly idleMs: number;
}

/**
 * HTTP/1.1 over sockets of our own, with nothing between a request and its socket. undici checks a used connection
 * for a turn of the event loop before it writes to it, and its parser and streams cost as much as all else that the
 * endpoint does to a short request. A connection carries one request at a time; what comes on one that nobody uses
 * closes it.
 */
export function createLeanConnections(origin: string, options: LeanOptions): LeanConnections {
  const url = new URL(origin);
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  let isClosed = false;

  function give(): Connection {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.isUsable()) return connection;
    }
    const connection = new Connection(open(url), options, {
      onIdle: (one) => void idle.push(one),
      onGone: (one) => {
        all.delete(one);
        const at = idle.indexOf(one);
        if (at >= 0) idle.splice(at, 1);
      },
    });
    all.add(connection);
    return connection;
  }

  return {
    relay({ path, headers, body }, listener) {
      if (isClosed) {
        queueMicrotask(() => listener.failed(failure("ECONNRESET", "The connections are closed.")));
        return { pause() {}, resume() {}, cancel() {} };
      }
      const connection = give();
      return connection.send(headOf(url.host, path, headers, body) + body, listener);
    },
    close() {
      isClosed = true;
      for (const connection of [...all]) connection.end(failure("ECONNRESET", "The connections are closed."));
    },
  };
}

function open(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isSecure = url.protocol === "https:";
  const port = Number(url.port || (isSecure ? 443 : 80));
  if (!isSecure) return connectTcp({ host, port, noDelay: true });
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) });
}

function headOf(host: string, path: string, headers: RelayRequest["headers"], body: string): string {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) if (headers[name] !== undefined) head += `${name}: ${headers[name]}\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

interface Owner {
  readonly onIdle: (connection: Connection) => void;
  readonly onGone: (connection: Connection) => void;
}

/** One socket, from its opening to its end. */
class Connection implements HttpAnswerListener {
  readonly #socket: Socket;
  readonly #owner: Owner;
  #listener: RelayListener | undefined;
  #reader: HttpAnswerReader | undefined;
  #isOpen = false;
  #restsUntilMs = 0;
  #error: unknown;

  constructor(socket: Socket, { connectMs, idleMs }: LeanOptions, owner: Owner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.setTimeout(connectMs);
    socket.once("connect", () => {
      this.#isOpen = true;
      socket.setTimeout(idleMs);
    });
    socket.on("timeout", () => this.#timedOut());
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.on("close", () => this.#closed());
  }

  isUsable(): boolean {
    if (!this.#socket.destroyed && performance.now() < this.#restsUntilMs) return true;
    this.end(undefined);
    return false;
  }

  send(text: string, listener: RelayListener): Relay {
    this.#listener = listener;
    this.#reader = createHttpAnswerReader(this);
    this.#socket.ref();
    this.#socket.write(text);
    return {
      pause: () => void (this.#listener === listener && this.#socket.pause()),
      resume: () => void (this.#listener === listener && this.#socket.resume()),
      cancel: () => {
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        this.end(undefined);
      },
    };
  }

  started(statusCode: number, contentType: string): void {
    this.#listener?.started(statusCode, contentType);
  }

  data(piece: Buffer): void {
    this.#listener?.data(piece);
  }

  /** Destroys the socket; whoever waits for an answer is told why. */
  end(error: unknown): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (!this.#reader || !this.#listener) return void this.end(undefined); // nobody asked for this
    try {
      if (this.#reader.take(chunk)) this.#complete(this.#reader.restMs());
    } catch (error) {
      this.end(error);
    }
  }

  #complete(restMs: number): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#reader = undefined;
    if (restMs === 0 || this.#socket.destroyed) {
      this.end(undefined);
    } else {
      this.#restsUntilMs = performance.now() + restMs;
      this.#socket.resume();
      this.#socket.unref();
      this.#owner.onIdle(this);
    }
    listener?.ended();
  }

  /** Silence means something only while it connects, or nobody uses it: a PC may think for minutes. */
  #timedOut(): void {
    if (!this.#isOpen) this.end(failure("UND_ERR_CONNECT_TIMEOUT", "It did not connect in time."));
    else if (!this.#listener) this.end(undefined);
  }

  #closed(): void {
    this.#owner.onGone(this);
    const listener = this.#listener;
    this.#listener = undefined;
    if (!listener) return;
    if (this.#error === undefined && this.#reader?.isCompleteAtClose()) listener.ended();
    else listener.failed(this.#error ?? failure("ECONNRESET", "It closed the connection."));
  }
}

function failure(code: string, words: string): Error {
  return Object.assign(new Error(words), { code });
}

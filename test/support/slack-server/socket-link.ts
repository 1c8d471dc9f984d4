import type { IncomingMessage, Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import type { Changes } from "./changes.ts";
import type { Ack, Delivery, Transport } from "./deliver.ts";
import { asJson, asText, isJson, type Json } from "./json.ts";
import type { World } from "./world.ts";

export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

/** The app's Socket Mode connections. Source: https://docs.slack.dev/apis/events-api/using-socket-mode (2026-11-21). */
export interface SocketLink extends Transport {
  /** Connections that have been greeted and are not told to go. */
  readonly open: number;
  readonly openedInAll: number;
  /** Socket Mode is switched off. */
  readonly refusesNew: boolean;
  /** A ws:// URL that lets one connection in, once. */
  newUrl(): string;
  /** Says `disconnect` for this reason on one (the oldest) or all connections; `link_disabled` also refuses new ones. */
  disconnect(reason: DisconnectReason, which?: "oldest" | "all"): void;
  /** Cuts the TCP connection without a word. */
  cut(which?: "oldest" | "random" | "all"): void;
  /** After link_disabled: lets connections in again. */
  enable(): void;
  /** No connection is answered any more, not even pings, but none is closed: a dead line. */
  silence(silent: boolean): void;
  /** Sends this text as it is to every connection: for malformed deliveries. */
  sendRaw(text: string): void;
  /** Says goodbye as a server that goes down, then hangs up on whoever is still there. */
  close(): Promise<void>;
}

/** How long a client may take for the closing handshake. */
const CLOSING_MS = 250;

interface Connection {
  socket: WebSocket;
  leaving: boolean;
  waiting: Map<string, (ack: Ack) => void>;
}

export interface SocketLinkOptions {
  world: World;
  changes: Changes;
  ackTimeoutMs: number;
  pingEveryMs: number;
  mostConnections?: number;
  onMalformed(problem: string): void;
}

export function socketLink(http: Server, options: SocketLinkOptions): SocketLink {
  const { world, changes } = options;
  const wss = new WebSocketServer({ noServer: true });
  const connections = new Set<Connection>();
  const tickets = new Set<string>();
  let enabled = true;
  let silent = false;
  let openedInAll = 0;

  http.on("upgrade", (request: IncomingMessage, socket, head) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname !== "/link/" || !tickets.delete(url.searchParams.get("ticket") ?? "")) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    wss.handleUpgrade(request, socket, head, greet);
  });

  function greet(socket: WebSocket) {
    const connection: Connection = { socket, leaving: false, waiting: new Map() };
    socket.on("message", (data) => receive(connection, String(data)));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => leave(connection));
    if (!enabled) return say(connection, { type: "disconnect", reason: "link_disabled", debug_info: { host: "fake" } });
    if (connections.size >= (options.mostConnections ?? 10)) return say(connection, tooMany());
    connections.add(connection);
    openedInAll++;
    say(connection, {
      type: "hello",
      num_connections: connections.size,
      debug_info: { host: "applink-fake", build_number: 1, approximate_connection_time: 18060 },
      connection_info: { app_id: world.appId },
    });
    changes.happened();
  }

  function leave(connection: Connection) {
    connections.delete(connection);
    for (const settle of [...connection.waiting.values()]) settle({ acked: false, reason: "connection_closed" });
    changes.happened();
  }

  function receive(connection: Connection, text: string) {
    if (silent) return;
    const read = readAck(text);
    if (typeof read === "string") return options.onMalformed(read);
    const settle = connection.waiting.get(read.envelope_id);
    const empty = isJson(read.payload) && Object.keys(read.payload).length === 0;
    settle?.({ acked: true, tookMs: 0, ...(empty || !read.payload ? {} : { response: read.payload }) });
  }

  function send(delivery: Delivery, retry?: { attempt: number; reason: string }): Promise<Ack> {
    const ready = [...connections].filter((c) => !c.leaving && c.socket.readyState === c.socket.OPEN);
    const chosen = ready[Math.floor(world.random() * ready.length)];
    if (!chosen) return Promise.resolve({ acked: false, reason: "no_connection" });
    const envelopeId = retry ? `${delivery.id}-${retry.attempt}` : delivery.id;
    return new Promise((resolve) => {
      const sentAt = performance.now();
      const timer = setTimeout(() => settle({ acked: false, reason: "timeout" }), options.ackTimeoutMs);
      function settle(ack: Ack) {
        clearTimeout(timer);
        chosen!.waiting.delete(envelopeId);
        resolve(ack.acked ? { ...ack, tookMs: performance.now() - sentAt } : ack);
      }
      chosen.waiting.set(envelopeId, settle);
      say(chosen, envelope(delivery, envelopeId, retry));
    });
  }

  const pings = setInterval(() => {
    if (!silent) for (const { socket } of connections) if (socket.readyState === socket.OPEN) socket.ping("fake slack");
  }, options.pingEveryMs);
  pings.unref();

  function pick(which: "oldest" | "random" | "all"): Connection[] {
    const all = [...connections].filter((c) => !c.leaving);
    if (which === "all") return all;
    return all.slice(which === "oldest" ? 0 : Math.floor(world.random() * all.length)).slice(0, 1);
  }

  return {
    get open() {
      return [...connections].filter((c) => !c.leaving).length;
    },
    get openedInAll() {
      return openedInAll;
    },
    get refusesNew() {
      return !enabled;
    },
    newUrl() {
      const ticket = world.nextId("ticket-");
      tickets.add(ticket);
      return `${world.baseUrl.replace("http:", "ws:")}/link/?ticket=${ticket}&app_id=${world.appId}`;
    },
    disconnect(reason, which = "oldest") {
      if (reason === "link_disabled") enabled = false;
      for (const connection of pick(reason === "link_disabled" ? "all" : which)) {
        say(connection, { type: "disconnect", reason, debug_info: { host: "applink-fake" } });
        if (reason !== "warning") connection.leaving = true;
      }
      changes.happened();
    },
    cut(which = "oldest") {
      for (const connection of pick(which)) connection.socket.terminate();
    },
    enable() {
      enabled = true;
    },
    silence(now) {
      silent = now;
      for (const { socket } of connections)
        if (now) socket.pause();
        else socket.resume();
    },
    sendRaw(text) {
      for (const { socket } of connections) socket.send(text);
    },
    send,
    async close() {
      clearInterval(pings);
      const left = [...connections].map(({ socket }) => new Promise((resolve) => socket.once("close", resolve)));
      for (const { socket } of connections) socket.close(1001);
      await Promise.race([Promise.all(left), new Promise((resolve) => setTimeout(resolve, CLOSING_MS).unref())]);
      for (const { socket } of connections) socket.terminate();
      wss.close();
    },
  };
}

function tooMany(): Json {
  return { type: "disconnect", reason: "too_many_websockets", debug_info: { host: "applink-fake" } };
}

function say({ socket }: Connection, message: Json): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}

function envelope(delivery: Delivery, envelopeId: string, retry?: { attempt: number; reason: string }): Json {
  const isEvent = delivery.kind === "events_api";
  return {
    envelope_id: envelopeId,
    type: delivery.kind,
    accepts_response_payload: !isEvent,
    payload: delivery.payload,
    ...(isEvent ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? "" } : {}),
  };
}

function readAck(text: string): { envelope_id: string; payload?: unknown } | string {
  try {
    const read = asJson(JSON.parse(text));
    const id = asText(read.envelope_id);
    return id ? { envelope_id: id, payload: read.payload } : `an acknowledgement without envelope_id: ${text}`;
  } catch (cause) {
    return `an acknowledgement that is not JSON (${String(cause)})`;
  }
}

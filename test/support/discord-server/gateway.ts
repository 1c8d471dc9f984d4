import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Json } from "./wire.ts";

/** Gateway intents: https://discord.com/developers/docs/events/gateway#list-of-intents */
export const INTENT = {
  guilds: 1,
  members: 2,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;

const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);
const KNOWN_INTENTS = (1 << 26) - 1;

/** One event for the bot; `without` builds what a session that lacks MESSAGE_CONTENT gets. */
export interface Dispatch {
  readonly name: string;
  readonly data: Json;
  /** Needed to get it at all. 0: everybody does. */
  readonly intent: number;
  readonly without?: () => Json;
}

export interface GatewayTrouble {
  /** Milliseconds before every dispatch. */
  delayMs: number;
  /** Share of dispatches sent twice, and held back behind the next one (0-1, seeded). */
  duplicateRate: number;
  reorderRate: number;
  /** Heartbeats get no answer: a connection that only looks alive. */
  deaf: boolean;
  /** A RESUME gets no answer at all. */
  silentResumes: boolean;
}

export interface GatewayOptions {
  readonly http: Server;
  readonly wsUrl: () => string;
  readonly isToken: (token: string) => boolean;
  /** Privileged intents that the portal has toggled on. */
  readonly privileged: () => number;
  readonly ready: (session: { id: string; shard: unknown }) => { ready: Json; after: Dispatch[] };
  readonly random: () => number;
  readonly heartbeatMs: number;
  /** Dispatches kept per session for a resume. */
  readonly replay: number;
}

interface Session {
  readonly id: string;
  readonly intents: number;
  seq: number;
  socket: WebSocket | undefined;
  readonly sent: { seq: number; text: string }[];
  held: Dispatch | undefined;
  mayResume: boolean;
}

export interface Gateway {
  readonly trouble: GatewayTrouble;
  readonly counts: {
    identifies: number;
    resumes: number;
    heartbeats: number;
    invalidSessions: number;
    dispatches: number;
  };
  /** Sockets that are open and identified. */
  readonly connected: number;
  dispatch(event: Dispatch): void;
  /** Any text to every open socket, JSON or not. */
  sendText(text: string): void;
  /** Any dispatch, however broken its data. */
  sendRaw(name: string, data: unknown): void;
  /** Asks the bot to reconnect (op 7). */
  askToReconnect(): void;
  /** Op 9. `resumable` false ends the session on the server too. */
  invalidateSessions(resumable: boolean): void;
  /** Closes with a code, e.g. 4000 (may resume), 4004, 4014. */
  closeAll(code: number): void;
  /** Cuts the TCP connection: no close frame. */
  cut(): void;
  /** What the next IDENTIFYs get instead of READY: a close code, or op 9. */
  refuseIdentify(how: number | "invalid-session", times: number): void;
  close(): Promise<void>;
}

const KEPT_SESSIONS = 8;
const IDENTIFIES_A_DAY = 1000;
const SENDS_A_MINUTE = 120;
const INVALID = JSON.stringify({ op: 9, d: false, s: null, t: null });

/** Discord's gateway on the HTTP server's port: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, and trouble. */
export function startGateway(options: GatewayOptions): Gateway {
  return new FakeGateway(options);
}

class FakeGateway implements Gateway {
  readonly trouble: GatewayTrouble = {
    delayMs: 0,
    duplicateRate: 0,
    reorderRate: 0,
    deaf: false,
    silentResumes: false,
  };
  readonly counts = { identifies: 0, resumes: 0, heartbeats: 0, invalidSessions: 0, dispatches: 0 };
  readonly #options: GatewayOptions;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #streams = new Map<WebSocket, Duplex>();
  readonly #sessions = new Map<string, Session>();
  readonly #refusals: (number | "invalid-session")[] = [];
  readonly #heard = new WeakMap<WebSocket, number[]>();
  #made = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    options.http.on("upgrade", (request, stream, head) => {
      this.#sockets.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket, stream));
    });
  }

  get connected(): number {
    return [...this.#sessions.values()].filter((session) => session.socket).length;
  }

  dispatch(event: Dispatch): void {
    for (const session of this.#sessions.values()) {
      if (event.intent !== 0 && (session.intents & event.intent) === 0) continue;
      if (this.trouble.delayMs > 0) setTimeout(() => this.#place(session, event), this.trouble.delayMs);
      else this.#place(session, event);
    }
  }

  sendText(text: string): void {
    for (const socket of this.#streams.keys()) socket.send(text);
  }

  sendRaw(name: string, data: unknown): void {
    for (const session of this.#sessions.values()) this.#send(session, name, data);
  }

  askToReconnect(): void {
    this.sendText(JSON.stringify({ op: 7, d: null, s: null, t: null }));
  }

  invalidateSessions(resumable: boolean): void {
    this.counts.invalidSessions += 1;
    for (const session of this.#sessions.values()) session.mayResume = resumable;
    this.sendText(JSON.stringify({ op: 9, d: resumable, s: null, t: null }));
  }

  closeAll(code: number): void {
    for (const session of this.#sessions.values()) if (code >= 4003 && code !== 4008) session.mayResume = false;
    for (const socket of this.#streams.keys()) socket.close(code);
  }

  cut(): void {
    for (const stream of this.#streams.values()) stream.destroy();
  }

  refuseIdentify(how: number | "invalid-session", times: number): void {
    for (let n = 0; n < times; n++) this.#refusals.push(how);
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#sockets.close(() => resolve()));
  }

  #welcome(socket: WebSocket, stream: Duplex): void {
    this.#streams.set(socket, stream);
    socket.on("error", () => stream.destroy());
    socket.on("close", () => {
      this.#streams.delete(socket);
      for (const session of this.#sessions.values()) if (session.socket === socket) session.socket = undefined;
    });
    socket.on("message", (raw) => this.#hear(socket, String(raw)));
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: this.#options.heartbeatMs }, s: null, t: null }));
  }

  #hear(socket: WebSocket, text: string): void {
    const payload = Buffer.byteLength(text) > 4096 ? undefined : parsed(text);
    if (this.#isTooFast(socket)) socket.close(4008);
    else if (!payload) socket.close(4002);
    else if (payload.op === 1) {
      this.counts.heartbeats += 1;
      if (!this.trouble.deaf) socket.send(JSON.stringify({ op: 11, d: null, s: null, t: null }));
    } else if (payload.op === 2) this.#identify(socket, payload.d as Json);
    else if (payload.op === 6) this.#resume(socket, payload.d as Json);
    else if (payload.op !== 3 && payload.op !== 4 && payload.op !== 8) socket.close(4001);
  }

  #isTooFast(socket: WebSocket): boolean {
    const since = Date.now() - 60_000;
    const times = (this.#heard.get(socket) ?? []).filter((ms) => ms > since);
    this.#heard.set(socket, [...times, Date.now()]);
    return times.length >= SENDS_A_MINUTE;
  }

  #identify(socket: WebSocket, d: Json): void {
    this.counts.identifies += 1;
    const intents = Number(d.intents);
    const refusal = this.#refusals.shift() ?? this.#whyNot(String(d.token), intents);
    if (refusal === "invalid-session") socket.send(INVALID);
    else if (refusal !== undefined) socket.close(refusal);
    else this.#open(socket, intents, d.shard ?? [0, 1]);
  }

  #whyNot(token: string, intents: number): number | undefined {
    // Beyond the day's limit Discord resets the token.
    if (!this.#options.isToken(token) || this.counts.identifies > IDENTIFIES_A_DAY) return 4004;
    if (!Number.isInteger(intents) || intents < 0 || intents > KNOWN_INTENTS) return 4013;
    return intents & PRIVILEGED & ~this.#options.privileged() ? 4014 : undefined;
  }

  #open(socket: WebSocket, intents: number, shard: unknown): void {
    const id = `session-${++this.#made}-${Math.floor(this.#options.random() * 1e9).toString(36)}`;
    const session: Session = { id, intents, seq: 0, socket, sent: [], held: undefined, mayResume: true };
    const { ready, after } = this.#options.ready({ id, shard });
    this.#sessions.set(id, session);
    this.#forgetOldSessions();
    this.#send(session, "READY", {
      ...ready,
      session_id: id,
      resume_gateway_url: this.#options.wsUrl(),
      shard,
    });
    for (const event of after) this.#send(session, event.name, event.data);
  }

  /** A bot that was killed leaves its session behind; the oldest without a socket go. */
  #forgetOldSessions(): void {
    for (const session of [...this.#sessions.values()]) {
      if (this.#sessions.size <= KEPT_SESSIONS) return;
      if (!session.socket) this.#sessions.delete(session.id);
    }
  }

  #resume(socket: WebSocket, d: Json): void {
    this.counts.resumes += 1;
    if (this.trouble.silentResumes) return;
    if (!this.#options.isToken(String(d.token))) socket.close(4004);
    else if (!this.#replay(socket, this.#sessions.get(String(d.session_id)), Number(d.seq))) {
      this.counts.invalidSessions += 1;
      this.#sessions.delete(String(d.session_id));
      socket.send(INVALID);
    }
  }

  /** False when the session is unknown, ended, or too much was missed. */
  #replay(socket: WebSocket, session: Session | undefined, seq: number): boolean {
    if (!session?.mayResume) return false;
    const missed = session.sent.filter((event) => event.seq > seq);
    if (session.seq - seq !== missed.length) return false;
    session.socket = socket;
    for (const { text } of missed) socket.send(text);
    this.#send(session, "RESUMED", {});
    return true;
  }

  /** Where an event takes its place in the order: at once, twice, or behind the next one. */
  #place(session: Session, event: Dispatch): void {
    const { duplicateRate, reorderRate } = this.trouble;
    if (!session.held && reorderRate > 0 && this.#options.random() < reorderRate) {
      session.held = event;
      setTimeout(() => this.#release(session), 20);
      return;
    }
    this.#emit(session, event);
    if (duplicateRate > 0 && this.#options.random() < duplicateRate) this.#emit(session, event);
    this.#release(session);
  }

  #release(session: Session): void {
    const held = session.held;
    session.held = undefined;
    if (held) this.#emit(session, held);
  }

  #emit(session: Session, event: Dispatch): void {
    const sees = (session.intents & INTENT.messageContent) !== 0;
    this.#send(session, event.name, !sees && event.without ? event.without() : event.data);
  }

  #send(session: Session, name: string, data: unknown): void {
    this.counts.dispatches += 1;
    const text = JSON.stringify({ op: 0, t: name, s: ++session.seq, d: data });
    session.sent.push({ seq: session.seq, text });
    if (session.sent.length > this.#options.replay) session.sent.shift();
    session.socket?.send(text);
  }
}

function parsed(text: string): { op?: unknown; d?: unknown } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

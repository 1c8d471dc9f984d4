import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WORKSHOP_DOCUMENT } from "./workshop-document.ts";
import { type Answer, answerWorkshop } from "./workshop-operations.ts";
import { morning, type WorkshopState } from "./workshop-state.ts";

/** Something that goes wrong with one request. `cut` breaks the connection before or after the deed. */
export type Fault =
  | { readonly kind: "delay"; readonly ms: number }
  | {
      readonly kind: "error";
      readonly status: number;
      readonly acts?: boolean;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: "cut"; readonly when: "before" | "after" };

export interface WorkshopControl {
  /** Waits this long before every answer. */
  delayMs: number;
  /** Used up one by one by the next requests (those for the document apart). */
  readonly faults: Fault[];
  /** Morning again: state as it was, no faults, no remembered idempotency keys. */
  reset(): void;
}

export interface Workshop {
  readonly url: string;
  readonly state: WorkshopState;
  readonly control: WorkshopControl;
  /** Closes every connection, those under way too. Twice does no harm. */
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 100_000;
const MAX_REMEMBERED = 10_000;

/**
 * A small real HTTP service for the demo and for tests, in memory, on loopback: parts and stock, machines, jobs and
 * a board, described at `/openapi.json`. A repeated `Idempotency-Key` gets the first answer and changes nothing;
 * with `remembers: false` it acts again, as a service does that knows nothing of such keys.
 */
export async function startWorkshop({ port = 0, host = "127.0.0.1", remembers = true } = {}): Promise<Workshop> {
  const state = morning();
  const remembered = new Map<string, { request: string; answer: Answer }>();
  const control: WorkshopControl = {
    delayMs: 0,
    faults: [],
    reset() {
      Object.assign(state, morning());
      control.delayMs = 0;
      control.faults.length = 0;
      remembered.clear();
    },
  };
  const server = createServer((request, response) => {
    serve(request, response, { state, control, remembered: remembers ? remembered : undefined }).catch(
      (error: unknown) => {
        // A broken connection while reading or waiting: there is nobody left to answer.
        if (request.destroyed || response.destroyed) return;
        response.destroy(error instanceof Error ? error : undefined);
      },
    );
  });
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    state,
    control,
    stop: () => close(server),
  };
}

interface Inside {
  readonly state: WorkshopState;
  readonly control: WorkshopControl;
  readonly remembered: Map<string, { request: string; answer: Answer }> | undefined;
}

async function serve(request: IncomingMessage, response: ServerResponse, inside: Inside): Promise<void> {
  const url = new URL(request.url ?? "/", "http://workshop");
  const body = await readBody(request);
  if (url.pathname === "/openapi.json") return send(response, { status: 200, body: WORKSHOP_DOCUMENT });
  if (url.pathname === "/")
    return send(response, { status: 200, body: { service: "workshop", document: "/openapi.json" } });
  const fault = inside.control.faults.shift();
  if (inside.control.delayMs > 0) await sleep(inside.control.delayMs);
  if (fault?.kind === "delay") await sleep(fault.ms);
  if (fault?.kind === "cut" && fault.when === "before") return void request.socket.destroy();
  if (fault?.kind === "error" && !fault.acts) {
    return send(response, { status: fault.status, body: { error: "The workshop is out of order." } }, fault.headers);
  }
  const answer = act(request, url, body, inside);
  if (fault?.kind === "cut") return void request.socket.destroy();
  if (fault?.kind === "error")
    return send(response, { status: fault.status, body: { error: "Done, but then it broke." } }, fault.headers);
  return send(response, answer);
}

function act(request: IncomingMessage, url: URL, body: string, { state, remembered }: Inside): Answer {
  const method = request.method ?? "GET";
  const header = request.headers["idempotency-key"];
  const idempotencyKey = method === "GET" || typeof header !== "string" ? undefined : header;
  const asked = `${method} ${url.pathname}${url.search} ${body}`;
  const before = idempotencyKey === undefined ? undefined : remembered?.get(idempotencyKey);
  if (before) {
    return before.request === asked
      ? before.answer
      : { status: 422, body: { error: "This Idempotency-Key was used for another request." } };
  }
  const answer = answerWorkshop({ method, path: url.pathname, query: url.searchParams, body, idempotencyKey }, state);
  if (remembered && idempotencyKey !== undefined && answer.status < 400) {
    remembered.set(idempotencyKey, { request: asked, answer: structuredClone(answer) });
    const oldest = remembered.size > MAX_REMEMBERED ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
  }
  return answer;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error("The body is larger than the workshop takes.");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, body }: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

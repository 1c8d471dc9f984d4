import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { createTimers } from "../timers.ts";
import { authorize } from "./authorize.ts";
import { createCatalogue } from "./catalogue.ts";
import type { EndpointClients } from "./clients.ts";
import type { EndpointFleet } from "./endpoint-fleet.ts";
import type { RouteDeps } from "./exchange.ts";
import { EndpointRefusal, failureAnswer } from "./failure-answer.ts";
import type { EndpointLimits } from "./limits.ts";
import { DEFAULT_ENDPOINT_LIMITS } from "./limits.ts";
import { listen } from "./listen.ts";
import { type BodyReader, createBodyReader } from "./read-body.ts";
import { createRoutes, dialectOf, type FindRoute } from "./routes.ts";

export interface EndpointDeps {
  readonly fleet: EndpointFleet;
  readonly clients: EndpointClients;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<EndpointLimits>;
}

export interface Endpoint {
  /** As programs are told it: `http://127.0.0.1:7423`. */
  readonly url: string;
  /** Cuts what is under way and stops listening. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * The fleet as an endpoint for the team's other programs: Ollama's protocol and OpenAI's chat completions, with a token
 * for each program. Whoever asks waits in the same queue as Piloto itself, and gets a fair share. Port 0 takes any.
 *
 * It listens by node:http: fastify, with which Piloto serves its page, adds more to a request than this may add in all.
 * @throws PilotoError PORT_IN_USE | SETTINGS_INVALID (the host is no address of this computer)
 */
export async function createEndpoint(
  { fleet, clients, clock, logger, limits: given }: EndpointDeps,
  at: { readonly host: string; readonly port: number },
): Promise<Endpoint> {
  const limits = { ...DEFAULT_ENDPOINT_LIMITS, ...given };
  const closing = new AbortController();
  const timers = createTimers(clock);
  const leavings = new Set<AbortController>();
  const routes = createRoutes(createCatalogue({ fleet, clock, timers, limits, signal: closing.signal }));
  const door: Door = {
    clients,
    routes,
    bodies: createBodyReader(limits),
    leavings,
    deps: { fleet, clock, logger, timers, limits },
  };
  const server = createServer((req, res) => void serve(req, res, door));
  // A program's connection stays open between its requests, like Ollama's.
  server.keepAliveTimeout = 75_000;
  await listen(server, at);
  return {
    url: urlOf(server, at.host),
    async close() {
      closing.abort();
      for (const leaving of leavings) leaving.abort(LEFT);
      timers.stop();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Door {
  readonly clients: EndpointClients;
  readonly routes: FindRoute;
  readonly bodies: BodyReader;
  /** One for each request under way. */
  readonly leavings: Set<AbortController>;
  readonly deps: RouteDeps;
}

/** One request. Never rejects: whatever fails becomes the answer. */
async function serve(req: IncomingMessage, res: ServerResponse, door: Door): Promise<void> {
  const path = pathOf(req);
  const leaving = new AbortController();
  door.leavings.add(leaving);
  let heldBytes = 0;
  res.once("close", () => {
    door.leavings.delete(leaving);
    if (!res.writableFinished) leaving.abort(LEFT);
    door.bodies.letGo(heldBytes);
  });
  try {
    const found = door.routes(req.method ?? "", path);
    const caller = found?.isOpen ? NOBODY : await authorize(req, door.clients);
    if (!found) throw new EndpointRefusal(404, "not_found", `There is no ${req.method} ${path.slice(0, 100)} here.`);
    const taken = await door.bodies.read(req);
    if (res.closed) return void door.bodies.letGo(taken.bytes);
    heldBytes = taken.bytes;
    const exchange = { caller, affinity: affinityIn(req), body: taken.text, rest: found.rest, res };
    await found.route({ ...exchange, signal: leaving.signal }, door.deps);
  } catch (error) {
    // Whoever left is told nothing.
    if (!leaving.signal.aborted && !req.errored) answerFailure(error, path, res, door.deps.logger);
  }
  dropUnread(res, door.deps.limits.slowReaderMs);
}

/** The whole answer is handed over; who takes nothing of it for too long is cut off. Real time: the socket's own. */
function dropUnread(res: ServerResponse, afterMs: number): void {
  if (res.writableLength > 0 && !res.destroyed) res.setTimeout(afterMs, () => res.destroy());
}

/** Made once: a reason of its own for each would cost a stack trace each. */
const LEFT = new Error("The program has left.");
const NOBODY = { name: "", class: "batch" } as const;

function answerFailure(error: unknown, path: string, res: ServerResponse, logger: Logger): void {
  const answer = failureAnswer(error, dialectOf(path));
  if (!answer) logger.error({ error, path }, "a request to the endpoint failed in a way that nobody foresaw");
  if (res.headersSent) {
    if (!res.writableEnded) res.destroy();
    return;
  }
  const { statusCode, body, retryAfterS } = answer ?? { statusCode: 500, body: UNFORESEEN, retryAfterS: undefined };
  res
    .writeHead(statusCode, {
      "content-type": "application/json; charset=utf-8",
      ...(statusCode === 401 && { "www-authenticate": "Bearer" }),
      ...(retryAfterS !== undefined && { "retry-after": String(retryAfterS) }),
    })
    .end(body);
}

const UNFORESEEN = JSON.stringify({ error: "Something went wrong inside Piloto." });

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

function affinityIn({ headers }: IncomingMessage): string | undefined {
  const value = headers["x-piloto-affinity"];
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

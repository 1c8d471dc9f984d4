import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { PilotoError } from "../../core/domain/errors.ts";
import { addControlRoutes, type Control } from "./control-routes.ts";
import type { HouseState } from "./house-state.ts";
import { statusPage } from "./status-page.ts";

export interface HttpServer {
  /** As people type it: `http://127.0.0.1:7420`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Health and readiness, one page that says what this is, and a door for commands.
 *
 * - `/healthz` 200 while the process answers at all.
 * - `/readyz` 200 when the store can be written and the core has started, else 503; the fleet is told as a detail.
 * - `/` the same for people.
 * - `/control/` for commands of this computer's user, with a token: see `addControlRoutes`.
 *
 * @throws PilotoError PORT_IN_USE | SETTINGS_INVALID (the host is no address of this computer)
 */
export async function serveHttp(
  { host, port }: { host: string; port: number },
  state: () => Promise<HouseState>,
  control?: Control,
): Promise<HttpServer> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  addRoutes(server, state);
  if (control) addControlRoutes(server, control);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw nameListenError(error, host, port);
  }
  const bound = (server.server.address() as AddressInfo).port;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${shown}:${bound}`, close: () => server.close() };
}

function addRoutes(server: FastifyInstance, state: () => Promise<HouseState>): void {
  server.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    reply.header("x-content-type-options", "nosniff");
    reply.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  });
  server.get("/healthz", async () => ({ status: "alive" }));
  server.get("/readyz", async (_request, reply) => {
    const now = await state();
    return reply.code(now.isReady ? 200 : 503).send({ status: now.isReady ? "ready" : "not ready", ...now });
  });
  server.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(statusPage(await state())));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "There is nothing here." }));
  server.setErrorHandler((_error, _request, reply) =>
    reply.code(500).send({ error: "Something went wrong inside Piloto." }),
  );
}

function nameListenError(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") {
    const message = `Port ${port} on ${host} is taken by another program. Stop it, or choose another with PILOTO_PORT.`;
    return new PilotoError("PORT_IN_USE", message, { cause: error });
  }
  if (code === "EACCES") {
    const message = `Port ${port} may not be opened by this user. Choose one above 1023 with PILOTO_PORT.`;
    return new PilotoError("PORT_IN_USE", message, { cause: error });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    const message = `PILOTO_HOST is ${host}, which is no address of this computer. Use 127.0.0.1 or 0.0.0.0.`;
    return new PilotoError("SETTINGS_INVALID", message, { cause: error });
  }
  return error;
}

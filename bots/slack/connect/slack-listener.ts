import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { SLACK_PATHS, type SlackListen } from "../slack-settings.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface SlackListenerOptions {
  readonly listen: SlackListen;
  /** HTTP mode. */
  readonly onDelivery?: Answer;
  /** OAuth. */
  readonly onInstall?: Answer;
  readonly onCallback?: Answer;
  readonly logger: Logger;
}

/** Where Slack and browsers reach the face, while it is open. */
export interface SlackListener {
  /** `http://127.0.0.1:7422`: what was really opened. */
  readonly url: string;
  /** Takes nothing new and waits for what is being answered, at most `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** @throws PilotoError PORT_IN_USE when the port is taken, or may not be opened */
export async function openSlackListener(options: SlackListenerOptions): Promise<SlackListener> {
  const { listen, logger } = options;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      logger.error({ error: String(error) }, "A request to Slack's address could not be answered.");
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await opened(server, listen);
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  return { url: `http://${host}:${port}`, close: (withinMs) => closed(server, withinMs) };
}

async function answer(
  { onDelivery, onInstall, onCallback }: SlackListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? "/").split("?");
  if (request.method === "POST" && path === SLACK_PATHS.events && onDelivery) return onDelivery(request, response);
  if (request.method === "GET" && path === SLACK_PATHS.install && onInstall) return onInstall(request, response);
  if (request.method === "GET" && path === SLACK_PATHS.callback && onCallback) return onCallback(request, response);
  response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("There is nothing here.\n");
}

function opened(server: Server, { host, port }: SlackListen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const message = `Piloto wanted to listen for Slack on ${host} port ${port}, and could not (${cause.code}). Free the port, or set another under "slack" in the settings.`;
      reject(new PilotoError("PORT_IN_USE", message, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
}

function closed(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const hard = setTimeout(() => server.closeAllConnections(), withinMs);
    server.close(() => {
      clearTimeout(hard);
      resolve();
    });
    server.closeIdleConnections();
  });
}

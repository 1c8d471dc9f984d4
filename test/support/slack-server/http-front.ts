import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FileCabinet } from "./file-cabinet.ts";
import { approve, authorizePage, type OAuthCodes } from "./oauth.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { WebApiAnswer } from "./web-api.ts";
import type { World } from "./world.ts";

export interface HttpFrontDeps {
  world: World;
  files: FileCabinet;
  codes: OAuthCodes;
  responses: ResponseUrls;
  callMethod(method: string, request: IncomingMessage, body: string): WebApiAnswer;
  latencyMs(): number;
  fileHost(): string | undefined;
  /** What went wrong inside of the server itself: kept, so that a test can see it. */
  onBug(cause: unknown): void;
}

export interface HttpFront {
  readonly http: Server;
  readonly port: number;
  close(): Promise<void>;
}

/** The one HTTP server of this Slack: Web API, uploads, downloads, response URLs and the OAuth pages. */
export async function openHttpFront(deps: HttpFrontDeps): Promise<HttpFront> {
  const http = createServer((request, response) => {
    readBody(request)
      .then((body) => route(deps, request, response, body))
      .catch((cause: unknown) => {
        deps.onBug(cause);
        response.destroy();
      });
  });
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    http,
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function route(deps: HttpFrontDeps, request: IncomingMessage, response: ServerResponse, body: Buffer) {
  const url = new URL(request.url ?? "/", deps.world.baseUrl);
  const [, room = "", ...rest] = url.pathname.split("/");
  if (room === "api") return answerMethod(deps, request, response, rest.join("/"), body.toString("utf8"));
  if (room === "actions") return answerResponseUrl(deps, response, rest.at(-1) ?? "", body.toString("utf8"));
  if (room === "upload") {
    const taken = deps.files.receive(rest.at(-1) ?? "", fileOf(request, body));
    return send(response, taken ? 200 : 404, "text/plain", taken ? `OK - ${body.length}` : "no such upload");
  }
  if (room === "files-pri") return answerFile(deps, request, response, rest[0] ?? "");
  if (url.pathname === "/oauth/v2/authorize") return send(response, 200, "text/html", authorizePage(deps.world, url));
  if (url.pathname === "/oauth/v2/allow") return allow(deps, response, url);
  send(response, 404, "text/html", "<!doctype html><title>Slack</title><p>There has been a glitch.</p>");
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer, more = {}) {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body), ...more });
  response.end(body);
}

function answerMethod(
  deps: HttpFrontDeps,
  request: IncomingMessage,
  response: ServerResponse,
  method: string,
  body: string,
) {
  const answer = deps.callMethod(method, request, body);
  const how = answer.fault?.how ?? "";
  const finish = () => {
    if (how.startsWith("cut-")) return void request.socket.destroy();
    if (how.startsWith("hang-")) return;
    if (how.startsWith("5xx-")) {
      return send(response, answer.fault?.status ?? 503, "text/html", "<html>upstream trouble</html>");
    }
    const limited = answer.retryAfterSec !== undefined;
    send(response, limited ? 429 : 200, "application/json; charset=utf-8", JSON.stringify(answer.reply), {
      ...(limited ? { "retry-after": String(answer.retryAfterSec) } : {}),
      // The clock of this Slack, which a test may have moved.
      date: new Date(deps.world.nowMs()).toUTCString(),
      ...(answer.scopes ? { "x-oauth-scopes": answer.scopes } : {}),
    });
  };
  const latencyMs = deps.latencyMs();
  if (latencyMs > 0) setTimeout(finish, latencyMs).unref();
  else finish();
}

function answerResponseUrl(deps: HttpFrontDeps, response: ServerResponse, id: string, body: string) {
  const { status, body: said } = deps.responses.answer(id, readJson(body));
  send(response, status, status === 200 ? "text/html" : "application/json", said);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** The file itself out of a multipart form, or the body as it is. */
function fileOf(request: IncomingMessage, body: Buffer): Buffer {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(request.headers["content-type"] ?? "");
  if (!boundary) return body;
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
  const from = body.indexOf("\r\n\r\n", body.indexOf(mark)) + 4;
  const to = body.indexOf(Buffer.concat([Buffer.from("\r\n"), mark]), from);
  return body.subarray(from, to);
}

const LOGIN =
  "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>";

/** Without a token that may read it, Slack answers 200 with its login page, not an error. */
function answerFile(deps: HttpFrontDeps, request: IncomingMessage, response: ServerResponse, name: string) {
  const elsewhere = deps.fileHost();
  if (elsewhere) {
    response.writeHead(302, { location: new URL(request.url ?? "/", elsewhere).href });
    return void response.end();
  }
  const file = deps.files.files.get(name.split("-").at(-1) ?? "");
  const token = (request.headers.authorization ?? "").replace("Bearer ", "");
  const team = deps.world.tokens.get(token);
  const bot = team?.installation;
  const mayRead = bot && bot.botToken === token && !bot.refused && bot.scopes.has("files:read");
  if (!file || !mayRead || file.team !== team.id) return send(response, 200, "text/html; charset=utf-8", LOGIN);
  send(response, 200, file.mimetype, file.bytes);
}

function allow(deps: HttpFrontDeps, response: ServerResponse, url: URL) {
  const team = url.searchParams.get("team") ?? "";
  const user = [...(deps.world.teams.get(team)?.users.keys() ?? [])][0] ?? "";
  response.writeHead(302, { location: approve(deps, url.href, { team, user }) });
  response.end();
}

import type { Catalogue } from "./catalogue.ts";
import { serveEmbed, serveOldEmbed } from "./embed.ts";
import type { Route } from "./exchange.ts";
import { sendJson } from "./exchange.ts";
import type { Dialect } from "./failure-answer.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import { read } from "./ollama-request.ts";
import { serveChat, serveGenerate } from "./ollama-routes.ts";
import { createModelRoutes, serveCompletion, serveEmbeddings } from "./openai-routes.ts";
import { ShowRequest } from "./show-request.ts";

/** What a method and a path lead to. */
export interface Found {
  readonly route: Route;
  /** What stands behind the path, for routes that take a name there. */
  readonly rest: string;
  /** Anybody may ask: tells that this is Ollama's protocol, and which version of it. */
  readonly isOpen: boolean;
}

export type FindRoute = (method: string, path: string) => Found | undefined;

/** Ollama's routes that change what PCs hold: Piloto's own people do that. */
const MANAGEMENT = new Set(["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete"]);
const BLOBS = "/api/blobs/";
const ONE_MODEL = "/v1/models/";

export const dialectOf = (path: string): Dialect => (path.startsWith("/v1/") ? "openai" : "ollama");

/** All routes of the endpoint. HEAD is GET without a body. */
export function createRoutes(catalogue: Catalogue): FindRoute {
  const models = createModelRoutes(catalogue);
  const open: Readonly<Record<string, Route>> = {
    "GET /": async ({ res }) =>
      void res.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("Ollama is running"),
    "GET /api/version": async ({ res }) => sendJson(res, { version: await catalogue.version() }),
  };
  const closed: Readonly<Record<string, Route>> = {
    "POST /api/chat": serveChat,
    "POST /api/generate": serveGenerate,
    "POST /api/embed": serveEmbed,
    "POST /api/embeddings": serveOldEmbed,
    "POST /v1/chat/completions": serveCompletion,
    "POST /v1/embeddings": serveEmbeddings,
    "GET /api/tags": async ({ res }) => sendJson(res, await catalogue.tags()),
    "GET /api/ps": async ({ res }) => sendJson(res, await catalogue.running()),
    "POST /api/show": async ({ res, body }) => sendJson(res, await catalogue.show(read(ShowRequest, body))),
    "GET /v1/models": models.list,
  };
  return (method, path) => {
    const key = `${method === "HEAD" ? "GET" : method} ${path}`;
    const known = closed[key];
    if (known) return { route: known, rest: "", isOpen: false };
    const isOpen = open[key];
    if (isOpen) return { route: isOpen, rest: "", isOpen: true };
    if (MANAGEMENT.has(path) || path.startsWith(BLOBS)) return { route: refuseManagement, rest: "", isOpen: false };
    if (key.startsWith(`GET ${ONE_MODEL}`)) {
      return { route: models.one, rest: decode(path.slice(ONE_MODEL.length)), isOpen: false };
    }
    return undefined;
  };
}

const refuseManagement: Route = async () => {
  const words = "Models are pulled, made and deleted by Piloto's people (piloto models), not by programs.";
  throw new EndpointRefusal(403, "not_allowed", words);
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no such model: the route says so
  }
}

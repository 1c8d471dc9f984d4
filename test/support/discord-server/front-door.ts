import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type BodyRoute, problemsIn } from "./body-judge.ts";
import type { Reply, Route } from "./call.ts";
import type { Discord } from "./discord.ts";
import { OFFICIAL_ROUTES } from "./official-trim.ts";
import { Refusal } from "./refusal.ts";
import { type Content, readContent } from "./request-body.ts";
import { type Found, routeFinder } from "./route-finder.ts";

export interface FrontDoor {
  readonly http: Server;
  /** Milliseconds before every REST answer. */
  delayMs: number;
  use(discord: Discord): void;
}

interface Outcome {
  readonly reply: Reply | "cut" | "hang";
  readonly headers: Readonly<Record<string, string>>;
}

const JUDGED = new Set<string>(OFFICIAL_ROUTES);

/** The HTTP side: finds the route, then as Discord does: agent, token, rate limit, body, effect. Keeps a record of all. */
export function frontDoor(routes: readonly Route[]): FrontDoor {
  const find = routeFinder(routes);
  let discord: Discord | undefined;
  const door: FrontDoor = {
    http: createServer((req, res) => void serve(req, res)),
    delayMs: 0,
    use(made) {
      discord = made;
    },
  };
  door.http.keepAliveTimeout = 60_000;
  return door;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!discord) throw new Error("A request came before this Discord was ready.");
    const url = new URL(req.url ?? "/", "http://discord");
    if (url.pathname.startsWith("/attachments/")) return download(discord, url, res);
    const found = find(req.method ?? "GET", url.pathname);
    const routeName = found ? `${found.route.method} ${found.route.path}` : `${req.method} ${url.pathname}`;
    const content = await readContent(req, discord.world.limits.requestBytes);
    if (!content) return;
    const outcome = answerTo(discord, req, url, { found, routeName, content });
    note(discord, req.method ?? "GET", url.pathname, routeName, content, outcome);
    if (door.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, door.delayMs));
    write(req, res, outcome);
  }
}

interface Arrived {
  readonly found: Found | undefined;
  readonly routeName: string;
  readonly content: Content;
}

function answerTo(discord: Discord, req: IncomingMessage, url: URL, arrived: Arrived): Outcome {
  const { found, routeName, content } = arrived;
  const fault = discord.faults.take(routeName);
  if (fault?.how === "5xx-before") return broken;
  if (fault?.how === "cut-before") return { reply: "cut", headers: {} };
  if (fault?.how === "hang") return { reply: "hang", headers: {} };
  if (fault?.how === "429") return tooMany(discord, fault.retryAfter, "shared", {});
  const headers: Record<string, string> = {};
  try {
    if (!found) throw unknownRoute(discord, routeName, content);
    refuseStranger(discord, req, found.route);
    const isFree = found.route.needsBot === false;
    const ticket = discord.limits.take(routeName, majorOf(found.params), isFree);
    Object.assign(headers, ticket.headers);
    if (ticket.refused) return tooMany(discord, ticket.refused.retryAfter, ticket.refused.scope, headers);
    refuseBadBody(routeName, content);
    const reply = found.route.handle({ discord, query: url.searchParams, ...found, ...content });
    if (fault?.how === "5xx-after") return broken;
    if (fault?.how === "cut-after") return { reply: "cut", headers };
    return { reply: fault?.how === "hang-after" ? "hang" : reply, headers };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 50035)
      discord.records.add("violations", { route: routeName, problems: error.problems, body: content.body });
    if (error.retryAfterMs !== undefined) Object.assign(headers, waitHeaders(error.retryAfterMs / 1000, "user"));
    return { reply: { status: error.status, body: error.toJson() }, headers };
  }
}

const broken: Outcome = { reply: { status: 502, body: { message: "502: Bad Gateway", code: 0 } }, headers: {} };

function unknownRoute(discord: Discord, routeName: string, { body }: Content): Refusal {
  discord.records.add("violations", { route: routeName, problems: ["path: This Discord has no such route."], body });
  return new Refusal("notFound");
}

/** Discord's door keepers turn away odd user agents, and every wrong token with 401. */
function refuseStranger(discord: Discord, req: IncomingMessage, route: Route): void {
  if (!(req.headers["user-agent"] ?? "").startsWith("DiscordBot (")) throw new Refusal("blockedUserAgent");
  if (route.needsBot !== false && req.headers.authorization !== `Bot ${discord.token}`)
    throw new Refusal("unauthorized");
}

function refuseBadBody(routeName: string, content: Content): void {
  if (content.problem) throw new Refusal(content.problem);
  if (!JUDGED.has(routeName)) return;
  const problems = problemsIn(routeName as BodyRoute, content.body);
  if (problems.length) throw new Refusal("invalidForm", problems);
}

const majorOf = (params: Readonly<Record<string, string>>) =>
  params.channel_id ?? params.guild_id ?? params.webhook_token ?? params.interaction_token ?? "";

function tooMany(
  discord: Discord,
  retryAfter: number,
  scope: string,
  headers: Readonly<Record<string, string>>,
): Outcome {
  discord.records.counters.rateLimited += 1;
  const global = scope === "global";
  const body = { message: "You are being rate limited.", retry_after: retryAfter, global };
  return { reply: { status: 429, body }, headers: { ...headers, ...waitHeaders(retryAfter, scope) } };
}

const waitHeaders = (retryAfter: number, scope: string): Record<string, string> => ({
  "retry-after": String(retryAfter),
  "x-ratelimit-scope": scope,
  ...(scope === "global" && { "x-ratelimit-global": "true" }),
});

/** A 204 has no content type: with one, discord.js would parse the empty body. */
function write(req: IncomingMessage, res: ServerResponse, { reply, headers }: Outcome): void {
  if (reply === "hang") return;
  if (reply === "cut") return void req.socket.destroy();
  if (reply.body === undefined) {
    res.writeHead(reply.status, headers).end();
    return;
  }
  const text = JSON.stringify(reply.body);
  res.writeHead(reply.status, { ...headers, "content-type": "application/json" }).end(text);
}

function note(discord: Discord, method: string, path: string, route: string, content: Content, outcome: Outcome): void {
  const { counters } = discord.records;
  const status = typeof outcome.reply === "string" ? 0 : outcome.reply.status;
  counters.requests += 1;
  counters.byStatus[status] = (counters.byStatus[status] ?? 0) + 1;
  discord.records.add("requests", {
    method,
    route: route.slice(method.length + 1),
    path,
    body: content.body,
    files: content.uploads.map((file) => ({ name: file.name, sizeBytes: file.bytes.length })),
    status,
    code: status >= 400 ? ((outcome.reply as Reply).body as { code?: number })?.code : undefined,
    atMs: discord.world.nowMs(),
  });
}

/** Attachments, without a token, as from Discord's CDN. */
function download(discord: Discord, url: URL, res: ServerResponse): void {
  const file = discord.world.files.get(url.pathname.split("/")[3] ?? "");
  if (!file)
    return void res.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
  res.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length }).end(file.bytes);
}

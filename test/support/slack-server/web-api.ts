import type { IncomingMessage } from "node:http";
import type { Book, SlackCall } from "./book.ts";
import type { Call, Method } from "./call.ts";
import type { EventOut } from "./event-out.ts";
import type { Fault, Faults } from "./faults.ts";
import type { FileCabinet } from "./file-cabinet.ts";
import { isJson, type Json } from "./json.ts";
import { argumentsOf, problemsWithArguments } from "./judge-arguments.ts";
import { agentMethods } from "./methods/agents.ts";
import { chatMethods } from "./methods/chat.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { fileMethods } from "./methods/files.ts";
import { peopleMethods } from "./methods/people.ts";
import { streamMethods } from "./methods/streams.ts";
import { viewMethods } from "./methods/views.ts";
import { accessToken, type OAuthCodes } from "./oauth.ts";
import type { OpenViews } from "./open-views.ts";
import type { RateLimits } from "./rate-limits.ts";
import { SlackNo, slackNoBecause } from "./slack-no.ts";
import type { SocketLink } from "./socket-link.ts";
import type { Installation, SlackTeam, World } from "./world.ts";

const METHODS: Record<string, Method> = {
  ...chatMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...viewMethods,
  ...fileMethods,
  ...streamMethods,
  ...agentMethods,
};

/** Methods that are called without a bot token. */
const DOOR_METHODS = ["apps.connections.open", "apps.manifest.export", "oauth.v2.access"];

export interface WebApiDeps {
  world: World;
  book: Book;
  events: EventOut;
  views: OpenViews;
  files: FileCabinet;
  link: SocketLink;
  faults: Faults;
  codes: OAuthCodes;
  limits: RateLimits;
}

/** How a request is to be answered; `fault` says what to do to the connection instead or afterwards. */
export interface WebApiAnswer {
  reply: Json;
  fault?: Fault;
  /** For HTTP 429. */
  retryAfterSec?: number;
  scopes?: string;
}

/** Judges a Web API request and carries it out. */
export function answerCall(deps: WebApiDeps, method: string, request: IncomingMessage, body: string): WebApiAnswer {
  const read = readRequest(request, body);
  const call: SlackCall = { method, args: read.args, atMs: deps.world.nowMs(), outcome: "ok" };
  const answer = answerRead(deps, method, read, call);
  call.outcome = answer.reply.ok ? "ok" : String(answer.reply.error);
  if (answer.fault) call.fault = answer.fault.how;
  if (answer.retryAfterSec !== undefined) call.outcome = "ratelimited";
  deps.book.call(call);
  return answer;
}

function answerRead(deps: WebApiDeps, method: string, read: ReadRequest, call: SlackCall): WebApiAnswer {
  const fault = deps.faults.strike(method, read.args);
  if (fault?.how === "429") return { reply: no("ratelimited"), fault, retryAfterSec: fault.retryAfterSec ?? 1 };
  if (fault?.how === "ratelimited-200") return { reply: no("ratelimited"), fault };
  if (fault?.how === "ok-false") return { reply: no(fault.error ?? "internal_error"), fault };
  if (fault?.how.endsWith("-before")) return { reply: no("internal_error"), fault };
  try {
    const { reply, scopes } = carryOut(deps, method, read, call);
    return { reply: { ok: true, ...reply }, ...(scopes ? { scopes } : {}), ...(fault ? { fault } : {}) };
  } catch (cause) {
    if (!(cause instanceof SlackNo)) throw cause;
    const waitSec = cause.error === "ratelimited" ? Number(cause.more.retry_after ?? 1) : undefined;
    return {
      reply: no(cause.error, cause.more),
      ...(fault ? { fault } : {}),
      ...(waitSec === undefined ? {} : { retryAfterSec: waitSec }),
    };
  }
}

function no(error: string, more: Json = {}): Json {
  return { ok: false, error, ...more };
}

function carryOut(
  deps: WebApiDeps,
  method: string,
  read: ReadRequest,
  record: SlackCall,
): { reply: Json | undefined; scopes?: string } {
  const known = argumentsOf(method);
  if (!known) {
    deps.book.violation(method, "unknown method");
    throw new SlackNo("unknown_method", { req_method: method });
  }
  if (read.isJson && !known.json) {
    deps.book.violation(method, "takes no application/json body");
    throw slackNoBecause("invalid_arguments", ["the method takes no JSON body"]);
  }
  for (const problem of read.problems) deps.book.violation(method, problem);
  if (method === "oauth.v2.access") return { reply: accessToken(deps, named(deps, method, read.args), read.basic) };
  if (method === "apps.connections.open") return { reply: openConnection(deps, read) };
  if (method === "apps.manifest.export") return { reply: exportManifest(deps, read) };
  const { team, bot } = whoseToken(deps.world, read.token);
  record.team = team.id;
  const args = named(deps, method, read.args);
  deps.limits.take(team.id, method, args);
  const call: Call = { ...deps, method, args, team, bot };
  return { reply: METHODS[method]!(call), scopes: [...bot.scopes].join(",") };
}

function named({ book }: WebApiDeps, method: string, args: Json): Json {
  const problems = problemsWithArguments(method, args);
  if (!problems.length) return args;
  for (const problem of problems) book.violation(method, problem);
  throw slackNoBecause("invalid_arguments", problems);
}

function openConnection({ world, link, book }: WebApiDeps, { token }: ReadRequest): Json {
  if (!token) throw new SlackNo("not_authed");
  if (token.startsWith("xoxb")) throw new SlackNo("not_allowed_token_type");
  if (token !== world.appToken) throw new SlackNo("invalid_auth");
  if (!world.appTokenScopes.has("connections:write")) {
    throw new SlackNo("missing_scope", { needed: "connections:write", provided: [...world.appTokenScopes].join(",") });
  }
  if (link.refusesNew) {
    book.violation("apps.connections.open", "Socket Mode is switched off");
    throw new SlackNo("forbidden_team");
  }
  return { url: link.newUrl() };
}

function exportManifest(deps: WebApiDeps, { token, args }: ReadRequest): Json {
  if (!token) throw new SlackNo("not_authed");
  if (!token.startsWith("xoxe")) throw new SlackNo("not_allowed_token_type");
  if (token !== deps.world.configToken) throw new SlackNo("invalid_auth");
  if (named(deps, "apps.manifest.export", args).app_id !== deps.world.appId) throw new SlackNo("invalid_app_id");
  return { manifest: deps.world.manifest };
}

function whoseToken(world: World, token: string | undefined): { team: SlackTeam; bot: Installation } {
  if (!token) throw new SlackNo("not_authed");
  if (token.startsWith("xapp")) throw new SlackNo("not_allowed_token_type");
  const team = world.tokens.get(token);
  if (!team) throw new SlackNo("invalid_auth");
  const bot = team.installation;
  if (bot?.botToken !== token) throw new SlackNo("token_revoked");
  if (bot.refused) throw new SlackNo(bot.refused);
  return { team, bot };
}

interface ReadRequest {
  args: Json;
  token?: string;
  isJson: boolean;
  /** client id and secret of an HTTP Basic header. */
  basic?: { id: string; secret: string };
  problems: string[];
}

/** Arguments from a form, a JSON body or a query; the token from the header, or from a form. */
function readRequest(request: IncomingMessage, body: string): ReadRequest {
  const problems: string[] = [];
  const type = (request.headers["content-type"] ?? "").split(";")[0]!.trim();
  const query = new URL(request.url ?? "/", "http://127.0.0.1").searchParams;
  const args: Json = Object.fromEntries(query);
  if (args.token !== undefined) problems.push("a token in the query of the URL");
  const isJsonBody = type === "application/json" && body !== "";
  if (isJsonBody) Object.assign(args, readJson(body, problems));
  else if (type === "application/x-www-form-urlencoded")
    Object.assign(args, Object.fromEntries(new URLSearchParams(body)));
  else if (body !== "") problems.push(`a body of type ${type || "(none)"}`);
  if (isJsonBody && args.token !== undefined) problems.push("a token in a JSON body");
  const header = request.headers.authorization ?? "";
  const [scheme, credentials = ""] = header.split(" ");
  const inBody = typeof args.token === "string" ? args.token : undefined;
  delete args.token;
  const bearer = scheme === "Bearer" ? credentials : undefined;
  if (bearer && inBody && bearer !== inBody) problems.push("two different tokens");
  const token = bearer ?? inBody;
  return { args, isJson: isJsonBody, problems, ...(token ? { token } : {}), ...basicOf(scheme, credentials) };
}

function basicOf(scheme: string | undefined, credentials: string): Pick<ReadRequest, "basic"> {
  if (scheme !== "Basic") return {};
  const [id = "", secret = ""] = Buffer.from(credentials, "base64").toString("utf8").split(":");
  return { basic: { id, secret } };
}

function readJson(body: string, problems: string[]): Json {
  try {
    const read: unknown = JSON.parse(body);
    if (isJson(read)) return read;
    problems.push("a JSON body that is no object");
  } catch (cause) {
    problems.push(`a body that is not JSON: ${String(cause)}`);
  }
  return {};
}

/** The methods that this server answers; the table of arguments has no others. */
export const ANSWERED_METHODS = [...Object.keys(METHODS), ...DOOR_METHODS];

import { PilotoError } from "../../core/domain/errors.ts";
import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import type { Endpoint, Service, ServiceAuth } from "../../core/domain/service.ts";
import type { ToolCall, ToolCard, ToolOutcome } from "../../core/domain/tool.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";
import { checkArgs } from "../../core/tools/check-args.ts";
import { words } from "../../core/words/words.ts";
import { type BuiltRequest, buildRequest } from "./build-request.ts";
import { createEgress, type Egress } from "./egress.ts";
import { type Judged, judgeAnswer, judgeFailure } from "./judge-answer.ts";
import { readBody } from "./read-answer.ts";

export interface HttpToolsDeps {
  readonly stores: Stores;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly egress?: Egress;
}

export interface HttpToolsLimits {
  /** Bytes of an answer after decompression. */
  readonly maxBytes?: number;
  /** Whole call, connecting to last byte, whatever the caller's own signal allows. */
  readonly timeoutMs?: number;
}

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/**
 * The operations of registered HTTP services as tools. A call is checked against the allow-list, the plan's hash and
 * the operation's schema; goes to the service's own origin, below its base path; carries the service's credentials,
 * which nobody else sees; follows no redirect; and is made once.
 */
export function createHttpTools(deps: HttpToolsDeps, limits: HttpToolsLimits = {}): ToolProvider {
  const egress = deps.egress ?? createEgress();
  const { stores } = deps;
  const lists = new Map<ProjectId, { version: number; cards: readonly ToolCard[] }>();

  return {
    async cards(projectId) {
      return stores.read(async (tx) => {
        const version = await tx.services.version(projectId);
        const standing = lists.get(projectId);
        if (standing?.version === version) return standing.cards;
        const services = await tx.services.list(projectId);
        const cards: ToolCard[] = [];
        for (const { id } of services)
          cards.push(...(await tx.services.endpoints(id)).filter(({ isAllowed }) => isAllowed).map(toCard));
        lists.set(projectId, { version, cards });
        return cards;
      });
    },
    async get(projectId, key) {
      const found = await find(stores, projectId, key);
      return found && { ...toCard(found.endpoint), argsSchema: found.argsSchema };
    },
    async call(projectId, call, signal) {
      const found = await find(stores, projectId, call.tool.key);
      if (!found) return notCalled(call, "ENDPOINT_NOT_FOUND", sayOf(call).gone(call.tool.key));
      return callEndpoint(found, call, signal, { ...deps, egress, ...limits });
    },
  };
}

function toCard(endpoint: Endpoint): ToolCard {
  const { key, service, operation, summary, params, returns, hash, risk, replay, isAllowed } = endpoint;
  return { key, service, operation, summary, params, ...(returns ? { returns } : {}), hash, risk, replay, isAllowed };
}

interface Found {
  readonly endpoint: Endpoint;
  readonly service: Service;
  readonly argsSchema: JsonObject;
}

function find(stores: Stores, projectId: ProjectId, key: ToolKey): Promise<Found | undefined> {
  return stores.read(async (tx) => {
    const endpoint = await tx.services.endpoint(projectId, key);
    const service = endpoint && (await tx.services.get(projectId, endpoint.service));
    return endpoint && service && { endpoint, service, argsSchema: await tx.services.argsSchema(endpoint) };
  });
}

function notCalled(call: ToolCall, code: PilotoError["code"], summary: string): ToolOutcome {
  return { kind: "failed", request: call.tool.operation, summary, code, effect: "none" };
}

const sayOf = ({ language }: ToolCall) => words(language ?? "en").tools;

type Calling = HttpToolsDeps & HttpToolsLimits & { readonly egress: Egress };

async function callEndpoint(found: Found, call: ToolCall, signal: AbortSignal, calling: Calling): Promise<ToolOutcome> {
  const { endpoint, service, argsSchema } = found;
  const refusal = refusalOf(found, call);
  if (refusal) return refusal;
  const built = buildRequest(endpoint, service.baseUrl, argsSchema, call.args);
  if (built.kind === "unbuildable")
    return notCalled(call, "ARGUMENTS_INVALID", sayOf(call).notCalled(endpoint.key, `${built.why}.`));
  const signed = await sign(built, service.auth, calling.secrets);
  if (signed instanceof PilotoError)
    return notCalled(call, signed.code, sayOf(call).notCalled(service.name, signed.message));
  return send(built, signed, found, call, signal, calling);
}

/** Everything that stands between an allowed plan and its call now. */
function refusalOf({ endpoint, service, argsSchema }: Found, call: ToolCall): ToolOutcome | undefined {
  const say = sayOf(call);
  if (endpoint.hash !== call.tool.hash) {
    return notCalled(call, "ENDPOINT_CHANGED", say.changed(endpoint.key));
  }
  if (!endpoint.isAllowed) {
    const why = endpoint.isChanged ? say.changedSinceAllowed(endpoint.key) : say.notAllowed(endpoint.key);
    return notCalled(call, "ENDPOINT_NOT_ALLOWED", why);
  }
  if (service.isOffline) {
    return notCalled(call, "SERVICE_OFFLINE", say.offline(service.name, service.baseUrl));
  }
  const problems = checkArgs({ ...endpoint, argsSchema }, call.args);
  if (problems.length === 0) return undefined;
  return notCalled(call, "ARGUMENTS_INVALID", say.notCalled(endpoint.key, `${problems.slice(0, 3).join("; ")}.`));
}

interface Signed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Adds the service's credentials: the last thing before sending, shown nowhere. */
async function sign(
  built: BuiltRequest,
  auth: ServiceAuth | undefined,
  secrets: Secrets,
): Promise<Signed | PilotoError> {
  if (!auth) return { path: built.path, headers: {} };
  let secret: string;
  try {
    secret = await secrets.get(auth.secret);
  } catch (error) {
    if (error instanceof PilotoError) return error;
    throw error;
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(secret)) {
    return new PilotoError("SECRET_UNREADABLE", "its secret holds characters that no header can carry. Put it again.");
  }
  if (auth.kind === "query") {
    const pair = `${encodeURIComponent(auth.name)}=${encodeURIComponent(secret)}`;
    return { path: `${built.path}${built.path.includes("?") ? "&" : "?"}${pair}`, headers: {} };
  }
  if (auth.kind === "header") return { path: built.path, headers: { [auth.name.toLowerCase()]: secret } };
  const value = auth.kind === "bearer" ? `Bearer ${secret}` : `Basic ${Buffer.from(secret, "utf8").toString("base64")}`;
  return { path: built.path, headers: { authorization: value } };
}

async function send(
  built: BuiltRequest,
  signed: Signed,
  { endpoint, service }: Found,
  call: ToolCall,
  signal: AbortSignal,
  calling: Calling,
): Promise<ToolOutcome> {
  const { egress, secrets, clock, logger, maxBytes = DEFAULT_MAX_BYTES, timeoutMs = DEFAULT_TIMEOUT_MS } = calling;
  const request = secrets.redact(`${endpoint.method} ${built.origin}${built.path}`.slice(0, 2000));
  const judged: Judged = {
    request,
    service: service.name,
    language: call.language,
    isRead: endpoint.risk === "read",
    nowMs: clock.nowMs(),
    maxBytes,
  };
  const whole = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const answer = await egress.send({
    pin: `${service.id} ${service.refreshedAtMs}`,
    origin: built.origin,
    method: endpoint.method,
    path: signed.path,
    headers: {
      accept: "application/json, */*;q=0.5",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": "piloto",
      "idempotency-key": call.idempotencyKey,
      ...built.headers,
      ...signed.headers,
    },
    ...(built.body === undefined ? {} : { body: built.body }),
    maxBytes,
    signal: whole,
  });
  logger.debug(
    { tool: endpoint.key, status: answer.status, failed: answer.kind === "failed" ? answer.why : undefined },
    "called a service",
  );
  if (answer.kind === "failed")
    return judgeFailure({ ...answer, detail: secrets.redact(answer.detail) }, whole, judged);
  const { body, note } = readBody(answer.bytes, answer.headers["content-type"]);
  const result = {
    status: answer.status,
    headers: keptHeaders(answer.headers, secrets),
    body: redacted(body, secrets),
  };
  return judgeAnswer(result, note, judged);
}

const DROPPED_HEADERS = new Set([
  "set-cookie",
  "set-cookie2",
  "authorization",
  "proxy-authorization",
  "authentication-info",
]);

function keptHeaders(headers: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !DROPPED_HEADERS.has(name));
  return Object.fromEntries(kept.slice(0, 60).map(([name, value]) => [name, secrets.redact(value).slice(0, 2000)]));
}

/** A service that echoes what it was sent must not hand its key to the chat. */
function redacted(body: Json, secrets: Secrets): Json {
  if (typeof body === "string") return secrets.redact(body);
  if (typeof body === "number") {
    const shown = secrets.redact(String(body));
    return shown === String(body) ? body : shown;
  }
  if (Array.isArray(body)) return body.map((item) => redacted(item, secrets));
  if (!isJsonObject(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [secrets.redact(key), redacted(value, secrets)]),
  );
}

import { auditEntry } from "../../core/access/record-audit.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import type { ProjectId, ServiceId } from "../../core/domain/ids.ts";
import type { Service, ServiceAuth } from "../../core/domain/service.ts";
import type { Clock, IdSource } from "../../core/ports/clock.ts";
import type { ReadTx, Stores, Tx } from "../../core/ports/stores.ts";
import { compareEndpoints, type EndpointChanges } from "./compare-endpoints.ts";
import { deniedKeys, forgetDenied } from "./denied-endpoints.ts";
import type { Egress } from "./egress.ts";
import { type Listing, listOperations } from "./list-operations.ts";
import { type ReadOpenApi, readOpenApi, serverUrl } from "./read-openapi.ts";
import { normaliseBaseUrl } from "./service-address.ts";
import { type EndpointWithSchema, toEndpoint } from "./to-endpoint.ts";

export interface ServiceDeps {
  readonly stores: Stores;
  readonly egress: Egress;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface NewService {
  readonly projectId: ProjectId;
  /** Lower-case letters, digits and dashes, at most 40. */
  readonly name: string;
  /** A URL or the path of a file. */
  readonly source: string;
  /** Where calls go, when the document does not say it or says something else. */
  readonly baseUrl?: string;
  /** How the executor signs in; `auth.secret` is the secret's place (`service:<project>/<name>`), not its value. */
  readonly auth?: ServiceAuth;
  /** Register it as offline without asking whether it answers. */
  readonly isOffline?: boolean;
  /** Account, for the audit. */
  readonly by: string;
}

/** What registering or refreshing found. */
export interface ServiceReport extends EndpointChanges {
  readonly service: Service;
  readonly operations: number;
  readonly allowed: number;
  /** Operations that cannot be called, and why. */
  readonly refused: Listing["refused"];
  readonly warnings: readonly string[];
}

/**
 * Registers a service of a project: reads its description, lists its operations (reads allowed, the rest off) and
 * keeps the document. Read from a file while nothing answers at its base URL, it is offline: planned with, not called.
 * @throws PilotoError SERVICE_EXISTS | INPUT_INVALID | PROJECT_NOT_FOUND, and those of `readOpenApi`
 */
export async function addService(wanted: NewService, deps: ServiceDeps, signal?: AbortSignal): Promise<ServiceReport> {
  const { projectId, name } = wanted;
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) || name === "piloto") {
    throw new PilotoError(
      "INPUT_INVALID",
      `"${name.slice(0, 60)}" cannot be a service's name. Use lower-case letters, digits and dashes, at most 40 (not "piloto").`,
    );
  }
  await deps.stores.read((tx) => mustBeNew(tx, wanted));
  const read = await readOpenApi(wanted.source, { egress: deps.egress, baseUrl: wanted.baseUrl, signal });
  const nowMs = deps.clock.nowMs();
  const service: Service = {
    ...described(read),
    id: deps.ids.next() as ServiceId,
    projectId,
    name,
    title: read.document.title.slice(0, 200) || name,
    addedAtMs: nowMs,
    refreshedAtMs: nowMs,
    isOffline: wanted.isOffline ?? !(await answers(read.baseUrl, deps.egress, signal)),
    ...(wanted.auth ? { auth: wanted.auth } : {}),
  };
  const { endpoints, refused } = listEndpoints(read, service);
  const changes = compareEndpoints([], endpoints, new Set());
  await deps.stores.atomically(async (tx) => {
    await mustBeNew(tx, wanted);
    await tx.services.put(service, read.document.text, changes.endpoints);
    await tx.audit.append(
      auditEntry(wanted.by, "add-service", name, nowMs, {
        project: projectId,
        source: service.source,
        baseUrl: service.baseUrl,
        documentHash: service.documentHash,
        operations: endpoints.length,
      }),
    );
  });
  return report(service, changes, refused, read.warnings);
}

/**
 * Reads the description again. New reads are allowed, unless that operation was denied before; an operation that is
 * not what it was when it was allowed is off until allowed again. Clears `isOffline` when the service answers, and
 * lets its host's addresses be looked up afresh.
 * @throws PilotoError SERVICE_NOT_FOUND, and those of `readOpenApi`
 */
export async function refreshService(
  wanted: { projectId: ProjectId; name: string; by: string; source?: string },
  deps: ServiceDeps,
  signal?: AbortSignal,
): Promise<ServiceReport> {
  const standing = await deps.stores.read((tx) => serviceOf(tx, wanted.projectId, wanted.name));
  const read = await readOpenApi(wanted.source ?? standing.source, {
    egress: deps.egress,
    baseUrl: standing.baseUrl,
    signal,
  });
  const nowMs = deps.clock.nowMs();
  const isOffline = !(await answers(read.baseUrl, deps.egress, signal));
  return deps.stores.atomically(async (tx) => {
    const current = await serviceOf(tx, wanted.projectId, wanted.name);
    const service: Service = { ...current, ...described(read), refreshedAtMs: nowMs, isOffline };
    const { endpoints, refused } = listEndpoints(read, service);
    const changes = compareEndpoints(
      await tx.services.endpoints(current.id),
      endpoints,
      await deniedKeys(tx, current.id),
    );
    await tx.services.put(service, read.document.text, changes.endpoints);
    await tx.audit.append(
      auditEntry(wanted.by, "refresh-service", wanted.name, nowMs, {
        project: wanted.projectId,
        documentHash: service.documentHash,
        isOffline,
        added: changes.added.length,
        removed: changes.removed.length,
        changed: changes.changed.length,
      }),
    );
    return report(service, changes, refused, read.warnings);
  });
}

/** Takes a service off, its operations with it. Its secret stays until it is removed by itself. @throws PilotoError SERVICE_NOT_FOUND */
export async function removeService(
  { projectId, name, by }: { projectId: ProjectId; name: string; by: string },
  { stores, clock }: Pick<ServiceDeps, "stores" | "clock">,
): Promise<void> {
  await stores.atomically(async (tx) => {
    const service = await serviceOf(tx, projectId, name);
    await tx.services.remove(service.id);
    await forgetDenied(tx, service.id);
    await tx.audit.append(
      auditEntry(by, "remove-service", name, clock.nowMs(), { project: projectId, baseUrl: service.baseUrl }),
    );
  });
}

/** The service of that name. @throws PilotoError SERVICE_NOT_FOUND, naming those that there are */
export async function serviceOf(tx: ReadTx | Tx, projectId: ProjectId, name: string): Promise<Service> {
  const service = await tx.services.get(projectId, name);
  if (service) return service;
  const names = (await tx.services.list(projectId)).map((known) => known.name);
  throw new PilotoError(
    "SERVICE_NOT_FOUND",
    `This project has no service "${name.slice(0, 60)}". ${names.length > 0 ? `It has: ${names.join(", ")}.` : "It has none yet: register one with a URL or a file."}`,
  );
}

async function mustBeNew(tx: ReadTx | Tx, { projectId, name }: NewService): Promise<void> {
  if (!(await tx.projects.get(projectId))) {
    throw new PilotoError(
      "PROJECT_NOT_FOUND",
      `There is no project "${projectId}". Name one that stands in the settings.`,
    );
  }
  if (await tx.services.get(projectId, name)) {
    throw new PilotoError(
      "SERVICE_EXISTS",
      `This project has a service "${name}" already. Refresh it, remove it, or choose another name.`,
    );
  }
}

function described({ document, source, baseUrl }: ReadOpenApi) {
  return { source, baseUrl, documentHash: document.hash, openapiVersion: document.version };
}

function listEndpoints({ document, source }: ReadOpenApi, service: Service) {
  const isOurServer = (server: Parameters<typeof serverUrl>[0]) => sameBase(serverUrl(server), source, service.baseUrl);
  const listing = listOperations(document, { credentials: credentialOf(service.auth), isOurServer });
  const outside = listing.refused.find(({ isOutside }) => isOutside);
  if (outside && listing.operations.length === 0) {
    throw new PilotoError(
      "SPEC_UNSAFE",
      `No operation of ${source} can be called: ${outside.operation} was refused because ${outside.reason}. Bundle the document into one file first.`,
    );
  }
  return { endpoints: listing.operations.map((operation) => toEndpoint(operation, service)), refused: listing.refused };
}

function sameBase(url: string, source: string, baseUrl: string): boolean {
  const relativeTo = /^https?:/i.test(source) ? source : baseUrl;
  if (!URL.canParse(url, relativeTo)) return false;
  try {
    return normaliseBaseUrl(new URL(url, relativeTo).href) === baseUrl;
  } catch (error) {
    if (error instanceof PilotoError) return false;
    throw error;
  }
}

/** The argument that the executor fills from the secret. */
function credentialOf(auth: ServiceAuth | undefined): string[] {
  if (auth?.kind === "header") return [`header:${auth.name.toLowerCase()}`];
  return auth?.kind === "query" ? [`query:${auth.name}`] : [];
}

const PROBE_TIMEOUT_MS = 3_000;

async function answers(baseUrl: string, egress: Egress, signal: AbortSignal | undefined): Promise<boolean> {
  const { origin, pathname } = new URL(baseUrl);
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const answer = await egress.send({
    origin,
    method: "GET",
    path: pathname,
    headers: { "user-agent": "piloto" },
    maxBytes: 100_000,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  return answer.kind === "answered" || answer.status !== undefined;
}

const EMPTY = "It describes no operation that Piloto can call.";

function report(
  service: Service,
  changes: EndpointChanges & { endpoints: readonly EndpointWithSchema[] },
  refused: Listing["refused"],
  warnings: readonly string[],
): ServiceReport {
  const { added, removed, changed, endpoints } = changes;
  const allowed = endpoints.filter(({ isAllowed }) => isAllowed).length;
  const offline = service.isOffline
    ? [
        `Nothing answers at ${service.baseUrl}: ${service.name} is offline, so it is planned with but not called until a refresh reaches it.`,
      ]
    : [];
  return {
    service,
    operations: endpoints.length,
    allowed,
    added,
    removed,
    changed,
    refused,
    warnings: [...warnings, ...offline, ...(endpoints.length === 0 ? [EMPTY] : [])],
  };
}

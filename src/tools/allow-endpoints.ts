import { auditEntry } from "../../core/access/record-audit.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import type { Endpoint, Service } from "../../core/domain/service.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { rememberDecision } from "./denied-endpoints.ts";
import { serviceOf } from "./services.ts";

export interface AllowChange {
  readonly projectId: ProjectId;
  /** The service's name. */
  readonly name: string;
  /**
   * Which operations: a key, `METHOD /path`, a path, a method (`POST`), an operationId, or `all`; `*` stands for
   * any text in them. Upper and lower case are alike.
   */
  readonly patterns: readonly string[];
  readonly by: string;
}

/** Allows operations of a service, changed ones again. Returns the operations meant, whether or not they were on. */
export function allowEndpoints(
  change: AllowChange,
  deps: { stores: Stores; clock: Clock },
): Promise<readonly ToolKey[]> {
  return decide(change, true, deps);
}

/** Takes operations of a service off. Plans that hold them are refused when they run. */
export function denyEndpoints(
  change: AllowChange,
  deps: { stores: Stores; clock: Clock },
): Promise<readonly ToolKey[]> {
  return decide(change, false, deps);
}

/** The services of a project, by name. */
export function listServices(projectId: ProjectId, { stores }: { stores: Stores }): Promise<Service[]> {
  return stores.read((tx) => tx.services.list(projectId));
}

/** One service with its allow-list. @throws PilotoError SERVICE_NOT_FOUND */
export function showService(
  { projectId, name }: { projectId: ProjectId; name: string },
  { stores }: { stores: Stores },
): Promise<{ service: Service; endpoints: Endpoint[] }> {
  return stores.read(async (tx) => {
    const service = await serviceOf(tx, projectId, name);
    return { service, endpoints: await tx.services.endpoints(service.id) };
  });
}

/** @throws PilotoError SERVICE_NOT_FOUND | ENDPOINT_NOT_FOUND (a pattern that fits none; then nothing is changed) */
function decide(
  { projectId, name, patterns, by }: AllowChange,
  isAllowed: boolean,
  { stores, clock }: { stores: Stores; clock: Clock },
) {
  return stores.atomically(async (tx) => {
    const service = await serviceOf(tx, projectId, name);
    const endpoints = await tx.services.endpoints(service.id);
    const meant = new Set<ToolKey>();
    for (const pattern of patterns) {
      const fitting = endpoints.filter((endpoint) => fits(endpoint, pattern));
      if (fitting.length === 0) {
        const some = endpoints.slice(0, 5).map(({ operation }) => operation);
        throw new PilotoError(
          "ENDPOINT_NOT_FOUND",
          `${name} has no operation that fits "${pattern.slice(0, 100)}". It has ${endpoints.length}, such as: ${some.join(", ")}.`,
        );
      }
      for (const endpoint of fitting) meant.add(endpoint.key);
    }
    const keys = [...meant];
    await tx.services.allow(service.id, keys, isAllowed);
    await rememberDecision(tx, service.id, keys, isAllowed);
    await tx.audit.append(
      auditEntry(by, isAllowed ? "allow-endpoint" : "deny-endpoint", name, clock.nowMs(), {
        project: projectId,
        operations: keys,
      }),
    );
    return keys;
  });
}

function fits(endpoint: Endpoint, pattern: string): boolean {
  const wanted = pattern.trim().toLowerCase();
  if (wanted === "all" || wanted === "*") return true;
  const literal = wanted.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${literal.join(".*")}$`);
  const { key, operation, method, pathTemplate, operationId = "" } = endpoint;
  return [key, operation, method, pathTemplate, operationId].some(
    (name) => name !== "" && expression.test(name.toLowerCase()),
  );
}

import { canonicalJson, sha256 } from "../../core/domain/canonical.ts";
import type { ServiceId, ToolKey } from "../../core/domain/ids.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { Endpoint } from "../../core/domain/service.ts";
import type { ListedOperation } from "./list-operations.ts";

/** An endpoint as it is stored: with its schema. */
export type EndpointWithSchema = Endpoint & { readonly argsSchema: JsonObject };

const MAX_KEY = 200;

/** An operation as an entry of a service's allow-list: reads allowed, all else off until somebody allows it. */
export function toEndpoint(
  operation: ListedOperation,
  service: { readonly id: ServiceId; readonly name: string; readonly baseUrl: string },
): EndpointWithSchema {
  const { method, pathTemplate, operationId, summary, params, returns, argsSchema, bodyType, risk, replay } = operation;
  return {
    key: toolKey(service.name, method, pathTemplate),
    service: service.name,
    operation: `${method} ${pathTemplate}`,
    summary,
    params,
    ...(returns === undefined ? {} : { returns }),
    hash: hashOf(operation, service.baseUrl),
    risk,
    replay,
    isAllowed: risk === "read",
    serviceId: service.id,
    method,
    pathTemplate,
    ...(operationId === undefined ? {} : { operationId }),
    ...(bodyType === undefined ? {} : { bodyType }),
    isChanged: false,
    argsSchema,
  };
}

/** `<service> <METHOD> <path template>`; a path that would not fit keeps its beginning and gets its hash. */
function toolKey(service: string, method: string, pathTemplate: string): ToolKey {
  const key = `${service} ${method} ${pathTemplate}`;
  const isPlain = /^[\x20-\x7e]*$/.test(key);
  if (key.length <= MAX_KEY && isPlain) return key as ToolKey;
  const plain = key.replace(/[^\x20-\x7e]/g, "_").slice(0, MAX_KEY - 10);
  return `${plain}~${sha256(key).slice(0, 8)}` as ToolKey;
}

/** Everything that a person relied on when they allowed it: where it goes, what it takes, what it says it does. */
function hashOf(operation: ListedOperation, baseUrl: string): string {
  const { method, pathTemplate, summary, argsSchema, bodyType = "", risk, replay } = operation;
  return sha256(canonicalJson({ baseUrl, method, pathTemplate, summary, argsSchema, bodyType, risk, replay }));
}

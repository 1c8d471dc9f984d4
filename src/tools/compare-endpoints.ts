import type { ToolKey } from "../../core/domain/ids.ts";
import type { Endpoint } from "../../core/domain/service.ts";
import type { EndpointWithSchema } from "./to-endpoint.ts";

/** What a refresh changed, by key. */
export interface EndpointChanges {
  readonly added: readonly ToolKey[];
  readonly removed: readonly ToolKey[];
  readonly changed: readonly ToolKey[];
}

/**
 * The new list with the permissions of the old one. The same operation (by hash) keeps its permission; one that
 * changed is off until allowed again; a new one is on when it only reads and was not denied before.
 */
export function compareEndpoints(
  standing: readonly Endpoint[],
  listed: readonly EndpointWithSchema[],
  denied: ReadonlySet<ToolKey>,
): EndpointChanges & { readonly endpoints: readonly EndpointWithSchema[] } {
  const before = new Map(standing.map((endpoint) => [endpoint.key, endpoint]));
  const after = new Set(listed.map(({ key }) => key));
  const added: ToolKey[] = [];
  const changed: ToolKey[] = [];
  const endpoints = listed.map((endpoint): EndpointWithSchema => {
    const old = before.get(endpoint.key);
    if (!old) {
      added.push(endpoint.key);
      return { ...endpoint, isAllowed: endpoint.isAllowed && !denied.has(endpoint.key) };
    }
    if (old.hash === endpoint.hash) return { ...endpoint, isAllowed: old.isAllowed, isChanged: old.isChanged };
    changed.push(endpoint.key);
    return { ...endpoint, isAllowed: false, isChanged: old.isAllowed || old.isChanged };
  });
  return { added, removed: [...before.keys()].filter((key) => !after.has(key)), changed, endpoints };
}

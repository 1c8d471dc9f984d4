import type { Policy } from "./simulate.ts";
import type { HandPlan } from "./simulate-rivals.ts";
import { HAND_PLAN, proxyWithoutQueue, proxyWithQueue } from "./simulate-rivals.ts";

/** Emulations of the rivals, by name. The programs themselves are played against in the bench over HTTP. */
export function rivalPolicies(plan: HandPlan = HAND_PLAN): ReadonlyMap<string, Policy> {
  return new Map<string, Policy>([
    ["least-conn", proxyWithoutQueue("least-conn")],
    ["round-robin", proxyWithoutQueue("round-robin")],
    ["haproxy", proxyWithQueue({ maxConnections: 2, hasPriority: true })],
    ["pinned", proxyWithQueue({ plan, maxConnections: 2, hasPriority: true })],
  ]);
}

import { createScheduler } from "../../../src/fleet/schedule/create-scheduler.ts";
import type { SchedulerOptions } from "../../../src/fleet/schedule/scheduler.ts";
import type { Policy } from "./simulate.ts";
import { piloto } from "./simulate-piloto.ts";
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

/** Nobody gives up waiting: a bench measures how long it takes. */
const PATIENT: SchedulerOptions = { maxWaiting: 1_000_000, waitMs: { interactive: 1e12, batch: 1e12 } };

/** Piloto's own scheduler, as it runs in the house; `options` are laid over the bench's. */
export function pilotoPolicies(options: SchedulerOptions = {}): ReadonlyMap<string, Policy> {
  const fresh = () => createScheduler({ ...PATIENT, ...options });
  return new Map([
    ["piloto", piloto(fresh)],
    ["piloto-learns", piloto(fresh, { tellsLimits: false })],
  ]);
}

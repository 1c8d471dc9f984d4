import type { PcEvent } from "./pc-shapes.ts";
import type { Ask, Driver, Policy, Sent, SimWorld } from "./simulate.ts";

/** Where each model is to live: names of models by the name of the PC. */
export type HandPlan = Readonly<Record<string, readonly string[]>>;

/**
 * What a careful operator would lay down for fleet-mini and its first mix of models: of all plans that differ from a
 * sensible one by one PC at a time, the best over three loads of W1 (it gains a third over the first guess).
 */
export const HAND_PLAN: HandPlan = {
  PC1: ["llama:32b"],
  PC2: ["llama:14b", "llama:8b", "llama:3b"],
  PC3: ["llama:14b", "llama:8b"],
  PC4: ["llama:14b"],
  PC5: ["llama:8b", "llama:3b"],
  PC6: ["llama:8b", "llama:3b"],
};

/** How long nginx waits for an answer's headers; long, because a load and a queue come before them. */
const NGINX_READ_TIMEOUT_MS = 600_000;
const NGINX_FAIL_TIMEOUT_MS = 10_000;

/** HAProxy's `option httpchk` with `inter 2s fall 3 rise 2`, `on-marked-down shutdown-sessions`. */
const CHECK = { everyMs: 2000, fall: 3, rise: 2 };

/** HAProxy waits that long before it tries again. */
const RETRY_PAUSE_MS = 1000;

interface Server {
  readonly pc: number;
  readonly models: ReadonlySet<string>;
  connections: number;
  readonly byModel: Map<string, number>;
  isUp: boolean;
  failedAtMs: number;
  checks: number;
  readonly open: Set<Sent>;
}

function serversOf(world: SimWorld, plan?: HandPlan): Server[] {
  return world.fleet.pcs.map((spec, pc) => ({
    pc,
    models: new Set(plan ? (plan[spec.name] ?? []) : spec.models),
    connections: 0,
    byModel: new Map(),
    isUp: true,
    failedAtMs: Number.NEGATIVE_INFINITY,
    checks: 0,
    open: new Set(),
  }));
}

function opened(server: Server, sent: Sent): void {
  server.connections += 1;
  server.byModel.set(sent.model, (server.byModel.get(sent.model) ?? 0) + 1);
  server.open.add(sent);
}

function closed(server: Server, sent: Sent): void {
  if (!server.open.delete(sent)) return;
  server.connections -= 1;
  server.byModel.set(sent.model, server.byModel.get(sent.model)! - 1);
}

/** Picks the best by `cost`; equals take turns. */
function createPicker(): (servers: readonly Server[], cost: (server: Server) => number) => Server | undefined {
  let turn = 0;
  return (servers, cost) => {
    turn += 1;
    let best: Server | undefined;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[(turn + i) % servers.length]!;
      if (!best || cost(server) < cost(best)) best = server;
    }
    return best;
  };
}

/**
 * nginx without a queue: `least_conn` (or round robin) over the PCs that have pulled the model, passive failures
 * (`max_fails=1 fail_timeout=10s`), the next PC on connection errors, 500, 503 and timeouts before the headers.
 */
export function proxyWithoutQueue(choose: "least-conn" | "round-robin"): Policy {
  return (world) => {
    const servers = serversOf(world);
    const pick = createPicker();
    const tried = new Map<Ask, Set<number>>();

    function dispatch(ask: Ask): void {
      const seen = tried.get(ask) ?? new Set<number>();
      tried.set(ask, seen);
      const left = servers.filter((server) => server.models.has(ask.request.model) && !seen.has(server.pc));
      const healthy = left.filter((server) => world.nowMs() - server.failedAtMs >= NGINX_FAIL_TIMEOUT_MS);
      const among = healthy.length > 0 || seen.size > 0 ? healthy : left;
      const server = pick(among, ({ connections }) => (choose === "least-conn" ? connections : 0));
      if (!server) {
        tried.delete(ask);
        world.fail(ask);
        return;
      }
      seen.add(server.pc);
      const sent = world.send(server.pc, ask);
      opened(server, sent);
      if (world.hasFaults) world.at(world.nowMs() + NGINX_READ_TIMEOUT_MS, () => timeOut(server, sent));
    }

    function timeOut(server: Server, sent: Sent): void {
      if (sent.hasToken || !server.open.has(sent)) return;
      world.disconnect(sent);
      next(server, sent);
    }

    function next(server: Server, sent: Sent): void {
      closed(server, sent);
      server.failedAtMs = world.nowMs();
      dispatch(sent.ask!);
    }

    return {
      arrive: dispatch,
      event(sent, event) {
        const server = servers[sent.pc]!;
        if (event.kind === "first-token") return;
        if (event.kind === "done" || sent.hasToken) {
          closed(server, sent);
          tried.delete(sent.ask!);
        } else next(server, sent);
      },
    };
  };
}

export interface QueueOptions {
  /** Models pinned by hand, preloaded, two connections for each; absent: any PC that has pulled the model. */
  readonly plan?: HandPlan;
  /** Per PC; with a plan per PC and model. */
  readonly maxConnections: number;
  /** HAProxy's `set-priority-class`: interactive requests go first. */
  readonly hasPriority?: boolean;
}

/** HAProxy: `leastconn`, `maxconn` and one queue; requests that fail before their headers are sent elsewhere. */
export function proxyWithQueue({ plan, maxConnections, hasPriority = false }: QueueOptions): Policy {
  return (world) => {
    const servers = serversOf(world, plan);
    const pick = createPicker();
    const queue: Ask[] = [];
    const keepAliveMs = plan ? Number.POSITIVE_INFINITY : undefined;
    const used = (server: Server, model: string) => (plan ? (server.byModel.get(model) ?? 0) : server.connections);

    function enqueue(ask: Ask): void {
      if (!hasPriority || ask.request.class === "batch") queue.push(ask);
      else {
        const at = queue.findIndex(({ request }) => request.class === "batch");
        queue.splice(at < 0 ? queue.length : at, 0, ask);
      }
    }

    function dispatch(): void {
      const full = new Set<string>();
      for (let at = 0; at < queue.length && full.size < world.fleet.models.length; ) {
        const ask = queue[at]!;
        const { model } = ask.request;
        const free = full.has(model)
          ? []
          : servers.filter((s) => s.isUp && s.models.has(model) && used(s, model) < maxConnections);
        const server = pick(free, (candidate) => used(candidate, model));
        if (!server) {
          full.add(model);
          at += 1;
          continue;
        }
        queue.splice(at, 1);
        opened(server, world.send(server.pc, ask, { keepAliveMs }));
      }
    }

    function event(sent: Sent, { kind }: PcEvent): void {
      const server = servers[sent.pc]!;
      if (kind === "first-token" || !sent.ask) return;
      const { ask } = sent;
      closed(server, sent);
      if (kind !== "done" && !sent.hasToken) world.at(world.nowMs() + RETRY_PAUSE_MS, () => enqueue(ask));
    }

    if (plan) preloadAll(world, plan);
    if (world.hasFaults) {
      checkHealth(world, servers, (sent) => (sent.hasToken ? world.fail(sent.ask!) : enqueue(sent.ask!)));
    }
    return { arrive: enqueue, event, step: dispatch } satisfies Driver;
  };
}

function preloadAll(world: SimWorld, plan: HandPlan): void {
  world.fleet.pcs.forEach(({ name }, pc) => {
    for (const model of plan[name] ?? []) world.preload(pc, model, Number.POSITIVE_INFINITY);
  });
}

function checkHealth(world: SimWorld, servers: readonly Server[], orphaned: (sent: Sent) => void): void {
  for (const server of servers) {
    const isWell = world.pcs[server.pc]!.state() === "up";
    server.checks = isWell === server.isUp ? 0 : server.checks + 1;
    if (server.checks < (server.isUp ? CHECK.fall : CHECK.rise)) continue;
    server.isUp = isWell;
    server.checks = 0;
    for (const sent of isWell ? [] : [...server.open]) {
      world.disconnect(sent);
      closed(server, sent);
      orphaned(sent);
    }
  }
  world.at(world.nowMs() + CHECK.everyMs, () => checkHealth(world, servers, orphaned));
}

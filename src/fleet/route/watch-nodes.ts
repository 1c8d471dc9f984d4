import { setMaxListeners } from "node:events";
import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { isNoWayThere } from "../fleet-failures.ts";
import type { FleetTiming } from "../fleet-options.ts";
import type { ModelReader } from "../known-models.ts";
import { noteDrift } from "./note-drift.ts";
import { readResident } from "./read-resident.ts";
import { modelFactsOf, type WatchedNode } from "./watched-node.ts";

/** Looks at every PC now and then, and at once when a request to it failed. */
export interface NodeWatch {
  readonly nodes: readonly WatchedNode[];
  /** Resolves when every PC was looked at once; looks itself when nobody did. */
  firstLook(): Promise<void>;
  /** Looks at every PC now. Calls at the same time share one look. */
  lookAtAll(): Promise<void>;
  lookAt(node: WatchedNode): Promise<void>;
  /**
   * A request failed there: it is looked at now. A connection that broke counts as a failed look, so that one more
   * makes it count as down; one that could not be opened in time is proof enough.
   */
  sawFailure(node: WatchedNode, error: unknown): Promise<void>;
  /** A second call does nothing. */
  start(): void;
  stop(): void;
}

interface WatchDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing: Pick<FleetTiming, "probeEveryMs">;
  readonly readModels: ModelReader;
  /** A PC was looked at, or is down. */
  readonly onLook: (node: WatchedNode) => void;
}

const LIST_EVERY_MS = 30_000;
/** Failed looks in a row that make a PC that was up count as down. */
const DOWN_AFTER = 2;
/** After the first of them it is looked at again sooner. */
const AGAIN_MS = 1000;

export function createNodeWatch(nodes: readonly WatchedNode[], deps: WatchDeps): NodeWatch {
  const { clock, timing } = deps;
  const stopped = new AbortController();
  setMaxListeners(0, stopped.signal); // one sleeper and one look for each PC
  const looks = new Map<WatchedNode, Promise<void>>();
  let first: Promise<void> | undefined;
  let isStarted = false;

  function lookAt(node: WatchedNode): Promise<void> {
    const running = looks.get(node);
    if (running) return running;
    const look = probe(node, deps, stopped.signal).finally(() => {
      looks.delete(node);
      if (!stopped.signal.aborted) deps.onLook(node);
    });
    looks.set(node, look);
    return look;
  }

  async function lookAtAll(): Promise<void> {
    await Promise.all(nodes.map(lookAt));
  }

  function firstLook(): Promise<void> {
    first ??= lookAtAll();
    return first;
  }

  async function keepLooking(node: WatchedNode): Promise<void> {
    while (!stopped.signal.aborted) {
      const isInDoubt = node.health === "up" && node.failures > 0;
      await clock.sleep(isInDoubt ? Math.min(AGAIN_MS, timing.probeEveryMs) : timing.probeEveryMs, stopped.signal);
      if (!stopped.signal.aborted) await lookAt(node);
    }
  }

  return {
    nodes,
    firstLook,
    lookAtAll,
    lookAt,
    async sawFailure(node, error) {
      const before = looks.get(node);
      if (before) await before; // it began before the failure, and may have seen the PC well
      if (stopped.signal.aborted || (before && node.health !== "up")) return;
      node.listedAtMs = Number.NEGATIVE_INFINITY;
      if (isPilotoError(error, "NODE_UNREACHABLE")) node.failures = Math.max(1, node.failures);
      if (isNoWayThere(error) && node.health === "up") {
        noteFailure(node, (error as Error).message, deps.logger);
        deps.onLook(node);
        return;
      }
      await lookAt(node);
    },
    start() {
      if (isStarted || stopped.signal.aborted) return;
      isStarted = true;
      void firstLook();
      for (const node of nodes) void keepLooking(node);
    },
    stop: () => stopped.abort(),
  };
}

/** One look: resident models every time; version and models when it was not up, or they are old. */
async function probe(node: WatchedNode, deps: WatchDeps, signal: AbortSignal): Promise<void> {
  const { clock, logger } = deps;
  try {
    const isDue = node.health !== "up" || clock.nowMs() - node.listedAtMs >= LIST_EVERY_MS;
    if (isDue) {
      const version = await node.client.version(signal);
      const models = await deps.readModels(node.client, signal);
      noteDrift(node, { version, models }, logger);
      Object.assign(node, { version, models, modelFacts: modelFactsOf(models), listedAtMs: clock.nowMs() });
    }
    await readResident(node, logger, signal);
    if (node.health !== "up") logger.info({ node: node.name, version: node.version }, "a PC is up");
    Object.assign(node, { health: "up", reason: undefined, failures: 0 });
  } catch (error) {
    if (signal.aborted) return;
    if (!isPilotoError(error)) throw error;
    noteFailure(node, error.message, logger);
  }
}

function noteFailure(node: WatchedNode, why: string, logger: Logger): void {
  node.failures += 1;
  if (node.health === "up" && node.failures < DOWN_AFTER) return;
  if (node.health !== "down") logger.warn({ node: node.name, why }, "a PC is down");
  Object.assign(node, { health: "down", reason: why, resident: new Map() });
}

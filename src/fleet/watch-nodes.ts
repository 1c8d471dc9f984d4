import { isPilotoError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { FleetTiming } from "./fleet-options.ts";
import type { KnownModel, ModelReader } from "./known-models.ts";
import { fullName } from "./model-name.ts";
import type { OllamaClient } from "./ollama-client.ts";

/** One PC and what is known of it. Changed by its watch only. */
export interface WatchedNode {
  readonly name: string;
  readonly url: string;
  readonly client: OllamaClient;
  health: "up" | "down" | "unknown";
  reason: string | undefined;
  version: string | undefined;
  resident: Set<string>;
  models: readonly KnownModel[];
  /** Failures since it last answered. */
  failures: number;
  /** Until then other PCs are preferred. */
  suspectUntilMs: number;
  /** When its models were read last. */
  listedAtMs: number;
}

/** Looks at every PC now and then, and at once when a request to it failed. */
export interface NodeWatch {
  readonly nodes: readonly WatchedNode[];
  /** Resolves when every PC was looked at once; looks itself when nobody did. */
  firstLook(): Promise<void>;
  /** Looks at every PC now. Calls at the same time share one look. */
  lookAtAll(): Promise<void>;
  /** A request failed there before its first token. */
  sawFailure(node: WatchedNode, why: string): void;
  start(): void;
  stop(): void;
}

interface WatchDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing: FleetTiming;
  readonly readModels: ModelReader;
  /** Something changed that a waiting request may care about. */
  readonly onChange: () => void;
}

const SUSPECT_MS = 30_000;
const LIST_EVERY_MS = 30_000;
/** Failures in a row that make a PC count as down. */
const DOWN_AFTER = 2;

export function createNodeWatch(nodes: readonly WatchedNode[], deps: WatchDeps): NodeWatch {
  const { clock, timing } = deps;
  const stopped = new AbortController();
  const looks = new Map<WatchedNode, Promise<void>>();
  let first: Promise<void> | undefined;

  function lookAt(node: WatchedNode): Promise<void> {
    const running = looks.get(node);
    if (running) return running;
    const look = probe(node, deps, stopped.signal).finally(() => {
      looks.delete(node);
      deps.onChange();
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
      await clock.sleep(timing.probeEveryMs, stopped.signal);
      if (!stopped.signal.aborted) await lookAt(node);
    }
  }

  return {
    nodes,
    firstLook,
    lookAtAll,
    sawFailure(node, why) {
      node.suspectUntilMs = clock.nowMs() + SUSPECT_MS;
      node.listedAtMs = Number.NEGATIVE_INFINITY;
      noteFailure(node, why, deps.logger);
      if (!stopped.signal.aborted) void lookAt(node);
    },
    start() {
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
      node.version = await node.client.version(signal);
      node.models = await deps.readModels(node.client, signal);
      node.listedAtMs = clock.nowMs();
    }
    node.resident = await readResident(node, logger, signal);
    if (node.health !== "up") logger.info({ node: node.name, version: node.version }, "a PC is up");
    node.health = "up";
    node.reason = undefined;
    node.failures = 0;
  } catch (error) {
    if (signal.aborted) return;
    if (!isPilotoError(error)) throw error;
    noteFailure(node, error.message, logger);
  }
}

/** A PC that answers nonsense to `/api/ps` alone still works: nothing is known to be resident. */
async function readResident(node: WatchedNode, logger: Logger, signal: AbortSignal): Promise<Set<string>> {
  try {
    const { models } = await node.client.ps(signal);
    return new Set(models.map((model) => fullName(model.name)));
  } catch (error) {
    if (!isPilotoError(error, "NODE_FAILED")) throw error;
    logger.debug({ node: node.name, why: error.message }, "a PC does not say which models are loaded");
    return new Set();
  }
}

function noteFailure(node: WatchedNode, why: string, logger: Logger): void {
  node.failures += 1;
  if (node.health === "up" && node.failures < DOWN_AFTER) return;
  if (node.health !== "down") logger.warn({ node: node.name, why }, "a PC is down");
  node.health = "down";
  node.reason = why;
  node.resident = new Set();
}

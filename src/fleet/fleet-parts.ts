import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { loadOptionsOf } from "./chat-body.ts";
import type { FleetOptions, FleetTiming } from "./fleet-options.ts";
import { DEFAULT_LIMITS, DEFAULT_TIMING, keepAliveSeconds } from "./fleet-options.ts";
import { createModelReader } from "./known-models.ts";
import { fullName } from "./model-name.ts";
import { readNodeAddress } from "./node-address.ts";
import { type ClientOptions, createOllamaClient } from "./ollama-client.ts";
import { createModelChooser, type ModelChooser } from "./prepare-model.ts";
import { createRouter, type RunningRouter } from "./route/create-router.ts";
import { createMemoryKeeper, readKept } from "./route/keep-memory.ts";
import { unknownNode, type WatchedNode } from "./route/watched-node.ts";
import { createScheduler } from "./schedule/create-scheduler.ts";
import { createTimers } from "./timers.ts";

/** What a fleet consists of, put together. */
export interface FleetParts {
  readonly nodes: readonly WatchedNode[];
  readonly catalogue: Catalogue;
  readonly router: RunningRouter;
  readonly chooser: ModelChooser;
  /** Cuts everything and closes all connections. */
  stop(): Promise<void>;
}

/** Opens nothing yet: connections come with the first request. */
export function openParts(options: FleetOptions): FleetParts {
  const { clock, logger } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const timers = createTimers(clock);
  const kept = readKept(options.memory);
  const nodes = openNodes(options, { timing, limits, clock, timers }, kept.drained);
  const catalogue = createCatalogue(nodes, options);
  const scheduler = createScheduler({ ...schedulerOptions(options, timing), memory: kept.scheduler });
  const toKeep = () => ({
    scheduler: scheduler.memory(),
    drained: nodes.filter((node) => node.isDrained).map(({ name }) => name),
  });
  const keeper = createMemoryKeeper(options.memory, toKeep, { clock, timers });
  const router = createRouter({
    ...{ nodes, scheduler, clock, timers, logger, timing, limits, readModels: createModelReader() },
    wishOf(model) {
      const known = catalogue.byName(model);
      const isEmbeddingOnly = known?.abilities.includes("embedding") && !known.abilities.includes("completion");
      return { options: loadOptionsOf(known ?? { name: model }, options), isEmbeddingOnly };
    },
    onEnd: keeper.touch,
    onDrain: keeper.write,
    onLook() {
      catalogue.changed();
      chooser.changed();
    },
  });
  const waitMs = timing.waitMs.interactive;
  const chooser = createModelChooser({ catalogue, watch: router.watch, clock, timers, options, waitMs });
  return {
    ...{ nodes, catalogue, router, chooser },
    async stop() {
      chooser.stop();
      router.stop();
      keeper.stop();
      await Promise.all(nodes.map((node) => node.client.close()));
      timers.stop();
    },
  };
}

function openNodes(options: FleetOptions, deps: ClientOptions, drained: readonly string[]): WatchedNode[] {
  return options.nodes.map((settings) => {
    const address = readNodeAddress(settings.url);
    const client = createOllamaClient({ name: settings.name, url: address.shown }, address, deps);
    const node = unknownNode(settings, address.shown, client);
    node.isDrained = drained.includes(settings.name);
    return node;
  });
}

function schedulerOptions({ models, weights, keepAlive }: FleetOptions, { waitMs }: FleetTiming) {
  const rules = Object.entries(models ?? {}).map(([name, rule]) => [fullName(name), rule] as const);
  return {
    rules: new Map(rules),
    weights: weights instanceof Map ? weights : new Map(Object.entries(weights ?? {})),
    keepAtMostS: keepAliveSeconds(keepAlive),
    waitMs,
  };
}

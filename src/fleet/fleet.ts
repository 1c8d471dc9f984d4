import { PilotoError } from "../../core/domain/errors.ts";
import type { ChatReply, ChatRequest, ModelFleet } from "../../core/ports/model-fleet.ts";
import { createCatalogue } from "./catalogue.ts";
import { loadOptionsOf, toChatBody } from "./chat-body.ts";
import { countsPrompts, fewestTokens } from "./fewest-tokens.ts";
import { contextTooLarge, ThinkRefused } from "./fleet-failures.ts";
import type { FleetOptions, FleetTiming } from "./fleet-options.ts";
import { DEFAULT_LIMITS, DEFAULT_TIMING, keepAliveSeconds } from "./fleet-options.ts";
import { createModelReader } from "./known-models.ts";
import { fullName } from "./model-name.ts";
import { readNodeAddress } from "./node-address.ts";
import type { ChatBody, OllamaClient } from "./ollama-client.ts";
import { createOllamaClient } from "./ollama-client.ts";
import { createModelChooser } from "./prepare-model.ts";
import type { PreparedModel, PrepareModel } from "./prepared-model.ts";
import type { Answer } from "./read-answer.ts";
import { createRouter } from "./route/create-router.ts";
import { createMemoryKeeper, readKept } from "./route/keep-memory.ts";
import type { Place, Router } from "./route/router.ts";
import { unknownNode, type WatchedNode } from "./route/watched-node.ts";
import { createScheduler } from "./schedule/create-scheduler.ts";
import type { WaitEstimate } from "./schedule/shapes.ts";
import { createTimers, type Timers } from "./timers.ts";

export interface Fleet extends ModelFleet {
  /** The one door to the PCs, for whoever is no chat of Piloto's own. */
  readonly router: Router;
  /** Chooses a model, and says what every request for it must carry. */
  readonly prepare: PrepareModel;
  /** The PCs as they were seen last; waits for the first look. */
  pcs(): Promise<readonly SeenPc[]>;
  /** Begins to look at the PCs now and then. Without it a first look happens when something is asked. */
  start(): void;
  /** Cuts what is under way (CANCELLED) and closes all connections. A second call does nothing. */
  stop(): Promise<void>;
}

/** One PC as it was seen last. */
export interface SeenPc {
  readonly name: string;
  readonly health: "up" | "down" | "unknown";
  readonly version: string | undefined;
  readonly models: readonly { readonly name: string; readonly digest: string }[];
  readonly client: OllamaClient;
}

/**
 * The GPU PCs of the settings as one `ModelFleet`. Nothing is sent before `start` or the first question.
 * @throws PilotoError SETTINGS_INVALID when two PCs have one name
 */
export function createFleet(options: FleetOptions): Fleet {
  refuseSameNames(options.nodes);
  const { clock, logger } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const timers = createTimers(clock);
  const kept = readKept(options.memory);
  const nodes = openNodes(options, { timing, limits, clock, timers, drained: kept.drained });
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
    keepAtMostS: keepAliveSeconds(options.keepAlive),
    onEnd: keeper.touch,
    onDrain: keeper.write,
    onLook() {
      catalogue.changed();
      chooser.changed();
    },
  });
  const { watch } = router;
  const chooser = createModelChooser({ catalogue, watch, clock, timers, options, waitMs: timing.waitMs.interactive });
  const { prepare } = chooser;

  async function chat(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const needs = request.tools?.length ? (["completion", "tools"] as const) : (["completion"] as const);
    const prepared = await prepare(request.model, needs, signal);
    refuseTooLong(request, prepared, nodes);
    const body = toChatBody(request, prepared);
    return router.route(wantOf(request, prepared), signal, async (place) => {
      const answer = await chatThere(place, { ...body, keep_alive: place.keepAliveS }, request);
      place.usage(answer.usage);
      const { usage: _, ...said } = answer;
      return { ...said, model: prepared.model, node: place.node.name };
    });
  }

  async function embed(request: { model: string; texts: readonly string[] }, signal: AbortSignal): Promise<number[][]> {
    if (request.texts.length === 0) return [];
    const { model, options: modelOptions } = await prepare(request.model, ["embedding"], signal);
    const promptTokens = Math.ceil(request.texts.reduce((sum, text) => sum + text.length, 0) / 4);
    const want = { model, class: "interactive", share: "", promptTokens, maxTokens: 0 } as const;
    return router.route(want, signal, async (place) => {
      const { client, keepAliveS } = place;
      const wish = { model, texts: request.texts, keepAliveS, options: modelOptions };
      const { vectors, usage } = await client.embed(wish, place.signal);
      place.usage(usage);
      return vectors;
    });
  }

  return {
    ...{ chat, embed, router, prepare },
    async models() {
      await watch.firstLook();
      // When all PCs are down, those that they had: a request waits for one to return.
      const up = catalogue.up();
      return up.length > 0 ? up : catalogue.all();
    },
    async nodes() {
      await watch.firstLook();
      const states = new Map(router.overview().nodes.map((state) => [state.name, state]));
      return nodes.map((node) => toFleetNode(node, states.get(node.name)));
    },
    async pcs() {
      await watch.firstLook();
      return nodes;
    },
    start: () => watch.start(),
    async stop() {
      chooser.stop();
      router.stop();
      keeper.stop();
      await Promise.all(nodes.map((node) => node.client.close()));
      timers.stop();
    },
  };
}

async function chatThere(place: Place, body: ChatBody, request: ChatRequest): Promise<Answer> {
  const heard = { onText: request.onText, onFirst: place.firstToken };
  try {
    return await place.client.chat(body, place.signal, heard);
  } catch (error) {
    if (!(error instanceof ThinkRefused)) throw error;
    return place.client.chat({ ...body, think: undefined }, place.signal, heard);
  }
}

function wantOf(request: ChatRequest, { model }: PreparedModel) {
  const { priority = "interactive", share = "", affinity, maxTokens, onWaiting } = request;
  const characters = request.messages.reduce((sum, turn) => sum + turn.content.length, 0);
  const tools = request.tools?.length ? JSON.stringify(request.tools).length : 0;
  return {
    ...{ model, class: priority, share, affinity, maxTokens },
    promptTokens: Math.ceil((characters + tools) / 4),
    ...(onWaiting && { onWaiting: (wait: WaitEstimate) => onWaiting({ ...wait, model }) }),
  };
}

function refuseTooLong(
  request: ChatRequest,
  { model, contextTokens }: PreparedModel,
  nodes: readonly WatchedNode[],
): void {
  const doAllCount = nodes.every((node) => !node.modelFacts.has(model) || countsPrompts(node.version));
  const tokens = fewestTokens(request, doAllCount);
  if (tokens <= contextTokens) return;
  throw contextTooLarge(model, `at least ${tokens} tokens, room for ${contextTokens}`);
}

function openNodes(
  options: FleetOptions,
  deps: Parameters<typeof createOllamaClient>[2] & { readonly timers: Timers; readonly drained: readonly string[] },
): WatchedNode[] {
  return options.nodes.map((settings) => {
    const address = readNodeAddress(settings.url);
    const client = createOllamaClient({ name: settings.name, url: address.shown }, address, deps);
    const node = unknownNode(settings, address.shown, client);
    node.isDrained = deps.drained.includes(settings.name);
    return node;
  });
}

function schedulerOptions({ models, weights }: FleetOptions, { waitMs }: FleetTiming) {
  const rules = Object.entries(models ?? {}).map(([name, rule]) => [fullName(name), rule] as const);
  return {
    rules: new Map(rules),
    weights: weights instanceof Map ? weights : new Map(Object.entries(weights ?? {})),
    waitMs,
  };
}

function toFleetNode(node: WatchedNode, state: { breaker: string; inFlight: number } | undefined) {
  return {
    name: node.name,
    url: node.url,
    health: node.health,
    reason: node.health === "up" ? node.oddity : node.reason,
    version: node.version,
    resident: [...node.resident.keys()],
    requestsInFlight: state?.inFlight ?? 0,
    isDrained: node.isDrained,
    isOnTrial: state?.breaker === "half-open",
  };
}

function refuseSameNames(nodes: FleetOptions["nodes"]): void {
  const twice = nodes.find((node, i) => nodes.some((other, j) => j < i && other.name === node.name));
  if (!twice) return;
  throw new PilotoError("SETTINGS_INVALID", `Two GPU PCs are named ${twice.name}. Give each its own name.`);
}

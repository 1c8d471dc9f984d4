import { PilotoError } from "../../core/domain/errors.ts";
import type { ChatReply, ChatRequest, ModelFleet } from "../../core/ports/model-fleet.ts";
import { toChatBody } from "./chat-body.ts";
import { countsPrompts, fewestTokens } from "./fewest-tokens.ts";
import { contextTooLarge, ThinkRefused } from "./fleet-failures.ts";
import type { FleetOptions } from "./fleet-options.ts";
import type { FleetParts } from "./fleet-parts.ts";
import { openParts } from "./fleet-parts.ts";
import type { ChatBody, OllamaClient } from "./ollama-client.ts";
import type { PreparedModel, PrepareModel } from "./prepared-model.ts";
import type { Answer } from "./read-answer.ts";
import type { Place, Router } from "./route/router.ts";
import type { WatchedNode } from "./route/watched-node.ts";
import type { WaitEstimate } from "./schedule/shapes.ts";

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
  const parts = openParts(options);
  const { nodes, catalogue, router, chooser } = parts;
  const { watch } = router;
  return {
    router,
    prepare: chooser.prepare,
    chat: (request, signal) => chat(request, signal, parts),
    embed: (request, signal) => embed(request, signal, parts),
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
    stop: () => parts.stop(),
  };
}

async function chat(
  request: ChatRequest,
  signal: AbortSignal,
  { nodes, chooser, router }: FleetParts,
): Promise<ChatReply> {
  const needs = request.tools?.length ? (["completion", "tools"] as const) : (["completion"] as const);
  const { model: name = "", onWaiting } = request;
  const onNoPc = onWaiting && (() => onWaiting({ ahead: 0, why: "no-pc", model: name }));
  const prepared = await chooser.prepare(request.model, needs, signal, onNoPc);
  refuseTooLong(request, prepared, nodes);
  const body = toChatBody(request, prepared);
  return router.route(wantOf(request, prepared), signal, async (place) => {
    const answer = await chatThere(place, { ...body, keep_alive: place.keepAliveS }, request);
    place.usage(answer.usage);
    const { usage: _, ...said } = answer;
    return { ...said, model: prepared.model, node: place.node.name };
  });
}

async function embed(
  request: { readonly model: string; readonly texts: readonly string[] },
  signal: AbortSignal,
  { chooser, router }: FleetParts,
): Promise<number[][]> {
  if (request.texts.length === 0) return [];
  const { model, options } = await chooser.prepare(request.model, ["embedding"], signal);
  const promptTokens = Math.ceil(request.texts.reduce((sum, text) => sum + text.length, 0) / 4);
  const want = { model, class: "interactive", share: "", promptTokens, maxTokens: 0, comesWhole: true } as const;
  return router.route(want, signal, async (place) => {
    const { client, keepAliveS } = place;
    const { vectors, usage } = await client.embed({ model, texts: request.texts, keepAliveS, options }, place.signal);
    place.usage(usage);
    return vectors;
  });
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
    // A tool call is sent when it is all there.
    ...(tools > 0 && { comesWhole: true }),
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

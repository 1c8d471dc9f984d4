import { PilotoError } from "../../core/domain/errors.ts";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import type { ChatReply, ChatRequest, ModelFleet } from "../../core/ports/model-fleet.ts";
import { contextOf, toChatBody } from "./chat-body.ts";
import { chooseModel } from "./choose-model.ts";
import { countsPrompts, fewestTokens } from "./fewest-tokens.ts";
import { contextTooLarge, ThinkRefused } from "./fleet-failures.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { DEFAULT_LIMITS, DEFAULT_TIMING } from "./fleet-options.ts";
import { createModelReader, mergeModels } from "./known-models.ts";
import { readNodeAddress } from "./node-address.ts";
import { createOllamaClient } from "./ollama-client.ts";
import { createPlaces } from "./places.ts";
import { createSlots } from "./slots.ts";
import { createWaitingLine } from "./waiting-line.ts";
import type { WatchedNode } from "./watch-nodes.ts";
import { createNodeWatch } from "./watch-nodes.ts";

export interface Fleet extends ModelFleet {
  /** Begins to look at the PCs now and then. Without it a first look happens when something is asked. */
  start(): void;
  /** Cuts what is under way (CANCELLED) and closes all connections. A second call does nothing. */
  stop(): Promise<void>;
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
  const line = createWaitingLine(limits.waiting);
  const slots = createSlots(limits.perNodeAndModel);
  const watch = createNodeWatch(
    options.nodes.map(({ name, url }) => {
      const address = readNodeAddress(url);
      const client = createOllamaClient({ name, url: address.shown }, address, { clock, timing, limits });
      return unknownNode({ name, url: address.shown }, client);
    }),
    { clock, logger, timing, readModels: createModelReader(), onChange: () => line.look() },
  );
  const places = createPlaces({ watch, slots, line, clock });

  /** With the context that requests get, not the one the model could have. */
  const known = (nodes: readonly WatchedNode[]) =>
    mergeModels(nodes).map((model) => ({ ...model, contextLength: contextOf(model, options) }));
  const models = () => known(watch.nodes.filter((node) => node.health === "up"));
  /** The context must not change when a PC goes down: that would load the model afresh everywhere. */
  const contextLengthOf = (name: string) => known(watch.nodes).find((model) => model.name === name)?.contextLength;

  async function chat(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    await places.someoneIsUp(signal);
    const found = chooseModel(models(), {
      name: request.model,
      defaultName: options.defaultModel,
      needs: request.tools?.length ? ["completion", "tools"] : ["completion"],
    });
    const model = { ...found, contextLength: contextLengthOf(found.name) };
    const body = toChatBody(request, model, options);
    refuseTooLong(request, model);
    return places.onSomeNode({ ...request, model: model.name }, signal, async (node) => {
      const { usage: _, ...answer } = await node.client.chat(body, signal, request).catch((error: unknown) => {
        if (!(error instanceof ThinkRefused)) throw error;
        return node.client.chat({ ...body, think: undefined }, signal, request);
      });
      return { ...answer, model: model.name, node: node.name };
    });
  }

  function refuseTooLong(request: ChatRequest, model: FleetModel): void {
    const holders = watch.nodes.filter((node) => model.nodes.includes(node.name));
    const tokens = fewestTokens(
      request,
      holders.every((node) => countsPrompts(node.version)),
    );
    const room = contextOf(model, options);
    if (tokens > room) throw contextTooLarge(model.name, `at least ${tokens} tokens, room for ${room}`);
  }

  async function embed(request: { model: string; texts: readonly string[] }, signal: AbortSignal): Promise<number[][]> {
    if (request.texts.length === 0) return [];
    await places.someoneIsUp(signal);
    const model = chooseModel(models(), { name: request.model, needs: ["embedding"] });
    return places.onSomeNode({ model: model.name }, signal, async (node) => {
      const { vectors } = await node.client.embed({ model: model.name, texts: request.texts }, signal);
      return vectors;
    });
  }

  return {
    chat,
    embed,
    async models() {
      await watch.firstLook();
      return models();
    },
    async nodes() {
      await watch.firstLook();
      return watch.nodes.map((node) => ({
        name: node.name,
        url: node.url,
        health: node.health,
        reason: node.reason,
        version: node.version,
        resident: [...node.resident],
        requestsInFlight: slots.inFlightOfAll(node.name),
      }));
    },
    start: () => watch.start(),
    async stop() {
      places.stop();
      watch.stop();
      await Promise.all(watch.nodes.map((node) => node.client.close()));
    },
  };
}

function unknownNode(node: { name: string; url: string }, client: WatchedNode["client"]): WatchedNode {
  return {
    name: node.name,
    url: node.url,
    client,
    health: "unknown",
    reason: undefined,
    version: undefined,
    resident: new Set(),
    models: [],
    failures: 0,
    suspectUntilMs: 0,
    listedAtMs: Number.NEGATIVE_INFINITY,
  };
}

function refuseSameNames(nodes: FleetOptions["nodes"]): void {
  const twice = nodes.find((node, i) => nodes.some((other, j) => j < i && other.name === node.name));
  if (!twice) return;
  throw new PilotoError("SETTINGS_INVALID", `Two GPU PCs are named ${twice.name}. Give each its own name.`);
}

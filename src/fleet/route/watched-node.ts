import type { NodeSettings } from "../fleet-options.ts";
import type { KnownModel } from "../known-models.ts";
import type { OllamaClient } from "../ollama-client.ts";
import type { CopyFacts, ModelFacts, NodeFacts } from "../schedule/shapes.ts";

/** One PC and what is known of it. Changed by its watch only, but for `isDrained` and `changes`. */
export interface WatchedNode {
  readonly name: string;
  /** As people may see it. */
  readonly url: string;
  readonly client: OllamaClient;
  readonly settings: NodeSettings;
  health: "up" | "down" | "unknown";
  /** Why it is down. */
  reason: string | undefined;
  /** It is up, and something about it is odd. */
  oddity: string | undefined;
  version: string | undefined;
  resident: ReadonlyMap<string, CopyFacts>;
  models: readonly KnownModel[];
  /** `models`, as the scheduler reads them. */
  modelFacts: ReadonlyMap<string, ModelFacts>;
  /** The memory it has for models, where it showed. */
  shownVramBytes: number | undefined;
  /** Failures since it last answered. */
  failures: number;
  /** When its models were read last. */
  listedAtMs: number;
  isDrained: boolean;
  /** Loads and unloads of ours that began or ended there: a look that saw one of them begin or end looks again. */
  changes: number;
}

export function unknownNode(settings: NodeSettings, url: string, client: OllamaClient): WatchedNode {
  return {
    name: settings.name,
    url,
    client,
    settings,
    health: "unknown",
    reason: undefined,
    oddity: undefined,
    version: undefined,
    resident: new Map(),
    models: [],
    modelFacts: new Map(),
    shownVramBytes: undefined,
    failures: 0,
    listedAtMs: Number.NEGATIVE_INFINITY,
    isDrained: false,
    changes: 0,
  };
}

/** A PC as the scheduler sees it. */
export function factsOf(node: WatchedNode): NodeFacts {
  const { settings } = node;
  return {
    name: node.name,
    health: node.health,
    isDrained: node.isDrained,
    labels: settings.labels ?? [],
    taints: settings.taints ?? [],
    vramBytes: settings.vramBytes,
    shownVramBytes: node.shownVramBytes,
    maxLoaded: settings.maxLoaded,
    slots: settings.slots,
    models: node.modelFacts,
    resident: node.resident,
  };
}

/** Of a PC's models what placing them needs. */
export function modelFactsOf(models: readonly KnownModel[]): ReadonlyMap<string, ModelFacts> {
  return new Map(
    models.map(({ name, digest, sizeBytes, family, abilities }) => [
      name,
      {
        digest,
        sizeBytes,
        family,
        isEmbeddingOnly: abilities.includes("embedding") && !abilities.includes("completion"),
      },
    ]),
  );
}

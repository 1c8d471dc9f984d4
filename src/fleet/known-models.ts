import { isPilotoError } from "../../core/domain/errors.ts";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import type { Ability } from "./choose-model.ts";
import { fullName } from "./model-name.ts";
import type { OllamaClient } from "./ollama-client.ts";
import type { ShowBody, TagsBody } from "./ollama-shapes.ts";

/** A model on one PC. */
export interface KnownModel {
  readonly name: string;
  readonly digest: string;
  readonly abilities: readonly Ability[];
  readonly contextLength?: number;
  readonly sizeBytes?: number;
  readonly family?: string;
}

export type ModelReader = (client: OllamaClient, signal: AbortSignal) => Promise<KnownModel[]>;

const ABILITIES: readonly Ability[] = ["completion", "tools", "vision", "embedding", "thinking", "insert"];

/**
 * Reads the models of a PC. What `/api/tags` does not tell (older servers) is asked of `/api/show`, once for each
 * digest: the same digest is the same model on every PC.
 */
export function createModelReader(): ModelReader {
  const shown = new Map<string, ShowBody>();

  async function details(
    client: OllamaClient,
    tag: TagsBody["models"][number],
    signal: AbortSignal,
  ): Promise<ShowBody> {
    const known = tag.digest === "" ? undefined : shown.get(tag.digest);
    if (known) return known;
    try {
      const body = await client.show(tag.name, signal);
      if (tag.digest !== "") shown.set(tag.digest, body);
      return body;
    } catch (error) {
      // It vanished, or its details are unreadable: it stays in the list as a model that only answers.
      if (isPilotoError(error, "MODEL_MISSING") || isPilotoError(error, "NODE_FAILED")) {
        return { capabilities: undefined, contextLength: undefined };
      }
      throw error;
    }
  }

  return async (client, signal) => {
    const { models } = await client.tags(signal);
    const known: KnownModel[] = [];
    for (const tag of models) {
      const told = { capabilities: tag.capabilities ?? undefined, contextLength: tag.details?.context_length };
      const isComplete = told.capabilities !== undefined && told.contextLength !== undefined;
      const more = isComplete ? told : await details(client, tag, signal);
      const capabilities = told.capabilities ?? more.capabilities ?? ["completion"];
      known.push({
        name: fullName(tag.name),
        digest: tag.digest,
        abilities: ABILITIES.filter((ability) => capabilities.includes(ability)),
        contextLength: told.contextLength ?? more.contextLength,
        sizeBytes: tag.size,
        family: tag.details?.family,
      });
    }
    return known;
  };
}

/**
 * The models of several PCs as one list, in the order of the PCs. Abilities are those that every PC has; the context
 * is the smallest.
 */
export function mergeModels(nodes: readonly { name: string; models: readonly KnownModel[] }[]): FleetModel[] {
  const merged = new Map<string, FleetModel>();
  for (const node of nodes) {
    for (const model of node.models) {
      const before = merged.get(model.name);
      merged.set(model.name, {
        name: model.name,
        abilities: before ? before.abilities.filter((ability) => model.abilities.includes(ability)) : model.abilities,
        contextLength: smaller(before?.contextLength, model.contextLength),
        sizeBytes: before?.sizeBytes ?? model.sizeBytes,
        nodes: [...(before?.nodes ?? []), node.name],
        digests: [...new Set([...(before?.digests ?? []), model.digest])],
      });
    }
  }
  return [...merged.values()];
}

const smaller = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

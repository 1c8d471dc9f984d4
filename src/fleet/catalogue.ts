import type { FleetModel } from "../../core/domain/fleet-node.ts";
import { contextOf } from "./chat-body.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { mergeModels } from "./known-models.ts";
import type { WatchedNode } from "./route/watched-node.ts";

/** The models of the fleet, put together once after each change. */
export interface Catalogue {
  /** On PCs that are up. */
  up(): readonly FleetModel[];
  /** Also those on PCs that were seen and are down now: they may return. */
  all(): readonly FleetModel[];
  byName(name: string): FleetModel | undefined;
  /** A PC was looked at. */
  changed(): void;
}

/**
 * With the context that requests get, not the one the model could have. It is that of all PCs that were ever seen: were
 * it to change when a PC goes down, the model would be loaded afresh everywhere.
 */
export function createCatalogue(nodes: readonly WatchedNode[], options: FleetOptions): Catalogue {
  let known: { readonly up: FleetModel[]; readonly all: FleetModel[]; byName: Map<string, FleetModel> } | undefined;

  function lists() {
    if (known) return known;
    const all = mergeModels(nodes).map((model) => ({ ...model, contextLength: contextOf(model, options) }));
    const byName = new Map(all.map((model) => [model.name, model]));
    const up = mergeModels(nodes.filter((node) => node.health === "up")).map((model) => ({
      ...model,
      contextLength: byName.get(model.name)?.contextLength,
    }));
    known = { up, all, byName };
    return known;
  }

  return {
    up: () => lists().up,
    all: () => lists().all,
    byName: (name) => lists().byName.get(name),
    changed() {
      known = undefined;
    },
  };
}

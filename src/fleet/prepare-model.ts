import type { PilotoError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Catalogue } from "./catalogue.ts";
import { loadOptionsOf } from "./chat-body.ts";
import { chooseModel } from "./choose-model.ts";
import { cancelled } from "./fleet-failures.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { FIXED } from "./ollama-client.ts";
import type { PreparedModel, PrepareModel } from "./prepared-model.ts";
import { fleetEmpty } from "./route/give-up-words.ts";
import type { NodeWatch } from "./route/watch-nodes.ts";
import type { Timers } from "./timers.ts";
import { unlessAborted } from "./unless-aborted.ts";

interface PrepareDeps {
  readonly catalogue: Catalogue;
  readonly watch: NodeWatch;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly options: FleetOptions;
  /** How long it is waited for a first PC. */
  readonly waitMs: number;
}

/** Chooses models. `changed` must be called when a PC was looked at, `stop` when the fleet stops. */
export interface ModelChooser {
  readonly prepare: PrepareModel;
  changed(): void;
  stop(): void;
}

export function createModelChooser(deps: PrepareDeps): ModelChooser {
  const { catalogue, watch, options } = deps;
  const waiting = new Set<() => void>();
  const isKnown = () => catalogue.all().length > 0 || watch.nodes.some((node) => node.health === "up");
  let isStopped = false;

  function usable() {
    const isDrained = new Set(watch.nodes.filter((node) => node.isDrained).map((node) => node.name));
    return catalogue.up().filter((model) => model.nodes.some((node) => !isDrained.has(node)));
  }

  /** Who asks before any PC was ever seen waits for one. */
  async function untilKnown(signal: AbortSignal | undefined, onNoPc: (() => void) | undefined): Promise<void> {
    if (watch.nodes.length === 0) throw fleetEmpty(watch.nodes);
    await unlessAborted(watch.firstLook(), signal);
    if (isKnown() || isStopped) return;
    watch.start();
    void watch.lookAtAll();
    onNoPc?.();
    const failure = await new Promise<PilotoError | undefined>((resolve) => {
      const due = deps.timers.at(deps.clock.nowMs() + deps.waitMs, () => done(fleetEmpty(watch.nodes)));
      const look = () => (isKnown() || signal?.aborted || isStopped) && done(undefined);
      function done(failure: PilotoError | undefined): void {
        due.cancel();
        waiting.delete(look);
        signal?.removeEventListener("abort", look);
        resolve(failure);
      }
      waiting.add(look);
      signal?.addEventListener("abort", look, { once: true });
    });
    if (failure) throw failure;
  }

  async function prepare(...[name, needs, signal, onNoPc]: Parameters<PrepareModel>): Promise<PreparedModel> {
    if (!signal?.aborted && !isStopped && !isKnown()) await untilKnown(signal, onNoPc);
    if (signal?.aborted || isStopped) throw cancelled();
    // A model that only PCs which are down have may be waited for; unnamed, one that is there goes first.
    const there = name === undefined ? usable() : [];
    const models = there.length > 0 ? there : catalogue.all();
    const model = chooseModel(models, { name, defaultName: options.defaultModel, needs });
    const { abilities } = model;
    return {
      model: model.name,
      options: loadOptionsOf(catalogue.byName(model.name) ?? model, options),
      fixed: FIXED,
      contextTokens: catalogue.byName(model.name)?.contextLength ?? 0,
      keepAlive: options.keepAlive,
      isEmbeddingOnly: abilities.includes("embedding") && !abilities.includes("completion"),
    };
  }

  return {
    prepare,
    changed() {
      for (const look of waiting) look();
    },
    stop() {
      isStopped = true;
      for (const look of waiting) look();
    },
  };
}

import { isPilotoError, type PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { fullName } from "../model-name.ts";
import type { LoadWish } from "../ollama-client.ts";
import type { WatchedNode } from "./watched-node.ts";

/** Loads and unloads models by requests of the router's own: nobody's leaving aborts them. */
export interface Loads {
  load(node: WatchedNode, model: string, keepAliveS: number): void;
  unload(node: WatchedNode, model: string): void;
  /** The PC is gone: what is under way there ends as failed. */
  abandon(node: WatchedNode): void;
  /** Everything is broken off and nothing is told any more. */
  stop(): void;
}

interface LoadDeps {
  readonly clock: Clock;
  readonly wishOf: (model: string) => Omit<LoadWish, "keepAliveS">;
  /** `failure`: it is not in memory. */
  readonly onLoaded: (node: WatchedNode, model: string, failure: PilotoError | undefined) => void;
  readonly onUnloaded: (node: WatchedNode, model: string) => void;
}

/** How long a PC may take to drop a model that it was asked to drop. */
const UNLOAD_MS = 30_000;
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1000;

export function createLoads({ clock, wishOf, onLoaded, onUnloaded }: LoadDeps): Loads {
  const running = new Map<WatchedNode, Set<AbortController>>();
  let isStopped = false;

  /** `work` until it is over, or the PC is given up. A failure is returned; a bug rises. */
  async function during(
    node: WatchedNode,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<PilotoError | undefined> {
    const own = new AbortController();
    const ofNode = running.get(node) ?? new Set();
    running.set(node, ofNode.add(own));
    node.changes += 1;
    try {
      await work(own.signal);
      return undefined;
    } catch (error) {
      if (isPilotoError(error)) return error;
      throw error;
    } finally {
      node.changes += 1;
      ofNode.delete(own);
    }
  }

  /** Ollama says yes at once and drops the model a moment later. */
  async function untilGone(node: WatchedNode, model: string, signal: AbortSignal): Promise<void> {
    const untilMs = clock.nowMs() + UNLOAD_MS;
    for (let pauseMs = FIRST_LOOK_MS; clock.nowMs() < untilMs && !signal.aborted; pauseMs *= 2) {
      const { models } = await node.client.ps(signal);
      if (!models.some(({ name }) => fullName(name) === model)) return;
      await clock.sleep(Math.min(pauseMs, LONGEST_LOOK_MS), signal);
    }
  }

  return {
    load(node, model, keepAliveS) {
      const wish = { ...wishOf(model), keepAliveS };
      void during(node, (signal) => node.client.load(model, wish, signal)).then((failure) => {
        if (!isStopped) onLoaded(node, model, failure);
      });
    },
    unload(node, model) {
      void during(node, async (signal) => {
        await node.client.unload(model, wishOf(model), signal);
        await untilGone(node, model, signal);
      }).then(() => {
        if (!isStopped) onUnloaded(node, model); // a PC that does not answer is down soon, and has nothing loaded
      });
    },
    abandon(node) {
      for (const own of running.get(node) ?? []) own.abort();
    },
    stop() {
      isStopped = true;
      for (const ofNode of running.values()) for (const own of ofNode) own.abort();
    },
  };
}

import { breakerFailure, breakerSuccess } from "./breaker.ts";
import { dropCopy, wake } from "./copies.ts";
import { learnLoad } from "./learned-rates.ts";
import { placeSoon } from "./slow-loop.ts";
import type { NodeState, World } from "./world.ts";

interface LoadEnd {
  readonly node: string;
  readonly model: string;
  readonly isLoaded: boolean;
  readonly why?: string;
  readonly isBusy?: boolean;
}

/** Failures that lie so much further apart than their pause have nothing to do with each other. */
const LATELY_MS = 600_000;

/** A load that was asked for is over. */
export function endLoad(world: World, end: LoadEnd, nowMs: number): void {
  const { node: name, model, isLoaded } = end;
  const node = world.nodes.get(name);
  const copy = node?.copies.get(model);
  if (node === undefined || copy === undefined || copy.state !== "loading") return;
  if (isLoaded) {
    learnLoad(world.rates, name, model, nowMs - copy.askedMs, node.facts.models.get(model)?.sizeBytes);
    breakerSuccess(node.breaker);
    node.loadedMs = nowMs;
    node.loadFailures.delete(model);
    Object.assign(copy, { state: "ready", sinceMs: nowMs, lastUsedMs: nowMs, isAsked: false, evict: [] });
  } else {
    noteFailure(world, node, end, nowMs);
    dropCopy(world, copy);
    world.version += 1;
    placeSoon(world, nowMs);
  }
  world.dirty.add(copy.model);
  wake(world, node);
}

function noteFailure(world: World, node: NodeState, { model, why, isBusy }: LoadEnd, nowMs: number): void {
  const before = node.loadFailures.get(model);
  const earlier = before !== undefined && nowMs - before.untilMs < LATELY_MS ? before.times : 0;
  const times = isBusy ? earlier : earlier + 1;
  const untilMs = nowMs + world.tuning.loadBackoffMs * 2 ** Math.min(5, Math.max(0, times - 1));
  node.loadFailures.set(model, { times, untilMs, why: why ?? "it could not load the model" });
  // One model that cannot be loaded says nothing of the others, unless the PC is on trial.
  if (node.breaker.state === "half-open" && !isBusy) breakerFailure(node.breaker, nowMs, world.tuning);
}

/** An unload that was asked for is over. */
export function endUnload(world: World, name: string, model: string, nowMs: number): void {
  const node = world.nodes.get(name);
  const copy = node?.copies.get(model);
  if (node === undefined || copy === undefined || copy.state !== "leaving") return;
  node.dropped.set(model, nowMs);
  dropCopy(world, copy);
}

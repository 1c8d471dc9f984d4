import { noDemand } from "./demand.ts";
import { emptyQueue } from "./queue.ts";
import { slotsOf } from "./slots.ts";
import type { Copy, ModelState, NodeState, World } from "./world.ts";

/** The model's state; made when it is first spoken of. */
export function modelOf(world: World, name: string, nowMs: number): ModelState {
  let model = world.models.get(name);
  if (model === undefined) {
    model = { name, queue: emptyQueue(), copies: [], demand: noDemand(nowMs), guessError: 0 };
    world.models.set(name, model);
  }
  return model;
}

export function addCopy(
  world: World,
  node: NodeState,
  model: ModelState,
  { state, nowMs, evict = [] }: { state: Copy["state"]; nowMs: number; evict?: readonly string[] },
): Copy {
  const copy: Copy = {
    node,
    model,
    state,
    sinceMs: nowMs,
    lastUsedMs: nowMs,
    inFlight: 0,
    batchInFlight: 0,
    slots: slotsOf(world, node, model),
    wantRank: 0,
    evict,
    isAsked: false,
    askedMs: nowMs,
    affinities: [],
    running: new Set(),
  };
  node.copies.set(model.name, copy);
  const at = model.copies.findIndex((other) => other.node.name > node.name);
  model.copies.splice(at < 0 ? model.copies.length : at, 0, copy);
  adopt(world, copy);
  world.dirty.add(model);
  return copy;
}

/** Answers that still run from before the PC was gone, or was dropped: they hold their slots. */
function adopt(world: World, copy: Copy): void {
  for (const sent of world.sent.values()) {
    if (sent.copy === copy || sent.node.name !== copy.node.name || sent.copy.model !== copy.model) continue;
    const batch = sent.entry.request.class === "batch" ? 1 : 0;
    if (sent.node !== copy.node) {
      copy.node.inFlight += 1;
      copy.node.batchInFlight += batch;
    }
    copy.inFlight += 1;
    copy.batchInFlight += batch;
    copy.running.add(sent);
    sent.copy.running.delete(sent);
    sent.copy = copy;
    sent.node = copy.node;
  }
}

/** Forgets a copy. Requests that still run there keep it until they end. */
export function dropCopy(world: World, copy: Copy): void {
  const { node, model } = copy;
  if (node.copies.get(model.name) === copy) node.copies.delete(model.name);
  const at = model.copies.indexOf(copy);
  if (at >= 0) model.copies.splice(at, 1);
  wake(world, node);
}

/** Something on this PC has changed: whoever waits for one of its models may go now. */
export function wake(world: World, node: NodeState): void {
  for (const copy of node.copies.values()) world.dirty.add(copy.model);
}

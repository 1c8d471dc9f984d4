import type { Copy, ModelState, NodeState, World } from "./world.ts";

/** What was learned of one (PC, model): requests that it really works on at once. */
interface Learned {
  slots: number;
  /** One more was tried and was not there. */
  noMoreAtMs?: number;
  triedMs: number;
}

/** By `PC` then model. */
export type LearnedSlots = Map<string, Map<string, Learned>>;

/** Ollama works on one request at a time for these, whatever it is told (server/sched.go at fb30760, 2026-08-21). */
const ALWAYS_ONE = /^(mllama|qwen3vl|qwen3vlmoe|qwen35|qwen35moe|qwen3next|lfm2|lfm2moe|nemotron_h.*)$/;

/** Requests at once for a model on a PC: as laid down, else as set for the PC, else learned; and who always gets one. */
export function slotsOf(world: World, node: NodeState, model: ModelState): number {
  return laidDownSlots(world, node, model) ?? learnedOf(world, node.name, model.name).slots;
}

export function laidDownSlots(world: World, node: NodeState, model: ModelState): number | undefined {
  const facts = node.facts.models.get(model.name);
  if (facts?.isEmbeddingOnly || (facts?.family !== undefined && ALWAYS_ONE.test(facts.family))) return 1;
  const set = world.rules.get(model.name)?.slots ?? node.facts.slots;
  return set === undefined ? undefined : Math.max(1, Math.floor(set));
}

/** Whether one more than is known may be tried now. */
export function mayTrySlot(world: World, copy: Copy, nowMs: number): boolean {
  if (copy.inFlight !== copy.slots || laidDownSlots(world, copy.node, copy.model) !== undefined) return false;
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  if (learned.slots >= world.tuning.slotsMax || nowMs - learned.triedMs < world.tuning.slotTryEveryMs) return false;
  return learned.noMoreAtMs === undefined || nowMs - learned.noMoreAtMs >= world.tuning.slotRetryMs;
}

export function slotTried(world: World, copy: Copy, nowMs: number): void {
  learnedOf(world, copy.node.name, copy.model.name).triedMs = nowMs;
}

/** The extra request was worked on at once, or had to wait for another. */
export function slotLearned(world: World, copy: Copy, isThere: boolean, nowMs: number): void {
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  if (isThere) {
    learned.slots += 1;
    learned.noMoreAtMs = undefined;
  } else learned.noMoreAtMs = nowMs;
  copy.slots = slotsOf(world, copy.node, copy.model);
}

/** A request waited inside the PC although it was within what is known: one less. */
export function slotMissed(world: World, copy: Copy, nowMs: number): void {
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  learned.slots = Math.max(1, learned.slots - 1);
  learned.noMoreAtMs = nowMs;
  copy.slots = slotsOf(world, copy.node, copy.model);
}

function learnedOf(world: World, node: string, model: string): Learned {
  let models = world.slots.get(node);
  if (models === undefined) {
    models = new Map();
    world.slots.set(node, models);
  }
  let learned = models.get(model);
  if (learned === undefined) {
    learned = { slots: 1, triedMs: Number.NEGATIVE_INFINITY };
    models.set(model, learned);
  }
  return learned;
}

import { isWellKnown } from "./learned-rates.ts";
import type { Copy, LearnedCopy, ModelState, NodeState, Sent, World } from "./world.ts";

const MISSES = 3;

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
  if (!isWellKnown(world.rates, copy.node.name, copy.model.name)) return false;
  for (const sent of copy.running) if (sent.isSlotTry && sent.firstTokenAtMs === undefined) return false;
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  if (learned.slots >= world.tuning.slotsMax || nowMs - learned.triedMs < world.tuning.slotTryEveryMs) return false;
  return learned.noMoreAtMs === undefined || nowMs - learned.noMoreAtMs >= world.tuning.slotRetryMs;
}

export function slotTried(world: World, copy: Copy, nowMs: number): void {
  learnedOf(world, copy.node.name, copy.model.name).triedMs = nowMs;
}

/**
 * The first token of a request says whether its slot is there: a request without one gets its first token only after
 * another on the copy has ended. Where that other ended soon anyway nobody can tell, and nothing is learned.
 */
export function learnSlots(world: World, sent: Sent, nowMs: number): void {
  const { copy, otherEndedMs } = sent;
  if (laidDownSlots(world, copy.node, copy.model) !== undefined) return;
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  if (otherEndedMs === undefined) {
    learned.misses = 0;
    if (sent.isSlotTry) slotThere(world, copy);
    return;
  }
  const hadToWait = otherEndedMs - sent.sentMs > 1.5 * sent.firstTokenMs + 300;
  if (!hadToWait) return;
  if (sent.isSlotTry) learned.noMoreAtMs = nowMs;
  else learned.misses += 1;
  if (learned.misses >= MISSES) slotMissed(world, copy, nowMs);
  copy.slots = slotsOf(world, copy.node, copy.model);
}

/** The slot that was tried is there. */
export function slotThere(world: World, copy: Copy): void {
  if (laidDownSlots(world, copy.node, copy.model) !== undefined) return;
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  learned.slots = Math.min(world.tuning.slotsMax, learned.slots + 1);
  learned.noMoreAtMs = undefined;
  copy.slots = slotsOf(world, copy.node, copy.model);
}

/** A request waited inside the PC although it was within what is known: one less. One that was a try: no more. */
export function slotMissed(world: World, copy: Copy, nowMs: number, wasTry = false): void {
  const learned = learnedOf(world, copy.node.name, copy.model.name);
  if (!wasTry) learned.slots = Math.max(1, learned.slots - 1);
  learned.misses = 0;
  learned.noMoreAtMs = nowMs;
  copy.slots = slotsOf(world, copy.node, copy.model);
}

function learnedOf(world: World, node: string, model: string): LearnedCopy {
  let models = world.slots.get(node);
  if (models === undefined) {
    models = new Map();
    world.slots.set(node, models);
  }
  let learned = models.get(model);
  if (learned === undefined) {
    learned = { slots: 1, triedMs: Number.NEGATIVE_INFINITY, misses: 0 };
    models.set(model, learned);
  }
  return learned;
}

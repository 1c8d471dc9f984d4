import { interactivePerS } from "./demand.ts";
import { speedOf } from "./learned-rates.ts";
import { countStreams } from "./send.ts";
import type { Copy, World } from "./world.ts";

/**
 * Room that batch leaves for those who may come and wait at a screen: the last slot of a copy, all but a few streams
 * of a PC, and most of the time of the fastest PC of each model, as long as these models are asked for interactively.
 * What has waited too long gets one stream at a time of any PC, so that batch always goes on.
 */
export function reserve(
  world: World,
  { copy, isAged, nowMs }: { copy: Copy; isAged: boolean; nowMs: number },
): string | undefined {
  const { node } = copy;
  if (isAged && node.batchInFlight === 0) return undefined;
  const { tuning } = world;
  const isAsked = (one: Copy) => nowMs - one.model.demand.interactiveAtMs <= tuning.interactiveForMs;
  if (copy.slots > 1 && copy.inFlight >= copy.slots - tuning.batchLeavesSlots && isAsked(copy)) {
    return "its last slot is kept for interactive requests";
  }
  const asked = [...node.copies.values()].filter(isAsked);
  if (asked.length === 0) return undefined;
  const kept = asked.find((one) => isFastest(world, one));
  if (node.batchInFlight >= (kept === undefined ? tuning.batchPerNode : 1)) {
    return "it has as much batch work as interactive requests bear";
  }
  if (kept === undefined) return undefined;
  countStreams(node, nowMs);
  if (node.batchShare < shareOfFastest(world, asked, nowMs)) return undefined;
  return `it is the fastest PC for ${kept.model.name}, which is asked for interactively`;
}

/** The part of its time that batch may have on a PC that interactive requests go to first: the more come, the less. */
function shareOfFastest(world: World, asked: readonly Copy[], nowMs: number): number {
  const { batchShare, batchMeetsPerS } = world.tuning;
  let perS = 0;
  for (const { model } of asked) perS += interactivePerS(model.demand, nowMs, world.tuning) / model.copies.length;
  return perS > 0 ? Math.max(batchShare, batchMeetsPerS / perS) : 1;
}

/** Whether no other PC that has the model ready is faster; of equals the first. */
function isFastest(world: World, copy: Copy): boolean {
  const speed = speedOf(world.rates, copy.node.name);
  let isBefore = true;
  for (const other of copy.model.copies) {
    if (other === copy) isBefore = false;
    else if (other.state === "ready" && other.node.facts.health === "up") {
      const its = speedOf(world.rates, other.node.name);
      if (its > speed || (its === speed && isBefore)) return false;
    }
  }
  return true;
}

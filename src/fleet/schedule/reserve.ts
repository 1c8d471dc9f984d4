import { interactivePerS } from "./demand.ts";
import { speedOf } from "./learned-rates.ts";
import { predict } from "./predict.ts";
import type { Copy, NodeState, World } from "./world.ts";

/**
 * Room that batch leaves for those who may come and wait at a screen: the last slot of a copy, all but a few streams
 * of a PC, and the fastest PC of each model, as long as these models are asked for interactively. What has waited too
 * long gets one stream at a time of any PC, so that batch always goes on.
 */
export function reserve(
  world: World,
  { copy, isAged, answerTokens, nowMs }: { copy: Copy; isAged: boolean; answerTokens: number; nowMs: number },
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
  if (node.batchInFlight >= tuning.batchPerNode) return "it has as much batch work as interactive requests bear";
  const kept = asked.find((one) => isFastest(world, one));
  if (kept === undefined || collisions(world, { node, copy, asked, answerTokens, nowMs }) <= tuning.batchCollisions) {
    return undefined;
  }
  return `it is the fastest PC for ${kept.model.name}, which is asked for interactively`;
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

/** Interactive requests that are likely to come to the PC while this one runs there. */
function collisions(
  world: World,
  {
    node,
    copy,
    asked,
    answerTokens,
    nowMs,
  }: { node: NodeState; copy: Copy; asked: readonly Copy[]; answerTokens: number; nowMs: number },
): number {
  const work = { promptTokens: copy.model.demand.promptTokens, answerTokens, isPrefixHit: false };
  const { serviceMs } = predict(world, { node, model: copy.model.name, streams: node.inFlight + 1 }, work);
  let perS = 0;
  for (const one of asked) perS += interactivePerS(one.model.demand, nowMs, world.tuning) / one.model.copies.length;
  return (perS * serviceMs) / 1000;
}

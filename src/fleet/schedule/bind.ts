import { filteredBy } from "./filters.ts";
import { freeInMs, holdsPrefix, predict } from "./predict.ts";
import { type Entry, heads, serve, waitingIn } from "./queue.ts";
import { type Scored, scoredAt, scoreOf } from "./scorers.ts";
import { send } from "./send.ts";
import type { Verdict } from "./shapes.ts";
import { mayTrySlot } from "./slots.ts";
import type { Copy, ModelState, World } from "./world.ts";

/** The fast loop for one model: binds what waits to free slots, the most entitled first, until nothing goes any more. */
export function bindModel(world: World, model: ModelState, nowMs: number): void {
  const ageing = { agesMs: world.tuning.batchAgesMs, every: world.tuning.agedEvery };
  while (waitingIn(model.queue) > 0 && hasFreeSlot(world, model, nowMs)) {
    const bound = heads(model.queue, nowMs, ageing).find((entry) => bindEntry(world, model, entry, nowMs));
    if (bound === undefined) return;
  }
}

function bindEntry(world: World, model: ModelState, entry: Entry, nowMs: number): boolean {
  const choice = choose(world, model, entry, nowMs);
  if (choice === undefined) return false;
  serve(model.queue, entry, nowMs, world.tuning.batchAgesMs);
  send(world, entry, choice.best, { nowMs, isSlotTry: choice.isSlotTry });
  remember(world, entry, choice.verdicts, { nowMs, chosen: choice.best.copy.node.name });
  return true;
}

function choose(world: World, model: ModelState, entry: Entry, nowMs: number) {
  const { request, failedOn } = entry;
  const isAged = nowMs - entry.arrivedMs > world.tuning.batchAgesMs;
  const work = { promptTokens: request.promptTokens, answerTokens: entry.answerTokens, affinity: request.affinity };
  const verdicts: Verdict[] = [];
  let best: Scored | undefined;
  let bestTotal = Number.NEGATIVE_INFINITY;
  let isSlotTry = false;
  for (const copy of model.copies) {
    const isTry = copy.inFlight >= copy.slots && mayTrySlot(world, copy, nowMs);
    const out = filteredBy({ world, node: copy.node, copy, request, failedOn, isAged, nowMs, isSlotTry: isTry });
    if (out !== undefined) {
      verdicts.push({ node: copy.node.name, ...out });
      continue;
    }
    const scored = scoredAt(world, copy, work);
    const scores: Record<string, number> = {};
    const total = scoreOf(scored, scores);
    verdicts.push({ node: copy.node.name, scores, total, firstTokenMs: scored.predicted.firstTokenMs });
    if (isTry && best !== undefined) continue;
    if (best === undefined || total > bestTotal || (isSlotTry && !isTry)) {
      best = scored;
      bestTotal = total;
      isSlotTry = isTry;
    }
  }
  if (best === undefined || isWorthWaiting(world, model, entry, { best, nowMs })) return undefined;
  return { best, verdicts, isSlotTry };
}

/** Whether another copy that is free in a moment answers so much sooner that the free one is better left alone. */
function isWorthWaiting(
  world: World,
  model: ModelState,
  { request, answerTokens, failedOn }: Entry,
  { best, nowMs }: { best: Scored; nowMs: number },
): boolean {
  const { worthWaiting, worthWaitingQueue } = world.tuning;
  if (worthWaiting <= 0 || model.copies.length < 2) return false;
  let sooner = 0;
  for (const copy of model.copies) {
    if (copy === best.copy || (copy.state !== "ready" && copy.state !== "foreign")) continue;
    if (copy.inFlight < copy.slots || copy.node.facts.health !== "up" || copy.node.facts.isDrained) continue;
    if (copy.node.breaker.state !== "closed" || failedOn.includes(copy.node.name)) continue;
    const freeMs = freeInMs(copy, nowMs);
    if (freeMs >= best.predicted.firstTokenMs) continue;
    const isPrefixHit = holdsPrefix(copy, request.affinity);
    const there = predict(
      world,
      { node: copy.node, model: model.name, streams: copy.node.inFlight },
      { promptTokens: request.promptTokens, answerTokens, isPrefixHit },
    );
    if ((freeMs + there.firstTokenMs) * worthWaiting < best.predicted.firstTokenMs) sooner += 1;
  }
  return sooner > 0 && waitingIn(model.queue) <= Math.max(1, sooner * worthWaitingQueue);
}

/** Cheap, before anything else is looked at. */
function hasFreeSlot(world: World, model: ModelState, nowMs: number): boolean {
  return model.copies.some((copy) => isOpen(copy) && (copy.inFlight < copy.slots || mayTrySlot(world, copy, nowMs)));
}

function isOpen(copy: Copy): boolean {
  return copy.state === "ready" || copy.state === "foreign";
}

function remember(
  world: World,
  { request }: Entry,
  verdicts: readonly Verdict[],
  { nowMs, chosen }: { nowMs: number; chosen: string },
): void {
  const { model, class: kind, share } = request;
  world.decisions.push({ model, class: kind, share, atMs: nowMs, verdicts, chosen });
  if (world.decisions.length > 400) world.decisions.splice(0, 200);
}

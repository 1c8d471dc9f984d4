import { isWellKnown, loadMsOf } from "./learned-rates.ts";
import { restMs } from "./predict.ts";
import type { Entry } from "./queue.ts";
import type { Scored } from "./scorers.ts";
import { slotTried } from "./slots.ts";
import type { Copy, NodeState, World } from "./world.ts";

/** The span over which it is counted how much of a PC's time batch gets. */
const BATCH_SHARE_MS = 60_000;

/** Takes a slot for the request and says so. */
export function send(
  world: World,
  entry: Entry,
  { copy, predicted, withoutPrefix }: Scored,
  { nowMs, isSlotTry }: { nowMs: number; isSlotTry: boolean },
): void {
  const { node } = copy;
  countStreams(node, nowMs);
  entry.attempts += 1;
  const sent = {
    entry,
    node,
    copy,
    sentMs: nowMs,
    ...predicted,
    isSlotTry,
    isPrefixHit: predicted !== withoutPrefix,
    streamMsAtSend: node.streamMs,
    streamMsAtFirst: 0,
    isAborted: false,
  };
  const expectedMs = entry.request.comesWhole ? predicted.serviceMs : predicted.firstTokenMs;
  const firstTokenBudgetMs = budgetMs(world, copy, expectedMs, { nowMs, isSlotTry });
  world.waiting.delete(entry.request.id);
  world.deadlines.remove(entry);
  world.sent.set(entry.request.id, sent);
  copy.running.add(sent);
  copy.inFlight += 1;
  node.inFlight += 1;
  if (entry.request.class === "batch") {
    copy.batchInFlight += 1;
    node.batchInFlight += 1;
  }
  copy.lastUsedMs = nowMs;
  if (isSlotTry) slotTried(world, copy, nowMs);
  if (entry.request.affinity !== undefined) rememberAffinity(world, copy, entry.request.affinity);
  const keepAliveS = keepAliveOf(world, copy);
  copy.keepS = keepAliveS;
  world.commands.push({ kind: "send", request: entry.request, node: node.name, keepAliveS, firstTokenBudgetMs });
}

/** Adds up how many requests were under way since the last time, and whether batch ones were among them. */
export function countStreams(node: NodeState, nowMs: number): void {
  const passedMs = Math.max(0, nowMs - node.streamAtMs);
  node.streamMs += node.inFlight * passedMs;
  const isBatch = node.batchInFlight > 0 ? 1 : 0;
  node.batchShare += (1 - Math.exp(-passedMs / BATCH_SHARE_MS)) * (isBatch - node.batchShare);
  node.streamAtMs = nowMs;
}

/** The most wanted copy of a PC stays longest: Ollama's own choice of whom to evict falls on the least wanted. */
export function keepAliveOf({ tuning, keepAtMostS }: World, copy: Copy): number {
  const wantedS = copy.want === undefined ? tuning.keepUnwantedS : tuning.keepS + tuning.keepStepS * copy.wantRank;
  return Math.min(wantedS, keepAtMostS);
}

/** Whether its PC was told to drop it by now: nobody pushed it out. */
export function hasRunOut({ keepS, lastUsedMs, inFlight }: Copy, nowMs: number): boolean {
  return keepS !== undefined && inFlight === 0 && nowMs - lastUsedMs >= keepS * 1000;
}

function budgetMs(
  world: World,
  copy: Copy,
  predictedMs: number,
  { nowMs, isSlotTry }: { nowMs: number; isSlotTry: boolean },
): number {
  const { budgetTimes, budgetMaxMs } = world.tuning;
  const isKnown = isWellKnown(world.rates, copy.node.name, copy.model.name);
  const leastMs = isKnown ? world.tuning.budgetMinMs : world.tuning.budgetUnknownMs;
  let expectedMs = predictedMs;
  // It may still be loading there (nothing tells), or be gone already, or wait inside the PC for a slot that is not there.
  if (copy.state === "foreign" || hasRunOut(copy, nowMs))
    expectedMs += loadMsOf(world.rates, copy.node.name, copy.model.name, sizeOf(copy));
  if (isSlotTry) for (const other of copy.running) expectedMs += restMs(other, nowMs);
  return Math.max(leastMs, Math.min(budgetMaxMs, budgetTimes * expectedMs));
}

function sizeOf(copy: Copy): number | undefined {
  return copy.node.facts.models.get(copy.model.name)?.sizeBytes;
}

function rememberAffinity(world: World, copy: Copy, affinity: string): void {
  const held = copy.affinities.filter((one) => one !== affinity);
  held.push(affinity);
  copy.affinities = held.slice(-Math.max(1, Math.round(world.tuning.affinitiesPerSlot * copy.slots)));
}

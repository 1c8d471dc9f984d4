import { breakerReturn, closedBreaker } from "./breaker.ts";
import { addCopy, dropCopy, modelOf, wake } from "./copies.ts";
import { forgetChanged } from "./forget-model.ts";
import { learnRoom, noRoom } from "./learned-room.ts";
import { hasRunOut } from "./send.ts";
import type { NodeFacts } from "./shapes.ts";
import { slotsOf } from "./slots.ts";
import { placeSoon } from "./slow-loop.ts";
import type { NodeState, World } from "./world.ts";

/** A PC as it was seen now. */
export function seeNode(world: World, facts: NodeFacts, nowMs: number): void {
  const node = world.nodes.get(facts.name) ?? newNode(world, facts, nowMs);
  const before = node.facts;
  node.facts = facts;
  if (before === facts || isOther(before, facts)) {
    world.version += 1;
    forgetChanged(world, before, facts);
    for (const model of world.models.values()) world.dirty.add(model);
    placeSoon(world, nowMs);
  }
  if (facts.health !== "up") loseNode(world, node, "it does not answer any more");
  else {
    if (before.health === "down") breakerReturn(node.breaker);
    seeResident(world, node, nowMs);
  }
  for (const copy of node.copies.values()) copy.slots = slotsOf(world, node, copy.model);
}

/** Its requests without a token are broken off; its copies are gone. */
export function loseNode(world: World, node: NodeState, why: string): void {
  for (const copy of [...node.copies.values()]) {
    for (const sent of copy.running) {
      if (sent.firstTokenAtMs !== undefined || sent.isAborted) continue;
      sent.isAborted = true;
      world.commands.push({ kind: "abort", id: sent.entry.request.id, node: node.name, why });
    }
    dropCopy(world, copy);
  }
}

/** Brings the copies in line with what the PC tells is in its memory. */
function seeResident(world: World, node: NodeState, nowMs: number): void {
  const { staleLookMs } = world.tuning;
  const vanished: string[] = [];
  for (const copy of [...node.copies.values()]) {
    if (node.facts.resident.has(copy.model.name) || copy.state === "loading" || copy.inFlight > 0) continue;
    const isFresh = nowMs - Math.max(copy.sinceMs, copy.lastUsedMs) < staleLookMs;
    if (isFresh) continue;
    // One that Piloto did not load may have been told anything.
    if (!copy.isAsked && copy.keepS !== undefined && !hasRunOut(copy, nowMs)) vanished.push(copy.model.name);
    dropCopy(world, copy);
  }
  for (const name of node.facts.resident.keys()) {
    if (node.copies.has(name)) continue;
    const droppedMs = node.dropped.get(name);
    if (droppedMs !== undefined && nowMs - droppedMs < staleLookMs) continue;
    node.dropped.delete(name);
    addCopy(world, node, modelOf(world, name, nowMs), { state: "foreign", nowMs });
    node.loadedMs = nowMs;
    wake(world, node);
  }
  learnRoom(node, vanished, nowMs);
}

function newNode(world: World, facts: NodeFacts, nowMs: number): NodeState {
  const node: NodeState = {
    name: facts.name,
    facts,
    copies: new Map(),
    breaker: closedBreaker(),
    pausedUntilMs: 0,
    pauses: 0,
    inFlight: 0,
    batchInFlight: 0,
    streamMs: 0,
    streamAtMs: nowMs,
    batchShare: 0,
    loadFailures: new Map(),
    dropped: new Map(),
    room: noRoom(),
    loadedMs: Number.NEGATIVE_INFINITY,
  };
  world.nodes.set(facts.name, node);
  return node;
}

/** Whether something differs that decides who may be served. */
function isOther(a: NodeFacts, b: NodeFacts): boolean {
  return (
    a.health !== b.health ||
    a.isDrained !== b.isDrained ||
    a.slots !== b.slots ||
    a.vramBytes !== b.vramBytes ||
    a.shownVramBytes !== b.shownVramBytes ||
    a.maxLoaded !== b.maxLoaded ||
    a.labels.join("\n") !== b.labels.join("\n") ||
    a.taints.join("\n") !== b.taints.join("\n") ||
    a.models.size !== b.models.size ||
    [...a.models].some(([name, model]) => b.models.get(name)?.digest !== model.digest)
  );
}

import type { LearnedRoom, NodeState } from "./world.ts";

/** A load may push something out within this time: a look sees it later. */
const PUSH_MS = 20_000;

export function noRoom(): LearnedRoom {
  return { heldBytes: 0 };
}

/** Memory for placement: as set, else less than what was too much; `undefined`: nothing was ever too much. */
export function roomOf({ facts, room }: NodeState): { vramBytes?: number; maxLoaded?: number } {
  return {
    vramBytes:
      facts.vramBytes ?? facts.shownVramBytes ?? (room.tooManyBytes === undefined ? undefined : room.tooManyBytes - 1),
    maxLoaded: facts.maxLoaded ?? (room.tooMany === undefined ? undefined : Math.max(1, room.tooMany - 1)),
  };
}

/** Looks at what is there now, and at what has vanished though nobody asked for it. */
export function learnRoom(node: NodeState, vanished: readonly string[], nowMs: number): void {
  const { facts, room } = node;
  const there = [...facts.resident.keys()];
  const bytes = bytesOf(node, there);
  room.heldBytes = Math.max(room.heldBytes, bytes);
  // It holds more than was thought too much: somebody gave it memory, or something else was in the way.
  if (room.tooManyBytes !== undefined && bytes >= room.tooManyBytes) room.tooManyBytes = undefined;
  if (room.tooMany !== undefined && there.length >= room.tooMany) room.tooMany = undefined;
  if (vanished.length === 0 || nowMs - node.loadedMs > PUSH_MS) return;
  const before = [...new Set([...there, ...vanished])];
  const total = bytesOf(node, before);
  if (total > room.heldBytes) room.tooManyBytes = Math.min(total, room.tooManyBytes ?? Number.POSITIVE_INFINITY);
  else room.tooMany = Math.min(before.length, room.tooMany ?? Number.POSITIVE_INFINITY);
}

function bytesOf({ facts }: NodeState, models: readonly string[]): number {
  let bytes = 0;
  for (const model of models) {
    bytes += facts.resident.get(model)?.vramBytes || facts.models.get(model)?.sizeBytes || 0;
  }
  return bytes;
}

import { decodeRate, prefillRate, slowDown } from "./learned-rates.ts";
import type { Copy, NodeState, Sent, World } from "./world.ts";

/** What a request is expected to take on a PC: milliseconds from sending to its first token, and in all. */
export interface Predicted {
  readonly firstTokenMs: number;
  readonly serviceMs: number;
}

/** @param streams requests at work there, this one among them */
export function predict(
  world: World,
  { node, model, streams }: { node: NodeState; model: string; streams: number },
  { promptTokens, answerTokens, isPrefixHit }: { promptTokens: number; answerTokens: number; isPrefixHit: boolean },
): Predicted {
  const sizeBytes = node.facts.models.get(model)?.sizeBytes;
  const tokens = isPrefixHit ? promptTokens * (1 - world.tuning.prefixSaves) : promptTokens;
  const slow = slowDown(world.rates, streams);
  const firstTokenMs = (1000 * tokens * slow) / prefillRate(world.rates, node.name, model, sizeBytes);
  const decodeMs = (1000 * answerTokens * slow) / decodeRate(world.rates, node.name, model, sizeBytes);
  return { firstTokenMs, serviceMs: firstTokenMs + decodeMs };
}

export function holdsPrefix(copy: Copy, affinity: string | undefined): boolean {
  return affinity !== undefined && copy.affinities.includes(affinity);
}

/** What is left of a request that runs; one that takes longer than predicted is believed to go on for a while. */
export function restMs(sent: Sent, nowMs: number): number {
  const passedMs = nowMs - sent.sentMs;
  return Math.max(sent.serviceMs - passedMs, 0.35 * Math.max(sent.serviceMs, passedMs), 50);
}

/** When a slot of the copy is free: 0 now. */
export function freeInMs(copy: Copy, nowMs: number): number {
  if (copy.inFlight < copy.slots) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (const sent of copy.running) least = Math.min(least, restMs(sent, nowMs));
  return least;
}

import { countAnswer } from "./demand.ts";
import { learnAnswer, learnDecode, learnPrefill } from "./learned-rates.ts";
import type { Usage } from "./shapes.ts";
import { slotMissed, slotThere } from "./slots.ts";
import type { Sent, World } from "./world.ts";

/** What a request took on its PC; a phase that nobody knows is absent. */
interface Phases {
  readonly prefillMs?: number;
  readonly decodeMs?: number;
  /** Inside the PC, for a slot; absent: it was not told. */
  readonly waitedMs?: number;
  /** Requests at work beside it on average, itself counted. */
  readonly prefillStreams: number;
  readonly decodeStreams: number;
}

/** Learns from a request that is done. What its PC tells is believed where it fits what was seen from here. */
export function learnUsage(world: World, sent: Sent, usage: Usage, nowMs: number): void {
  const { node, copy, entry } = sent;
  const { model, share, promptTokens: estimated, comesWhole } = entry.request;
  const told = usage.answerTokens ?? 0;
  const answerTokens = told >= 0 && told < 1e6 ? told : 0;
  // Embeddings write nothing: that counts as one, the least there is.
  learnAnswer(world.rates, model, share, estimated, Math.max(1, answerTokens));
  countAnswer(copy.model.demand, answerTokens);
  const { prefillMs, decodeMs, waitedMs, ...streams } = comesWhole
    ? phasesOfWhole(sent, usage, nowMs)
    : phasesOf(sent, usage, nowMs);
  const firstMs = sent.firstTokenAtMs! - sent.sentMs;
  const isLate = sent.otherEndedMs !== undefined && !comesWhole;
  if (prefillMs !== undefined && !sent.isPrefixHit && !isLate && (usage.loadMs ?? 0) < 0.2 * Math.max(1, firstMs)) {
    const tokens = usage.promptTokens ?? estimated;
    const taken = { tokens, ms: Math.max(prefillMs, 0.01), streams: streams.prefillStreams };
    learnPrefill(world.rates, node.name, model, taken);
  }
  if (decodeMs !== undefined && decodeMs > 0) {
    const taken = { tokens: answerTokens, ms: decodeMs, streams: streams.decodeStreams };
    learnDecode(world.rates, node.name, model, taken);
  }
  if (waitedMs === undefined) return;
  const hadToWait = waitedMs > Math.max(300, 0.3 * (comesWhole ? sent.firstTokenMs : firstMs));
  if (hadToWait && (comesWhole || !sent.isSlotTry)) slotMissed(world, copy, nowMs, sent.isSlotTry);
  else if (comesWhole && sent.isSlotTry) slotThere(world, copy);
}

/** An answer in pieces: its first token parts the phases. */
function phasesOf(sent: Sent, usage: Usage, nowMs: number): Phases {
  const firstMs = sent.firstTokenAtMs! - sent.sentMs;
  const restMs = nowMs - sent.firstTokenAtMs!;
  const isHonest = fits(usage.decodeMs, restMs, 0.3) && fits(usage.prefillMs, firstMs, 0);
  const prefillMs = isHonest ? (usage.prefillMs ?? firstMs) : firstMs;
  const decodeMs = isHonest ? (usage.decodeMs ?? restMs) : restMs;
  return {
    prefillMs,
    decodeMs: restMs > 0 ? decodeMs : undefined,
    waitedMs: isHonest ? (usage.totalMs ?? 0) - (usage.loadMs ?? 0) - prefillMs - decodeMs : 0,
    prefillStreams: firstMs > 0 ? (sent.streamMsAtFirst - sent.streamMsAtSend) / firstMs : 1,
    decodeStreams: restMs > 0 ? (sent.node.streamMs - sent.streamMsAtFirst) / restMs : 1,
  };
}

/** An answer in one piece: only its PC knows the phases. One that writes nothing (vectors) has one phase. */
function phasesOfWhole(sent: Sent, usage: Usage, nowMs: number): Phases {
  const seenMs = nowMs - sent.sentMs;
  const streams = seenMs > 0 ? (sent.node.streamMs - sent.streamMsAtSend) / seenMs : 1;
  const both = { prefillStreams: streams, decodeStreams: streams };
  const { loadMs = 0, prefillMs, decodeMs, totalMs } = usage;
  if (prefillMs === undefined && decodeMs === undefined && !usage.answerTokens) {
    return { ...both, prefillMs: Math.max(0, seenMs - Math.min(loadMs, seenMs)) };
  }
  if (prefillMs === undefined || decodeMs === undefined || totalMs === undefined) return both;
  const waitedMs = totalMs - loadMs - prefillMs - decodeMs;
  const isHonest = fits(totalMs, seenMs, 0.3) && waitedMs >= -0.1 * totalMs - 50;
  return isHonest ? { ...both, prefillMs, decodeMs, waitedMs } : both;
}

function fits(toldMs: number | undefined, seenMs: number, least: number): boolean {
  return toldMs === undefined || (toldMs >= least * seenMs - 50 && toldMs <= 1.1 * seenMs + 50);
}

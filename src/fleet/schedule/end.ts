import { breakerFailure, breakerSuccess } from "./breaker.ts";
import { dropCopy, wake } from "./copies.ts";
import { allFailed } from "./hope.ts";
import { learnUsage } from "./learn-usage.ts";
import { enqueue } from "./queue.ts";
import { countStreams } from "./send.ts";
import type { Outcome } from "./shapes.ts";
import { learnSlots } from "./slots.ts";
import { placeSoon } from "./slow-loop.ts";
import type { Sent, World } from "./world.ts";

/** The first token came: learns whether there is a slot more, and how good the guess was. */
export function noteFirstToken(world: World, sent: Sent, nowMs: number): void {
  if (sent.firstTokenAtMs !== undefined) return;
  countStreams(sent.node, nowMs);
  sent.firstTokenAtMs = nowMs;
  sent.streamMsAtFirst = sent.node.streamMs;
  breakerSuccess(sent.node.breaker);
  sent.node.pauses = 0;
  const { guess, request } = sent.entry;
  if (request.comesWhole) {
    wake(world, sent.node);
    return;
  }
  const model = world.models.get(request.model);
  if (guess !== undefined && model !== undefined && guess.aboutMs > 5_000) {
    const ratio = Math.log(Math.max(100, nowMs - guess.atMs) / guess.aboutMs);
    model.guessError += 0.1 * Math.min(1, Math.max(-1, ratio));
    model.guessError = Math.min(1, Math.max(-1, model.guessError));
  }
  learnSlots(world, sent, nowMs);
  wake(world, sent.node);
}

/** Frees the slot, learns, and puts the request back if it may go elsewhere. */
export function endSent(world: World, sent: Sent, outcome: Outcome, nowMs: number): void {
  release(world, sent, nowMs);
  const { breaker } = sent.node;
  if (outcome.kind === "done") {
    if (sent.firstTokenAtMs === undefined) noteFirstToken(world, sent, nowMs);
    breakerSuccess(breaker);
    learnUsage(world, sent, outcome, nowMs);
  } else if (outcome.kind === "refused") breakerSuccess(breaker);
  else if (outcome.kind === "failed") fail(world, sent, outcome, nowMs);
  wake(world, sent.node);
}

function release(world: World, sent: Sent, nowMs: number): void {
  const { node, copy, entry } = sent;
  countStreams(node, nowMs);
  world.sent.delete(entry.request.id);
  copy.running.delete(sent);
  copy.inFlight -= 1;
  node.inFlight -= 1;
  copy.lastUsedMs = nowMs;
  if (entry.request.class === "batch") {
    copy.batchInFlight -= 1;
    node.batchInFlight -= 1;
  }
  for (const other of copy.running) {
    if (other.firstTokenAtMs === undefined) other.otherEndedMs ??= nowMs;
  }
  world.dirty.add(copy.model);
}

function fail(world: World, sent: Sent, outcome: Outcome & { kind: "failed" }, nowMs: number): void {
  const { node, entry, copy } = sent;
  const { fault, why, isBeforeFirstToken } = outcome;
  if (fault === "busy") {
    entry.attempts -= 1;
    pause(world, sent, nowMs);
  } else if (fault === "missing") {
    node.loadFailures.set(copy.model.name, { times: 1, untilMs: nowMs + world.tuning.loadBackoffMs, why });
    if (copy.inFlight === 0 && node.copies.get(copy.model.name) === copy) dropCopy(world, copy);
    else copy.state = "leaving";
  } else if (node.facts.health === "up") breakerFailure(node.breaker, nowMs, world.tuning);
  if (!isBeforeFirstToken || sent.firstTokenAtMs !== undefined) return;
  entry.lastFault = { fault, why };
  // A PC that is full, or known to be gone, may still serve it when it is back.
  const mayReturn = fault === "busy" || (fault === "unreachable" && node.facts.health !== "up");
  if (!mayReturn && !entry.failedOn.includes(node.name)) entry.failedOn = [...entry.failedOn, node.name].sort();
  if (entry.attempts >= world.tuning.attempts) {
    world.commands.push({ kind: "give-up", request: entry.request, reason: allFailed(entry) });
    return;
  }
  requeue(world, sent, nowMs);
}

function requeue(world: World, { entry }: Sent, nowMs: number): void {
  const model = world.models.get(entry.request.model)!;
  entry.guess = undefined;
  world.waiting.set(entry.request.id, entry);
  world.deadlines.push(entry);
  enqueue(model.queue, entry, world.weights.get(entry.request.share));
  world.dirty.add(model);
  if (model.copies.length === 0) placeSoon(world, nowMs);
}

function pause(world: World, { node }: Sent, nowMs: number): void {
  node.pausedUntilMs = Math.max(node.pausedUntilMs, nowMs + world.tuning.busyPauseMs * 2 ** Math.min(3, node.pauses));
  node.pauses += 1;
}

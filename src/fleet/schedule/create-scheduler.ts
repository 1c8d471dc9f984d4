import { bindModel } from "./bind.ts";
import { breakerTick } from "./breaker.ts";
import { modelOf, wake } from "./copies.ts";
import { countArrival } from "./demand.ts";
import { endSent, noteFirstToken } from "./end.ts";
import { endLoad, endUnload } from "./end-load.ts";
import { estimateWait } from "./estimate-wait.ts";
import { explainNow, lastDecisions } from "./explain.ts";
import { forgetUnheard } from "./forget-model.ts";
import { Heap } from "./heap.ts";
import { checkDeadlines, checkHope } from "./hope.ts";
import { answerTokensOf, noRates } from "./learned-rates.ts";
import { memoryOf, recall } from "./memory.ts";
import { loseNode, seeNode } from "./nodes.ts";
import { overviewOf } from "./overview.ts";
import { predict } from "./predict.ts";
import { dequeue, type Entry, enqueue, waitingIn } from "./queue.ts";
import type { Scheduler, SchedulerOptions } from "./scheduler.ts";
import type { Command, FleetRequest } from "./shapes.ts";
import { moveCopies, place, placeSoon } from "./slow-loop.ts";
import { TUNING } from "./tuning.ts";
import type { ModelState, World } from "./world.ts";

/** One scheduler for one fleet. See {@link Scheduler}. */
export function createScheduler(options: SchedulerOptions = {}): Scheduler {
  const world = newWorld(options);
  recall(options.memory, world.rates, world.slots);
  return {
    setNode: (facts, nowMs) => seeNode(world, facts, nowMs),
    removeNode: (name, nowMs) => removeNode(world, name, nowMs),
    add: (request, nowMs) => add(world, request, nowMs),
    cancel: (id, _nowMs) => cancel(world, id),
    firstToken: (id, nowMs) => {
      const sent = world.sent.get(id);
      if (sent !== undefined) noteFirstToken(world, sent, nowMs);
    },
    end: (id, outcome, nowMs) => {
      const sent = world.sent.get(id);
      if (sent !== undefined) endSent(world, sent, outcome, nowMs);
    },
    loadEnded: (node, model, result, nowMs) => endLoad(world, { node, model, ...result }, nowMs),
    unloadEnded: (node, model, nowMs) => endUnload(world, node, model, nowMs),
    step: (nowMs) => step(world, nowMs),
    nextAtMs: () => nextAtMs(world),
    estimate: (id, nowMs) => {
      const entry = world.waiting.get(id);
      return entry && estimateWait(world, entry, nowMs);
    },
    explain: (request, nowMs) => explainNow(world, request, nowMs, () => firstWait(world, request.model, nowMs)),
    decisions: () => lastDecisions(world),
    overview: (nowMs) => overviewOf(world, nowMs),
    memory: () => memoryOf(world.rates, world.slots),
  };
}

function newWorld(options: SchedulerOptions): World {
  return {
    tuning: { ...TUNING, ...options.tuning },
    placement: options.placement ?? {},
    rules: options.rules ?? new Map(),
    weights: options.weights ?? new Map(),
    keepAtMostS: (options.keepAtMostS ?? -1) < 0 ? Number.POSITIVE_INFINITY : options.keepAtMostS!,
    waitMs: options.waitMs ?? { interactive: 600_000, batch: 86_400_000 },
    nodes: new Map(),
    models: new Map(),
    waiting: new Map(),
    sent: new Map(),
    deadlines: new Heap<Entry>(
      (a, b) => a.deadlineMs < b.deadlineMs || (a.deadlineMs === b.deadlineMs && a.request.id < b.request.id),
      {
        get: (entry) => entry.deadlineAt,
        set: (entry, at) => {
          entry.deadlineAt = at;
        },
      },
    ),
    dirty: new Set(),
    commands: [],
    rates: noRates(),
    slots: new Map(),
    version: 0,
    placeAtMs: 0,
    placedMs: Number.NEGATIVE_INFINITY,
    tickAtMs: 0,
    decisions: [],
  };
}

function add(world: World, asked: FleetRequest, nowMs: number): void {
  const request = withUsualNumbers(asked);
  const model = modelOf(world, request.model, nowMs);
  const answerTokens = answerTokensOf(world.rates, request);
  const workMs = workOf(world, model, request.promptTokens, answerTokens);
  const entry: Entry = {
    request,
    arrivedMs: nowMs,
    key: nowMs + world.tuning.shortFirst * workMs,
    workMs,
    answerTokens,
    deadlineMs: request.deadlineMs ?? nowMs + world.waitMs[request.class],
    failedOn: [],
    attempts: 0,
    lane: undefined,
    heapAt: -1,
    deadlineAt: -1,
  };
  countArrival(model.demand, request, answerTokens, nowMs, world.tuning);
  world.waiting.set(request.id, entry);
  world.deadlines.push(entry);
  enqueue(model.queue, entry, world.weights.get(request.share));
  world.dirty.add(model);
  if (model.copies.length === 0) placeSoon(world, nowMs);
  else world.placeAtMs = Math.min(world.placeAtMs, Math.max(nowMs, world.placedMs + world.tuning.placeEveryMs));
}

/** Far above any context. */
const MOST_TOKENS = 1e8;

/** One number that is none would make the order of a whole queue senseless, for good. */
function withUsualNumbers(request: FleetRequest): FleetRequest {
  const { promptTokens, maxTokens, deadlineMs } = request;
  const isUsual = promptTokens >= 0 && promptTokens <= MOST_TOKENS;
  if (isUsual && !Number.isNaN(maxTokens) && !Number.isNaN(deadlineMs)) return request;
  return {
    ...request,
    promptTokens: promptTokens > 0 ? Math.min(promptTokens, MOST_TOKENS) : 0,
    maxTokens: Number.isNaN(maxTokens) ? undefined : maxTokens,
    deadlineMs: Number.isNaN(deadlineMs) ? undefined : deadlineMs,
  };
}

/** Predicted milliseconds, on a PC that has it in memory, else on a middling one. */
function workOf(world: World, model: ModelState, promptTokens: number, answerTokens: number): number {
  const node = model.copies[0]?.node ?? world.nodes.values().next().value;
  if (node === undefined) return answerTokens * 20 + promptTokens / 4;
  const work = { promptTokens, answerTokens, isPrefixHit: false };
  return Math.max(1, predict(world, { node, model: model.name, streams: 1 }, work).serviceMs);
}

function cancel(world: World, id: number): boolean {
  const entry = world.waiting.get(id);
  if (entry === undefined) return false;
  dequeue(world.models.get(entry.request.model)!.queue, entry);
  world.waiting.delete(id);
  world.deadlines.remove(entry);
  return true;
}

function step(world: World, nowMs: number): Command[] {
  for (const node of world.nodes.values()) {
    if (node.breaker.state === "open" && breakerTick(node.breaker, nowMs)) wake(world, node);
  }
  if (nowMs >= world.tickAtMs) tick(world, nowMs);
  checkDeadlines(world, nowMs);
  place(world, nowMs);
  for (const model of world.dirty) {
    checkHope(world, model, nowMs);
    bindModel(world, model, nowMs);
  }
  world.dirty.clear();
  moveCopies(world, nowMs);
  const { commands } = world;
  world.commands = [];
  return commands;
}

/** Once a second who waits is looked at without any report: pauses end, batch ages, slots are tried. */
function tick(world: World, nowMs: number): void {
  world.tickAtMs = nowMs + 1000;
  forgetUnheard(world);
  for (const model of world.models.values()) if (waitingIn(model.queue) > 0) world.dirty.add(model);
}

function nextAtMs(world: World): number | undefined {
  if (world.dirty.size > 0 || world.commands.length > 0) return 0;
  let next = Math.min(world.placeAtMs, world.deadlines.peek()?.deadlineMs ?? Number.POSITIVE_INFINITY);
  if (world.waiting.size > 0) next = Math.min(next, world.tickAtMs);
  for (const { breaker } of world.nodes.values()) {
    if (breaker.state === "open") next = Math.min(next, breaker.untilMs);
  }
  return Number.isFinite(next) ? next : undefined;
}

function removeNode(world: World, name: string, nowMs: number): void {
  const node = world.nodes.get(name);
  if (node === undefined) return;
  node.facts = { ...node.facts, health: "down" };
  loseNode(world, node, "it is no longer in the settings");
  world.nodes.delete(name);
  world.version += 1;
  for (const model of world.models.values()) world.dirty.add(model);
  placeSoon(world, nowMs);
}

/** What the last that waits for this model is told. */
function firstWait(world: World, name: string, nowMs: number) {
  let last: Entry | undefined;
  for (const entry of world.waiting.values()) if (entry.request.model === name) last = entry;
  return last && estimateWait(world, last, nowMs);
}

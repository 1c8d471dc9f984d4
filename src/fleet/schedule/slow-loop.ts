import { addCopy, dropCopy, modelOf } from "./copies.ts";
import { arrivalsPerS, interactiveShare } from "./demand.ts";
import { loadMsOf } from "./learned-rates.ts";
import { roomOf } from "./learned-room.ts";
import { planPlacement } from "./place.ts";
import type { ModelDemand, PlacementNode, PlacementPlan, PlacementView } from "./placement-shape.ts";
import { predict } from "./predict.ts";
import { entriesOf } from "./queue.ts";
import { keepAliveOf } from "./send.ts";
import type { ModelState, NodeState, World } from "./world.ts";

/** An unload that nobody has confirmed by then is asked for again. */
const ASK_AGAIN_MS = 30_000;

/** A load that keeps nothing would be an unload: the request that it is for must find the model. */
const LOAD_KEEPS_S = 30;

/** The slow loop: asks which copies should live where, when it is time, and starts what the plan says. */
export function place(world: World, nowMs: number): void {
  if (nowMs < world.placeAtMs) return;
  const demand = demandOf(world, nowMs);
  const isIdle = world.waiting.size + world.sent.size === 0;
  const everyMs = isIdle ? world.tuning.placeIdleMs : world.tuning.placeEveryMs;
  const isPinned = [...world.rules.values()].some((rules) => (rules.pinned?.length ?? 0) > 0);
  world.placeAtMs = demand.size > 0 || isPinned ? nowMs + everyMs : Number.POSITIVE_INFINITY;
  if (demand.size === 0 && !isPinned) return;
  world.placedMs = nowMs;
  carryOut(world, planPlacement(viewOf(world, demand, nowMs), world.placement), nowMs);
}

/** Asks the slow loop to look soon: at once, but not more often than the gap allows. */
export function placeSoon(world: World, nowMs: number): void {
  world.placeAtMs = Math.min(world.placeAtMs, Math.max(nowMs, world.placedMs + world.tuning.placeGapMs));
}

/** Loads whose room is free now are sent; copies that leave and are idle are dropped. */
export function moveCopies(world: World, nowMs: number): void {
  for (const node of world.nodes.values()) {
    for (const copy of node.copies.values()) {
      const isAskedLately = copy.isAsked && nowMs - copy.askedMs < ASK_AGAIN_MS;
      if (copy.state === "leaving" && copy.inFlight === 0 && !isAskedLately) {
        copy.isAsked = true;
        copy.askedMs = nowMs;
        world.commands.push({ kind: "unload", node: node.name, model: copy.model.name });
      }
      if (copy.state !== "loading" || copy.isAsked) continue;
      if (node.facts.health !== "up") dropCopy(world, copy);
      else if (isStale(node, copy.evict)) {
        dropCopy(world, copy);
        placeSoon(world, nowMs);
      } else if (mayLoadNow(node, copy.evict)) {
        copy.isAsked = true;
        copy.askedMs = nowMs;
        copy.keepS = Math.max(LOAD_KEEPS_S, keepAliveOf(world, copy));
        world.commands.push({ kind: "load", node: node.name, model: copy.model.name, keepAliveS: copy.keepS });
      }
    }
  }
}

/** Somebody has brought back what had to go for a load: it is planned anew. */
function isStale(node: NodeState, evict: readonly string[]): boolean {
  return evict.some((model) => {
    const state = node.copies.get(model)?.state;
    return state === "ready" || state === "foreign";
  });
}

/** One load at a time on a PC: Ollama works on one, and blocks the others behind it. */
function mayLoadNow(node: NodeState, evict: readonly string[]): boolean {
  for (const copy of node.copies.values()) {
    if (copy.state === "loading" && copy.isAsked) return false;
  }
  return !evict.some((model) => node.copies.has(model));
}

function carryOut(world: World, plan: PlacementPlan, nowMs: number): void {
  for (const node of world.nodes.values()) {
    const wants = plan.keep.get(node.name);
    const ranked = [...(wants ?? [])].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).map(([model]) => model);
    for (const copy of node.copies.values()) {
      copy.want = wants?.get(copy.model.name);
      copy.wantRank = Math.max(0, ranked.indexOf(copy.model.name));
      if (copy.want === undefined) continue;
      if (
        copy.state === "foreign" ||
        (copy.state === "leaving" && !copy.isAsked && !mustLeave(node, copy.model.name))
      ) {
        copy.state = "ready";
        world.dirty.add(copy.model);
      }
    }
  }
  for (const load of plan.loads) {
    const node = world.nodes.get(load.node);
    if (node === undefined || node.copies.has(load.model)) continue;
    for (const model of load.evict) {
      const copy = node.copies.get(model);
      if (copy !== undefined && copy.state !== "loading") copy.state = "leaving";
    }
    const evict = load.evict.filter((model) => node.copies.has(model));
    const copy = addCopy(world, node, modelOf(world, load.model, nowMs), { state: "loading", nowMs, evict });
    copy.want = load.gainMs;
    copy.wantRank = Math.max(0, node.copies.size - 1);
  }
}

/** A load that waits for its room. */
function mustLeave(node: NodeState, model: string): boolean {
  for (const copy of node.copies.values()) if (copy.state === "loading" && copy.evict.includes(model)) return true;
  return false;
}

function viewOf(world: World, demand: ReadonlyMap<string, ModelDemand>, nowMs: number): PlacementView {
  return {
    nowMs,
    nodes: [...world.nodes.values()].map((node) => nodeOf(node, nowMs)),
    demand,
    rules: world.rules,
    contention: world.rates.contention,
    rates: (name, model) => {
      const node = world.nodes.get(name)!;
      const asked = demand.get(model);
      const work = { promptTokens: asked?.promptTokens ?? 500, answerTokens: asked?.answerTokens ?? 200 };
      const sizeBytes = node.facts.models.get(model)?.sizeBytes;
      return {
        serviceMs: predict(world, { node, model, streams: 1 }, { ...work, isPrefixHit: false }).serviceMs,
        loadMs: loadMsOf(world.rates, name, model, sizeBytes),
      };
    },
  };
}

function nodeOf(node: NodeState, nowMs: number): PlacementNode {
  const { facts } = node;
  const room = roomOf(node);
  // What was only learned keeps nobody out: a model that is larger takes all of it, and the rest lies outside.
  const mostBytes =
    facts.vramBytes === undefined ? (room.vramBytes ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const models = new Map<string, number>();
  for (const [name, model] of facts.models) {
    const failure = node.loadFailures.get(name);
    if (failure !== undefined && nowMs < failure.untilMs) continue;
    models.set(name, Math.min(mostBytes, facts.resident.get(name)?.vramBytes || model.sizeBytes || 0));
  }
  return {
    name: node.name,
    isUsable: facts.health === "up" && !facts.isDrained && node.breaker.state !== "open",
    ...room,
    labels: facts.labels,
    taints: facts.taints,
    models,
    copies: [...node.copies.values()].map(({ model, state, sinceMs, lastUsedMs, inFlight, slots }) => ({
      model: model.name,
      state,
      sinceMs,
      lastUsedMs,
      inFlight,
      slots,
    })),
  };
}

function demandOf(world: World, nowMs: number): Map<string, ModelDemand> {
  const demand = new Map<string, ModelDemand>();
  const batchMost = batchBacklogMost(world, nowMs);
  for (const model of world.models.values()) {
    const waiting = model.queue.interactive.waiting + Math.min(model.queue.batch.waiting, batchMost);
    const perS = arrivalsPerS(model.demand, nowMs, world.tuning);
    const isPinned = (world.rules.get(model.name)?.pinned?.length ?? 0) > 0;
    if (waiting === 0 && perS < 1e-4 && !isPinned) continue;
    demand.set(model.name, {
      arrivalsPerS: perS,
      interactiveShare: interactiveShare(model.demand),
      waiting,
      waitingInteractive: model.queue.interactive.waiting,
      oldestWaitMs: waiting === 0 ? 0 : nowMs - oldest(model),
      promptTokens: model.demand.promptTokens || 500,
      answerTokens: model.demand.answerTokens || 200,
    });
  }
  for (const [name, rules] of world.rules) {
    if ((rules.pinned?.length ?? 0) === 0 || demand.has(name)) continue;
    const none = { arrivalsPerS: 0, interactiveShare: 1, waiting: 0, oldestWaitMs: 0 };
    demand.set(name, { ...none, promptTokens: 500, answerTokens: 200 });
  }
  return demand;
}

/** However long the queue of batch grows, it must not push out what people at screens need. */
function batchBacklogMost(world: World, nowMs: number): number {
  const { interactiveForMs, batchBacklog } = world.tuning;
  for (const { demand } of world.models.values()) {
    if (nowMs - demand.interactiveAtMs <= interactiveForMs) return batchBacklog;
  }
  return Number.POSITIVE_INFINITY;
}

function oldest(model: ModelState): number {
  let least = Number.POSITIVE_INFINITY;
  for (const entry of entriesOf(model.queue)) least = Math.min(least, entry.arrivedMs);
  return least;
}

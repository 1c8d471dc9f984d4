import { arrivalsPerS } from "./demand.ts";
import { answerTokensOf, loadMsOf, slowDown } from "./learned-rates.ts";
import { predict, restMs } from "./predict.ts";
import { type Entry, entriesOf, isBefore, waitingIn } from "./queue.ts";
import type { WaitEstimate } from "./shapes.ts";
import type { Copy, Forecast, ModelState, Start, World } from "./world.ts";

/** While no more wait, each newcomer has the queue played afresh. */
const SHORT_QUEUE = 50;

/** An honest guess at when a waiting request gets its first token: its model's queue played forward. */
export function estimateWait(world: World, entry: Entry, nowMs: number): WaitEstimate {
  const model = world.models.get(entry.request.model)!;
  const usable = model.copies.filter((copy) => copy.node.facts.health === "up" && copy.state !== "leaving");
  const start = startOf(forecastOf(world, model, { entry, usable, nowMs }), entry);
  const ahead = start?.ahead ?? waitingIn(model.queue) - 1;
  const isAnyUp = [...world.nodes.values()].some((node) => node.facts.health === "up" && !node.facts.isDrained);
  if (!isAnyUp) return { ahead, why: "no-pc" };
  const ready = usable.filter((copy) => copy.state !== "loading");
  const loading = usable.find((copy) => copy.state === "loading");
  const aboutMs = start === undefined || !Number.isFinite(start.atMs) ? undefined : aboutOf(model, start.atMs - nowMs);
  if (aboutMs !== undefined) entry.guess ??= { atMs: nowMs, aboutMs };
  if (ready.length === 0 && loading !== undefined) return { aboutMs, ahead, why: "loading", node: loading.node.name };
  return { aboutMs, ahead, why: "busy" };
}

/** Played afresh when it is old; for each that comes only while few wait, since a long queue costs as much each time. */
function forecastOf(
  world: World,
  model: ModelState,
  { entry, usable, nowMs }: { entry: Entry; usable: readonly Copy[]; nowMs: number },
): Forecast {
  const { forecast } = model;
  const isOld = forecast === undefined || nowMs - forecast.atMs > world.tuning.estimateMs;
  if (!isOld && (forecast.starts.has(entry.request.id) || forecast.order.length > SHORT_QUEUE)) return forecast;
  const order = inOrder(model, nowMs, world);
  model.forecast = { atMs: nowMs, order, starts: playForward(world, model, { order, copies: usable, nowMs }) };
  return model.forecast;
}

/** Its own start; of one that came since, that of the last that goes before it. */
function startOf({ order, starts }: Forecast, entry: Entry): Start | undefined {
  const own = starts.get(entry.request.id);
  if (own !== undefined) return own;
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const { request } = order[at]!;
    const isSameClass = request.class === entry.request.class;
    const isFirst = isSameClass ? isBefore(order[at]!, entry) : request.class === "interactive";
    if (isFirst) return { atMs: starts.get(request.id)!.atMs, ahead: at + 1 };
  }
  return order[0] && { atMs: starts.get(order[0].request.id)!.atMs, ahead: 0 };
}

function aboutOf(model: ModelState, plainMs: number): number {
  return Math.max(100, plainMs) * Math.exp(model.guessError);
}

/** When a load that was sent, or waits for room, will be over. */
function loadRestMs(world: World, copy: Copy, nowMs: number): number {
  const sizeBytes = copy.node.facts.models.get(copy.model.name)?.sizeBytes;
  const loadMs = loadMsOf(world.rates, copy.node.name, copy.model.name, sizeBytes);
  if (copy.isAsked) return Math.max(loadMs - (nowMs - copy.askedMs), 0.1 * loadMs);
  let roomMs = 0;
  for (const name of copy.evict) {
    for (const sent of copy.node.copies.get(name)?.running ?? []) roomMs = Math.max(roomMs, restMs(sent, nowMs));
  }
  return roomMs + loadMs;
}

/** Gives each waiting request of the model, in its order, the slot that is free first. */
function playForward(
  world: World,
  model: ModelState,
  { order, copies, nowMs }: { order: readonly Entry[]; copies: readonly Copy[]; nowMs: number },
): Map<number, Start> {
  const slots: { freeMs: number; copy: Copy }[] = [];
  for (const copy of copies) {
    const rests = [...copy.running].map((sent) => restMs(sent, nowMs)).sort((a, b) => a - b);
    const fromMs = nowMs + (copy.state === "loading" ? loadRestMs(world, copy, nowMs) : 0);
    for (let slot = 0; slot < copy.slots; slot += 1) {
      slots.push({ freeMs: fromMs + (slot < rests.length ? rests[slot]! : 0), copy });
    }
  }
  const starts = new Map<number, Start>();
  let ahead = 0;
  const longer = meanOverMiddle(world, model);
  const coming = comingOf(world, model, nowMs);
  for (const entry of order) {
    const slot = slots.reduce<(typeof slots)[number] | undefined>(
      (a, b) => (a && a.freeMs <= b.freeMs ? a : b),
      undefined,
    );
    if (slot === undefined) starts.set(entry.request.id, { atMs: Number.POSITIVE_INFINITY, ahead });
    else {
      const { copy } = slot;
      const answerTokens = entry.answerTokens * longer;
      const work = { promptTokens: entry.request.promptTokens, answerTokens, isPrefixHit: false };
      const streams = Math.max(copy.slots, copy.node.inFlight);
      const { firstTokenMs, serviceMs } = predict(world, { node: copy.node, model: model.name, streams }, work);
      const at = { waitMs: slot.freeMs - nowMs, aheadMs: entry.key - nowMs, streams };
      const laterMs = overtakenMs(world, coming, at) / slots.length;
      starts.set(entry.request.id, { atMs: slot.freeMs + laterMs + firstTokenMs, ahead });
      slot.freeMs += serviceMs;
    }
    ahead += 1;
  }
  return starts;
}

/** What is still to come for a model: requests a millisecond, and the mean work of one alone on a PC. */
function comingOf(world: World, model: ModelState, nowMs: number) {
  const node = model.copies[0]?.node;
  if (node === undefined) return { perMs: 0, meanMs: 1 };
  const { promptTokens, answerTokens } = model.demand;
  const work = { promptTokens, answerTokens, isPrefixHit: false };
  const { serviceMs } = predict(world, { node, model: model.name, streams: 1 }, work);
  return { perMs: arrivalsPerS(model.demand, nowMs, world.tuning) / 1000, meanMs: Math.max(1, serviceMs) };
}

/** Work of those who will come and, being shorter, go first: arrivals as they are, lengths exponential. */
function overtakenMs(
  world: World,
  { perMs, meanMs }: { perMs: number; meanMs: number },
  { waitMs, aheadMs, streams }: { waitMs: number; aheadMs: number; streams: number },
): number {
  const spanMs = Math.min(waitMs, aheadMs);
  if (spanMs <= 0 || perMs === 0) return 0;
  const reach = (aheadMs - spanMs / 2) / (Math.max(1e-3, world.tuning.shortFirst) * meanMs);
  return perMs * spanMs * meanMs * (1 - (1 + reach) * Math.exp(-reach)) * slowDown(world.rates, streams);
}

/** Guesses of single answers are of the middle one; the time that many take is made by the mean, which is longer. */
function meanOverMiddle(world: World, { name, demand }: ModelState): number {
  const middle = answerTokensOf(world.rates, { model: name, share: "", promptTokens: 0 });
  return Math.min(2, Math.max(1, demand.answerTokens / middle));
}

/** The order in which they will go, were nobody else to come: the fair queue played without touching it. */
function inOrder(model: ModelState, nowMs: number, world: World): Entry[] {
  const { batchAgesMs } = world.tuning;
  const rank = (entry: Entry) =>
    entry.request.class === "interactive" || nowMs - entry.arrivedMs > batchAgesMs ? 0 : 1;
  const byShare = new Map<string, Entry[]>();
  for (const entry of [...entriesOf(model.queue)].sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    const key = `${entry.request.class}\n${entry.request.share}`;
    const list = byShare.get(key);
    if (list === undefined) byShare.set(key, [entry]);
    else list.push(entry);
  }
  const tagged: { entry: Entry; rank: number; tag: number }[] = [];
  for (const list of byShare.values()) {
    const { class: kind, share: name } = list[0]!.request;
    const share = model.queue[kind].shares.get(name)!;
    let tag = share.tag;
    for (const entry of list) {
      tagged.push({ entry, rank: rank(entry), tag });
      tag += entry.workMs / share.weight;
    }
  }
  tagged.sort((a, b) => a.rank - b.rank || a.tag - b.tag || (isBefore(a.entry, b.entry) ? -1 : 1));
  return tagged.map((one) => one.entry);
}

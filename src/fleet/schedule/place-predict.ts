import type { PlacementOptions } from "./place-options.ts";
import type { Asked, Copy, Picture, PictureModel } from "./place-picture.ts";

/** Above this load the wait is not that of a steady queue any more: it grows with time. */
const STEADY = 0.99;
const ROUNDS = 3;

/** Settles the whole picture and prices every model. */
export function settleAll(picture: Picture, options: PlacementOptions): void {
  for (const node of picture.nodes) node.busy = node.copies.reduce((sum, copy) => sum + copy.busy, 0);
  settle(picture.models, options);
  settle(picture.models, options);
}

/**
 * Spreads the models' requests over their copies until the PCs' loads agree, then prices each model: the waiting of
 * all its requests over the horizon, in request-milliseconds. Models that are not named keep their part. Returns the sum.
 */
export function settle(models: readonly PictureModel[], options: PlacementOptions): number {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const model of models) spread(model, options);
  }
  let sum = 0;
  for (const model of models) {
    model.price = model.classes.reduce((price, asked) => price + asked.weight * priceOf(model, asked, options), 0);
    sum += model.price;
  }
  return sum;
}

/** The fastest copies first, as far as they are free (Erlang's loss formula); what is left goes where there is room. */
function spread(model: PictureModel, options: PlacementOptions): void {
  let left = model.all.perMs + model.all.backlog / options.horizonMs;
  let room = 0;
  for (const copy of model.copies) {
    copy.node.busy -= copy.busy;
    const others = copy.node.busy + (copy.busy * (copy.slots - 1)) / copy.slots;
    const ms = copy.serviceMs * slowness(1 + others, options);
    const offered = left * ms;
    copy.busy = offered * (1 - blocked(copy.slots, offered));
    copy.perMs = copy.busy / ms;
    left = Math.max(0, left - copy.perMs);
    room += (copy.slots - copy.busy) / ms;
  }
  const part = room > 0 ? Math.min(1, left / room) : 0;
  for (const copy of model.copies) {
    const ms = copy.busy > 0 ? copy.busy / copy.perMs : copy.serviceMs;
    copy.busy += (copy.slots - copy.busy) * part;
    copy.perMs = copy.busy / ms;
    copy.node.busy += copy.busy;
  }
}

/** The waiting of one class: what comes before it is left out, for it is served before it. */
function priceOf(model: PictureModel, asked: Asked, options: PlacementOptions): number {
  const { horizonMs } = options;
  let slots = 0;
  let perMs = 0;
  let served = 0;
  let firstMs = 0;
  for (const copy of model.copies) {
    const most = capacity(copy, options);
    slots += copy.slots;
    perMs += most;
    served += copy.perMs;
    firstMs += copy.busy;
  }
  const queued = queueArea(model, asked, options);
  if (slots === 0 || asked.perMs === 0) return queued;
  const comes = Math.min(asked.perMs, perMs);
  const waitMs = steadyWaitMs(comes, slots, perMs, options);
  const first = served > 0 ? (options.firstTokenShare * firstMs) / served : 0;
  return queued + horizonMs * (comes * waitMs + asked.perMs * first);
}

/**
 * Mean wait in a queue with several servers (Sakasegawa's approximation of the Erlang formula, times the variability),
 * bounded by what a queue that starts empty can grow to within the horizon: near saturation the steady state is far off.
 */
function steadyWaitMs(comes: number, slots: number, perMs: number, options: PlacementOptions): number {
  const load = Math.min(STEADY, comes / perMs);
  const steady = (options.variability * load ** (Math.sqrt(2 * (slots + 1)) - 1)) / (perMs * (1 - load));
  const grown = ((2 / 3) * Math.sqrt((4 / Math.PI) * options.variability * comes * options.horizonMs)) / perMs;
  return (steady * grown) / (steady + grown);
}

/**
 * The waiting of what waits now and of what comes faster than it is served: a fluid queue over the horizon, served by
 * each copy from when it is ready.
 */
function queueArea(model: PictureModel, asked: Asked, options: PlacementOptions): number {
  const { horizonMs } = options;
  const copies = model.copies.length > 1 ? [...model.copies].sort((a, b) => a.readyInMs - b.readyInMs) : model.copies;
  let queue = asked.backlog;
  let area = 0;
  let atMs = 0;
  let perMs = 0;
  for (let index = 0; index <= copies.length && atMs < horizonMs; index += 1) {
    const copy = copies[index];
    const untilMs = Math.min(horizonMs, copy?.readyInMs ?? horizonMs);
    if (untilMs > atMs) {
      const grows = asked.perMs - perMs * STEADY;
      const lengthMs = grows < 0 ? Math.min(untilMs - atMs, queue / -grows) : untilMs - atMs;
      area += queue * lengthMs + (grows * lengthMs * lengthMs) / 2;
      queue = Math.max(0, queue + grows * lengthMs);
      if (lengthMs < untilMs - atMs) queue = 0;
      atMs = untilMs;
    }
    if (copy !== undefined) perMs += capacity(copy, options);
  }
  return area + options.leftOver * horizonMs * queue;
}

/** Requests a millisecond when all its slots are taken, beside what else the PC writes. */
function capacity(copy: Copy, options: PlacementOptions): number {
  const others = Math.max(0, copy.node.busy - copy.busy);
  return copy.slots / (copy.serviceMs * slowness(copy.slots + others, options));
}

function slowness(streams: number, options: PlacementOptions): number {
  return streams <= 1 ? 1 : streams ** options.contention;
}

/** Erlang's loss formula: the part of the offered work that finds all slots taken. */
function blocked(slots: number, offered: number): number {
  let inverse = 1;
  if (offered <= 0) return 0;
  for (let slot = 1; slot <= slots; slot += 1) inverse = 1 + (inverse * slot) / offered;
  return 1 / inverse;
}

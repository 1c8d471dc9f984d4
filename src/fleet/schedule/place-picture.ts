import { mayHold } from "./place-may-hold.ts";
import type { PlacementOptions } from "./place-options.ts";
import type { ModelDemand, PlacementCopy, PlacementNode, PlacementView } from "./placement-shape.ts";

/** The fleet as the search moves it about: copies hang on both their PC and their model. */
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly models: readonly PictureModel[];
}

export interface PictureNode {
  readonly at: number;
  readonly facts: PlacementNode;
  /** Copies that are there or will be. */
  readonly copies: Copy[];
  /** Copies that are there now, whatever the search does with them. */
  readonly there: Copy[];
  /** Models that leave: who comes waits until they are gone. */
  readonly leaving: readonly string[];
  /** Something is loading or leaving there: until that is done nothing else must go. */
  readonly isBusy: boolean;
  /** Answers being written there at once, as expected. */
  busy: number;
}

export interface PictureModel {
  readonly name: string;
  readonly demand: ModelDemand;
  readonly all: Asked;
  /** What each class waits for, with what that counts: interactive ones see only their own, the others see all. */
  readonly classes: readonly (Asked & { readonly weight: number })[];
  /** Fastest first. Only copies that are given work. */
  readonly copies: Copy[];
  /** Its part of the whole price, in request-milliseconds over the horizon. */
  price: number;
}

/** What is asked of a model. */
export interface Asked {
  /** Requests a millisecond. */
  readonly perMs: number;
  /** Waiting requests, as far as they count. */
  readonly backlog: number;
}

export interface Copy {
  readonly node: PictureNode;
  /** Absent for a model that nobody asks for. */
  readonly model: PictureModel | undefined;
  readonly name: string;
  readonly slots: number;
  readonly serviceMs: number;
  /** From now; nought: it serves. */
  readonly readyInMs: number;
  readonly sinceMs: number;
  readonly inFlight: number;
  readonly isPinned: boolean;
  /** With `isNew`: what went for it. */
  readonly evicted: readonly Copy[];
  /** Not there yet: it is this plan's own. */
  readonly isNew: boolean;
  /** This plan does not take it back: it is pinned, or for a model that had no other copy. */
  readonly isFirm: boolean;
  /** Slots in use, as expected. */
  busy: number;
  /** Requests a millisecond that it serves, as expected. */
  perMs: number;
}

/** Draws the picture of now. Models in the order of their names, so that the order of the view changes nothing. */
export function drawPicture(view: PlacementView, options: PlacementOptions): Picture {
  const served = new Set(view.nodes.flatMap((node) => node.copies.map((copy) => copy.model)));
  const models = [...view.demand]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, demand]) => drawModel(name, demand, served.has(name), options));
  const byName = new Map(models.map((model) => [model.name, model]));
  const nodes = [...view.nodes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((facts, at): PictureNode => {
      const leaving = facts.copies.filter((copy) => copy.state === "leaving").map((copy) => copy.model);
      const isBusy = leaving.length > 0 || facts.copies.some((copy) => copy.state === "loading");
      return { at, facts, copies: [], there: [], leaving, isBusy, busy: 0 };
    });
  for (const node of nodes) {
    for (const facts of node.facts.copies) {
      if (facts.state === "leaving") continue;
      const copy = drawCopy(view, node, facts, byName.get(facts.model));
      node.there.push(copy);
      place(copy);
    }
  }
  return { nodes, models };
}

/** Hangs a copy on its PC and, when it is given work, on its model. */
export function place(copy: Copy): void {
  copy.node.copies.push(copy);
  if (copy.model === undefined || copy.readyInMs === Number.POSITIVE_INFINITY) return;
  const { copies } = copy.model;
  const at = copies.findIndex((other) => isSlower(other, copy));
  copies.splice(at < 0 ? copies.length : at, 0, copy);
}

/** Takes a copy off both; the inverse of `place`. */
export function remove(copy: Copy): void {
  copy.node.copies.splice(copy.node.copies.indexOf(copy), 1);
  copy.node.busy -= copy.busy;
  copy.busy = 0;
  copy.perMs = 0;
  const at = copy.model?.copies.indexOf(copy) ?? -1;
  if (at >= 0) copy.model?.copies.splice(at, 1);
}

/** A copy that is not there yet, in the place of others: a PC loads one model after another, the first when it is idle. */
export function newCopy(
  view: PlacementView,
  { node, model, evict, isFirm }: { node: PictureNode; model: PictureModel; evict: readonly Copy[]; isFirm: boolean },
): Copy {
  const { serviceMs, loadMs } = view.rates(node.facts.name, model.name);
  let startMs = 0;
  for (const copy of evict) startMs = Math.max(startMs, copy.inFlight > 0 ? copy.serviceMs : 0);
  for (const copy of node.copies) if (Number.isFinite(copy.readyInMs)) startMs = Math.max(startMs, copy.readyInMs);
  const isPinnedHere = isPinned(view, node.facts.name, model.name);
  return {
    node,
    model,
    name: model.name,
    slots: slotsFor(view, node.facts, model),
    serviceMs,
    readyInMs: startMs + loadMs,
    sinceMs: view.nowMs,
    inFlight: 0,
    isPinned: isPinnedHere,
    evicted: evict,
    isNew: true,
    isFirm: isFirm || isPinnedHere,
    busy: 0,
    perMs: 0,
  };
}

function isSlower(a: Copy, b: Copy): boolean {
  return a.serviceMs > b.serviceMs || (a.serviceMs === b.serviceMs && a.node.at > b.node.at);
}

function drawModel(name: string, demand: ModelDemand, isServed: boolean, options: PlacementOptions): PictureModel {
  const perMs = demand.arrivalsPerS / 1000;
  const counts = isServed ? options.backlogWeight : 1;
  const waitingNow = demand.waitingInteractive ?? demand.waiting * demand.interactiveShare;
  const all = { perMs, backlog: counts * demand.waiting };
  const interactive = { perMs: perMs * demand.interactiveShare, backlog: counts * waitingNow, weight: 1 };
  const isMixed = demand.interactiveShare < 1 && interactive.perMs + interactive.backlog > 0;
  const batch = { ...all, weight: demand.interactiveShare < 1 ? options.batchWeight : 1 };
  return { name, demand, all, classes: isMixed ? [interactive, batch] : [batch], copies: [], price: 0 };
}

function drawCopy(view: PlacementView, node: PictureNode, copy: PlacementCopy, model: PictureModel | undefined): Copy {
  const { serviceMs, loadMs } = view.rates(node.facts.name, copy.model);
  const gives = mayHold(view, node.facts, copy.model);
  const restMs = copy.state === "loading" ? Math.max(0, loadMs - (view.nowMs - copy.sinceMs)) : 0;
  return {
    node,
    model,
    name: copy.model,
    slots: Math.max(1, copy.slots),
    serviceMs,
    readyInMs: gives ? restMs : Number.POSITIVE_INFINITY,
    sinceMs: copy.sinceMs,
    inFlight: copy.inFlight,
    isPinned: isPinned(view, node.facts.name, copy.model),
    evicted: [],
    isNew: false,
    isFirm: false,
    busy: 0,
    perMs: 0,
  };
}

function isPinned(view: PlacementView, node: string, model: string): boolean {
  return view.rules.get(model)?.pinned?.includes(node) === true;
}

/** What is known of the pair, else of the model elsewhere, else of the PC; else one. */
function slotsFor(view: PlacementView, node: PlacementNode, model: PictureModel): number {
  const known = view.slots?.(node.name, model.name) ?? view.rules.get(model.name)?.slots;
  if (known !== undefined) return Math.max(1, known);
  return Math.max(1, model.copies[0]?.slots ?? node.copies[0]?.slots ?? 1);
}

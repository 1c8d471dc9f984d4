import { mayHold } from "./place-may-hold.ts";
import type { PlacementOptions } from "./place-options.ts";
import type { Copy, Picture, PictureModel, PictureNode } from "./place-picture.ts";
import { bytesOf, fits } from "./place-room.ts";
import type { PlacementView } from "./placement-shape.ts";

/** A load that could be, with what must go for it. */
export interface Move {
  readonly node: PictureNode;
  readonly model: PictureModel;
  readonly evict: readonly Copy[];
  /** Copies that the PC has when the move is made: with another number it is another move. */
  readonly beside: number;
  readonly isForOrphan: boolean;
}

const SETS = 4;
const SUBSETS_OF = 6;

/** It waits and no copy serves it or is on its way. */
export function isOrphan(model: PictureModel): boolean {
  return model.demand.waiting > 0 && model.copies.length === 0;
}

/** Moves for one model, on its most promising PCs. */
export function movesFor(
  view: PlacementView,
  picture: Picture,
  model: PictureModel,
  options: PlacementOptions,
): Move[] {
  const found: { move: Move; rank: number }[] = [];
  const isForOrphan = isOrphan(model);
  for (const node of picture.nodes) {
    if (!mayHold(view, node.facts, model.name) || node.leaving.includes(model.name)) continue;
    if (node.copies.some((copy) => copy.name === model.name)) continue;
    const { serviceMs, loadMs } = view.rates(node.facts.name, model.name);
    const hardMs = Math.max(options.hardResidencyMs, options.hardLoads * loadMs);
    const residencyMs = isForOrphan ? hardMs : Math.max(options.minResidencyMs, hardMs);
    for (const evict of victimSets(node, model, (copy) => mayGo(copy, view.nowMs, residencyMs))) {
      const displaced = evict.reduce((sum, copy) => sum + copy.busy, 0);
      const move = { node, model, evict, beside: node.copies.length, isForOrphan };
      found.push({ move, rank: serviceMs * (1 + node.busy + 2 * displaced) + loadMs / 10 });
    }
  }
  found.sort((a, b) => a.rank - b.rank);
  return found.slice(0, options.maxNodes).map(({ move }) => move);
}

function mayGo(copy: Copy, nowMs: number, residencyMs: number): boolean {
  if (copy.node.isBusy && !copy.isNew) return false;
  return copy.isNew ? !copy.isFirm : nowMs - copy.sinceMs >= residencyMs;
}

/** The smallest sets of copies that leave room when they go, least used first; `[[]]` when there is room. */
export function victimSets(
  node: PictureNode,
  model: { readonly name: string },
  mayGo: (copy: Copy) => boolean,
): Copy[][] {
  const names = node.copies.map((copy) => copy.name);
  if (fits(node.facts, [...names, model.name])) return [[]];
  const loose = node.copies.filter((copy) => !copy.isPinned && mayGo(copy)).sort(byUse);
  if (loose.length > SUBSETS_OF) return leastUsed(node, model, loose);
  const sets: Copy[][] = [];
  for (const set of subsets(loose)) {
    if (sets.some((smaller) => smaller.every((copy) => set.includes(copy)))) continue;
    const stay = node.copies.filter((copy) => !set.includes(copy)).map((copy) => copy.name);
    if (fits(node.facts, [...stay, model.name])) sets.push(set);
  }
  return sets.slice(0, SETS);
}

/** With many small copies on one PC: the least used go until there is room. */
function leastUsed(node: PictureNode, model: { readonly name: string }, loose: readonly Copy[]): Copy[][] {
  const gone: Copy[] = [];
  for (const copy of loose) {
    gone.push(copy);
    const stay = node.copies.filter((other) => !gone.includes(other)).map((other) => other.name);
    if (fits(node.facts, [...stay, model.name])) return [gone];
  }
  return [];
}

/** All that are not empty, smaller ones first. */
function subsets(copies: readonly Copy[]): Copy[][] {
  const all: Copy[][] = [];
  for (let bits = 1; bits < 2 ** copies.length; bits += 1) all.push(copies.filter((_, at) => (bits >> at) & 1));
  return all.sort((a, b) => a.length - b.length || sumBusy(a) - sumBusy(b));
}

function byUse(a: Copy, b: Copy): number {
  return a.busy - b.busy || bytesOf(b.node.facts, b.name) - bytesOf(a.node.facts, a.name) || (a.name < b.name ? -1 : 1);
}

function sumBusy(copies: readonly Copy[]): number {
  return copies.reduce((sum, copy) => sum + copy.busy, 0);
}

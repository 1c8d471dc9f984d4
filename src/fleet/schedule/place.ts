import { PLACEMENT_OPTIONS, type PlacementOptions } from "./place-options.ts";
import { drawPicture, type Picture, type PictureNode } from "./place-picture.ts";
import { pinMoves } from "./place-pins.ts";
import { settleAll } from "./place-predict.ts";
import { fits } from "./place-room.ts";
import { searchMoves } from "./place-search.ts";
import type { PlacementLoad, PlacementPlan, PlacementView } from "./placement-shape.ts";

export type { PlacementOptions } from "./place-options.ts";

/**
 * Which copies should live where: predicts the waiting of every model's requests over a horizon, with the copies that
 * are there and with others, and takes the loads that pay for themselves, for what must go, and a margin more.
 *
 * Pure: the same view gives the same plan, whatever the order of its PCs and models. Where something is
 * loading or leaving nothing more is told to go. When nothing pays, `loads` is empty.
 */
export function planPlacement(view: PlacementView, options: Partial<PlacementOptions> = {}): PlacementPlan {
  const plain = { ...PLACEMENT_OPTIONS, ...options };
  const learned = view.contention === undefined ? undefined : plain.contentionPart * view.contention;
  const settings = { ...plain, contention: options.contention ?? learned ?? plain.contention };
  const picture = drawPicture(view, settings);
  const pinned = pinMoves(view, picture);
  settleAll(picture, settings);
  const { moves, tried } = searchMoves(view, picture, settings);
  const gains = new Map(moves.map((move) => [keyOf(move.node, move.model.name), move.gainMs]));
  for (const { node, model } of pinned) gains.set(keyOf(node, model.name), Number.MAX_SAFE_INTEGER);
  const loads = picture.nodes.flatMap((node) => loadsOf(node, gains));
  return { loads, keep: keepOf(view, picture), reasons: loads.map((load) => reason(load, view)), tried };
}

/**
 * What is to come to a PC, in the order in which it was decided. What was to go for it goes, and more only where it
 * needs the room; a later load waits for all that goes for those before it.
 */
function loadsOf(node: PictureNode, gains: ReadonlyMap<string, number>): PlacementLoad[] {
  const there = node.facts.copies.map((copy) => copy.model).filter((name) => !node.leaving.includes(name));
  const going = there.filter((name) => !node.copies.some((copy) => copy.name === name));
  const evict: string[] = [];
  const loads: PlacementLoad[] = [];
  for (const { name, evicted } of node.copies.filter((copy) => copy.isNew)) {
    const own = evicted.map((copy) => copy.name).filter((one) => going.includes(one));
    for (const one of [...own, ...going]) {
      const stay = there.filter((other) => !evict.includes(other));
      if (fits(node.facts, [...stay, ...loads.map((load) => load.model), name])) break;
      if (!evict.includes(one)) evict.push(one);
    }
    const gainMs = gains.get(keyOf(node, name)) ?? 1;
    loads.push({ node: node.facts.name, model: name, evict: [...node.leaving, ...evict], gainMs });
  }
  return loads;
}

/** How much a copy is wanted: the work it is expected to do, and how long it would take to load it again. */
function keepOf(view: PlacementView, picture: Picture): PlacementPlan["keep"] {
  const keep = new Map<string, ReadonlyMap<string, number>>();
  for (const node of picture.nodes) {
    const wanted = new Map<string, number>();
    for (const copy of node.copies) {
      if (copy.isNew || copy.readyInMs === Number.POSITIVE_INFINITY) continue;
      if (copy.isPinned) wanted.set(copy.name, Number.MAX_SAFE_INTEGER);
      else if (copy.perMs > 0) wanted.set(copy.name, copy.perMs * view.rates(node.facts.name, copy.name).loadMs);
    }
    keep.set(node.facts.name, wanted);
  }
  return keep;
}

function reason({ node, model, evict, gainMs }: PlacementLoad, view: PlacementView): string {
  const asked = view.demand.get(model);
  const why = `${(asked?.arrivalsPerS ?? 0).toFixed(2)} asked a second, ${asked?.waiting ?? 0} waiting`;
  const goes = evict.length === 0 ? "there is room" : `${evict.join(", ")} must go`;
  if (gainMs === Number.MAX_SAFE_INTEGER) return `${model} on ${node}: pinned in the settings; ${goes}`;
  return `${model} on ${node}: ${why}; saves about ${Math.round(gainMs / 1000)} s of waiting; ${goes}`;
}

function keyOf(node: PictureNode, model: string): string {
  return `${node.facts.name}\n${model}`;
}

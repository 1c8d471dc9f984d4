import { mayHold } from "./place-may-hold.ts";
import { victimSets } from "./place-moves.ts";
import { newCopy, type Picture, type PictureModel, type PictureNode, place, remove } from "./place-picture.ts";
import type { PlacementView } from "./placement-shape.ts";

export interface Pin {
  readonly node: PictureNode;
  readonly model: PictureModel;
}

/**
 * Loads that settings ask for: models pinned to a PC that does not hold them. What is not pinned makes room, however
 * young; where the pins of one PC do not fit together, the first by name win. One load a PC.
 */
export function pinMoves(view: PlacementView, picture: Picture): Pin[] {
  const moves: Pin[] = [];
  const taken = new Set<PictureNode>();
  for (const model of picture.models) {
    for (const node of pinnedNodes(view, picture, model)) {
      if (taken.has(node) || node.leaving.includes(model.name) || !mayHold(view, node.facts, model.name)) continue;
      if (node.copies.some((copy) => copy.name === model.name)) continue;
      const evict = victimSets(node, model, () => !node.isBusy)[0];
      if (evict === undefined) continue;
      for (const copy of evict) remove(copy);
      place(newCopy(view, { node, model, evict, isFirm: true }));
      taken.add(node);
      moves.push({ node, model });
    }
  }
  return moves;
}

function pinnedNodes(view: PlacementView, picture: Picture, model: PictureModel): PictureNode[] {
  const names = view.rules.get(model.name)?.pinned ?? [];
  return picture.nodes.filter((node) => names.includes(node.facts.name));
}

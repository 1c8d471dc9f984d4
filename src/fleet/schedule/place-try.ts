import type { Move } from "./place-moves.ts";
import type { PlacementOptions } from "./place-options.ts";
import { type Copy, newCopy, type Picture, type PictureModel, place, remove } from "./place-picture.ts";
import { settle } from "./place-predict.ts";
import type { PlacementView } from "./placement-shape.ts";

/** What a change of the picture saves and costs, over all models, in request-milliseconds over the horizon. */
export interface Balance {
  readonly benefitMs: number;
  readonly harmMs: number;
}

/** Every model's price as it is now, in the order of the picture. */
export function pricesOf(picture: Picture): readonly number[] {
  return picture.models.map((model) => model.price);
}

/** The change of every price since `before`. */
export function balanceSince(picture: Picture, before: readonly number[]): Balance {
  let benefitMs = 0;
  let harmMs = 0;
  picture.models.forEach((model, at) => {
    const saved = (before[at] ?? 0) - model.price;
    if (saved > 0) benefitMs += saved;
    else harmMs -= saved;
  });
  return { benefitMs, harmMs };
}

/**
 * Makes a move in the picture and prices the models of its PC anew; a copy that was to go and is wanted after all just
 * stays. Returns what undoes it; moves made one after another are undone last first.
 */
export function perform(
  view: PlacementView,
  { node, model, evict, isForOrphan }: Move,
  options: PlacementOptions,
): () => void {
  const models = [model];
  for (const copy of node.copies) {
    if (copy.model !== undefined && !models.includes(copy.model)) models.push(copy.model);
  }
  const restore = remember(models);
  for (const copy of evict) remove(copy);
  const stayed = node.there.find((copy) => copy.name === model.name);
  const added = stayed ?? newCopy(view, { node, model, evict, isFirm: isForOrphan });
  place(added);
  settle(models, options);
  return () => {
    remove(added);
    for (const copy of evict) place(copy);
    restore();
  };
}

function remember(models: readonly PictureModel[]): () => void {
  const prices = models.map((model) => model.price);
  const copies: [Copy, number, number][] = [];
  for (const model of models) {
    for (const copy of model.copies) copies.push([copy, copy.busy, copy.perMs]);
  }
  return () => {
    models.forEach((model, at) => {
      model.price = prices[at] ?? 0;
    });
    for (const [copy, busy, perMs] of copies) {
      copy.node.busy += busy - copy.busy;
      copy.busy = busy;
      copy.perMs = perMs;
    }
  };
}

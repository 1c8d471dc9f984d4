import { mayHold } from "./place-may-hold.ts";
import { PLACEMENT_OPTIONS, type PlacementOptions } from "./place-options.ts";
import { fits } from "./place-room.ts";
import type { ModelDemand, PlacementLoad, PlacementNode, PlacementPlan, PlacementView } from "./placement-shape.ts";

export type { PlacementOptions } from "./place-options.ts";

/** Which copies should live where. Pure: the same view gives the same plan. */
export function planPlacement(view: PlacementView, options: Partial<PlacementOptions> = {}): PlacementPlan {
  const opts = { ...PLACEMENT_OPTIONS, ...options };
  const loads: PlacementLoad[] = [];
  const reasons: string[] = [];
  const taken = new Set<string>();
  const models = [...view.demand].sort(
    ([a, x], [b, y]) => y.waiting - x.waiting || y.arrivalsPerS - x.arrivalsPerS || (a < b ? -1 : 1),
  );
  for (const [model, demand] of models) {
    const has = view.nodes.filter((n) => n.copies.some((c) => c.model === model && c.state !== "leaving")).length;
    if (has > 0 && !isShort(view, model, demand)) continue;
    const load = bestLoad(view, model, taken, has > 0, opts);
    if (load === undefined) continue;
    taken.add(load.node);
    loads.push(load);
    reasons.push(`${model} on ${load.node}: ${demand.waiting} waiting`);
  }
  return { loads, keep: keepAll(view), reasons };
}

function isShort(view: PlacementView, model: string, demand: ModelDemand): boolean {
  let perS = 0;
  for (const node of view.nodes) {
    for (const copy of node.copies) {
      if (copy.model === model && node.isUsable) perS += (copy.slots * 1000) / view.rates(node.name, model).serviceMs;
    }
  }
  return demand.arrivalsPerS > 0.5 * perS || demand.waiting > 0;
}

function bestLoad(
  view: PlacementView,
  model: string,
  taken: ReadonlySet<string>,
  onlyFree: boolean,
  opts: PlacementOptions,
) {
  let best: PlacementLoad | undefined;
  for (const node of view.nodes) {
    if (taken.has(node.name) || !mayHold(view, node, model)) continue;
    if (node.copies.some((c) => c.model === model || c.state === "loading" || c.state === "leaving")) continue;
    const evict = victims(view, node, model, onlyFree, opts);
    if (evict === undefined) continue;
    const { serviceMs, loadMs } = view.rates(node.name, model);
    const gainMs = 1e9 / (serviceMs + loadMs + evict.length * 60_000);
    if (best === undefined || gainMs > best.gainMs) best = { node: node.name, model, evict, gainMs };
  }
  return best;
}

function victims(view: PlacementView, node: PlacementNode, model: string, onlyFree: boolean, opts: PlacementOptions) {
  const stays = node.copies.map((c) => c.model);
  const evict: string[] = [];
  const byUse = [...node.copies].sort((a, b) => a.lastUsedMs - b.lastUsedMs);
  while (!fits(node, [...stays, model])) {
    const next = byUse.shift();
    if (next === undefined || (onlyFree && (view.demand.get(next.model)?.arrivalsPerS ?? 0) > 0)) return;
    if (view.nowMs - next.sinceMs < opts.hardResidencyMs || view.rules.get(next.model)?.pinned?.includes(node.name))
      continue;
    stays.splice(stays.indexOf(next.model), 1);
    evict.push(next.model);
  }
  return evict;
}

function keepAll(view: PlacementView): ReadonlyMap<string, ReadonlyMap<string, number>> {
  return new Map(
    view.nodes.map((n) => [
      n.name,
      new Map(n.copies.map((c) => [c.model, view.demand.get(c.model)?.arrivalsPerS ?? 0])),
    ]),
  );
}

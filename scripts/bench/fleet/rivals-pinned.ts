import type { BenchFleet } from "./pc-spec.ts";
import type { ModelPlan } from "./rivals-haproxy.ts";
import { HAND_PLAN } from "./simulate-rivals.ts";
import type { KnownPc } from "./systems.ts";

/**
 * Where the models live for the whole run, by model. For fleet-mini the best of all 5,489 plans that fit, found in the
 * simulation for the first mix of models; for PCs of somebody else a plain one: large models first, each on the PCs
 * with most room left.
 */
export function planByHand(fleet: BenchFleet): ModelPlan {
  const names = new Set(fleet.pcs.map(({ name }) => name));
  const isMini = Object.keys(HAND_PLAN).every((name) => names.has(name)) && names.size === 6;
  const byPc = isMini ? new Map(Object.entries(HAND_PLAN)) : plainPlan(fleet);
  const plan = new Map<string, string[]>();
  for (const [pc, models] of byPc) for (const model of models) plan.set(model, [...(plan.get(model) ?? []), pc]);
  return plan;
}

function plainPlan({ pcs, models }: BenchFleet): Map<string, string[]> {
  const plan = new Map(pcs.map(({ name }) => [name, [] as string[]]));
  const room = new Map(pcs.map(({ name, vramGB }) => [name, vramGB]));
  const fits = (pc: BenchFleet["pcs"][number], model: BenchFleet["models"][number]) =>
    pc.models.includes(model.name) &&
    !plan.get(pc.name)!.includes(model.name) &&
    room.get(pc.name)! >= model.sizeGB &&
    plan.get(pc.name)!.length < pc.maxLoaded;
  const bySize = [...models].sort((a, b) => b.sizeGB - a.sizeGB);
  for (let isPlaced = true; isPlaced; ) {
    isPlaced = false;
    for (const model of bySize) {
      const free = pcs.filter((pc) => fits(pc, model)).sort((a, b) => room.get(b.name)! - room.get(a.name)!);
      if (!free[0]) continue;
      plan.get(free[0].name)!.push(model.name);
      room.set(free[0].name, room.get(free[0].name)! - model.sizeGB);
      isPlaced = true;
    }
  }
  return plan;
}

/** Loads every planned model, for ever, before the first request. */
export async function preload(plan: ModelPlan, pcs: readonly KnownPc[]): Promise<void> {
  for (const [model, names] of plan) {
    await Promise.all(
      pcs.filter(({ name }) => names.includes(name)).map(({ port }) => loadForEver(`http://127.0.0.1:${port}`, model)),
    );
  }
}

async function loadForEver(url: string, model: string): Promise<void> {
  const response = await fetch(`${url}/api/generate`, {
    method: "POST",
    body: JSON.stringify({ model, keep_alive: -1, stream: false }),
  });
  if (!response.ok) throw new Error(`${url} did not load ${model}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

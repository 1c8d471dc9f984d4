import { solve } from "yalps";
import type { BenchFleet, BenchPc } from "./pc-spec.ts";

/** Work in seconds at speed 1, by model. */
export type WorkByModel = ReadonlyMap<string, number>;

/**
 * The least time (seconds) in which a fleet can do some work, whatever the policy: a linear program over all mixtures
 * of what the PCs can work on at once. A PC may hold any models that fit its memory, works on at most its slots of
 * each, shares its power by b^-0.4, and changes what it holds at no cost (so this is a bound, not a plan).
 */
export function leastSeconds(fleet: BenchFleet, work: WorkByModel): number {
  const wanted = [...work].filter(([, seconds]) => seconds > 0);
  if (wanted.length === 0) return 0;
  const variables = new Map<string, Record<string, number>>([["T", { T: 1, ...timeOf(fleet) }]]);
  for (const pc of fleet.pcs) {
    mixturesOf(pc, fleet).forEach((counts, index) => {
      const active = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const rates = [...counts].map(([model, count]) => [`work ${model}`, count * pc.speed * active ** -0.4]);
      variables.set(`${pc.name} ${index}`, { [`time ${pc.name}`]: 1, ...Object.fromEntries(rates) });
    });
  }
  const constraints = new Map<string, { min?: number; max?: number }>([
    ...fleet.pcs.map(({ name }) => [`time ${name}`, { max: 0 }] as const),
    ...wanted.map(([model, seconds]) => [`work ${model}`, { min: seconds }] as const),
  ]);
  const { status, result } = solve({ direction: "minimize", objective: "T", constraints, variables });
  if (status !== "optimal") throw new Error(`There is no way to do this work: ${wanted.map(([m]) => m)} (${status}).`);
  return result;
}

const timeOf = ({ pcs }: BenchFleet) => Object.fromEntries(pcs.map(({ name }) => [`time ${name}`, -1]));

/** Every number of answers for each model that a PC can work on at once. */
function mixturesOf(pc: BenchPc, { models }: BenchFleet): Map<string, number>[] {
  let found: Map<string, number>[] = [new Map()];
  for (const model of models.filter(({ name }) => pc.models.includes(name))) {
    const counts = Array.from({ length: model.isEmbedding ? 1 : pc.slots }, (_, index) => index + 1);
    found = [...found, ...found.flatMap((mixture) => counts.map((count) => new Map(mixture).set(model.name, count)))];
  }
  const sizeOf = new Map(models.map(({ name, sizeGB }) => [name, sizeGB]));
  return found.filter((mixture) => {
    const sizeGB = [...mixture.keys()].reduce((sum, name) => sum + sizeOf.get(name)!, 0);
    return mixture.size > 0 && mixture.size <= pc.maxLoaded && (mixture.size === 1 || sizeGB <= pc.vramGB);
  });
}

/** Work that a fleet does in a second at most, all PCs together, if it may choose what to do: seconds at speed 1. */
export function greatestPower(fleet: BenchFleet): number {
  return fleet.pcs.reduce((sum, pc) => {
    const most = Math.max(...mixturesOf(pc, fleet).map((m) => [...m.values()].reduce((all, count) => all + count, 0)));
    return sum + pc.speed * most ** 0.6;
  }, 0);
}

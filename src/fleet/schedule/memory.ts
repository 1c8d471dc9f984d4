import { z } from "zod";
import type { LearnedRates } from "./learned-rates.ts";
import type { LearnedSlots } from "./world.ts";

const Smoothed = z.object({ log: z.number().min(-30).max(30), seen: z.number().int().min(1) });
/** What cannot be read is left out: one odd value costs nothing but itself. */
const eachOf = <T extends z.ZodType>(shape: T) =>
  z.record(z.string(), z.unknown()).transform((values) => {
    const read = Object.entries(values).map(([key, value]) => [key, shape.safeParse(value).data] as const);
    const isFine = (one: readonly [string, unknown]) => one[1] !== undefined && one[0].length <= LONGEST_KEY;
    return Object.fromEntries(read.filter(isFine)) as Record<string, z.infer<T>>;
  });
/** A PC's, a model's and a share's name. */
const LONGEST_KEY = 1500;
const ByKey = eachOf(Smoothed);

const RATES = ["prefill", "decode", "modelPrefill", "modelDecode", "speed", "loadRate", "load", "answers"] as const;

const Memory = z.object({
  version: z.literal(1),
  rates: z.object(
    Object.fromEntries(RATES.map((name) => [name, ByKey])) as Record<(typeof RATES)[number], typeof ByKey>,
  ),
  contention: z.number().min(0).max(1),
  slots: eachOf(eachOf(z.number().int().min(1).max(64))),
});

/** What was learned, as JSON, to start with the next time. */
export function memoryOf(rates: LearnedRates, slots: LearnedSlots): unknown {
  return {
    version: 1,
    rates: Object.fromEntries(
      RATES.map((name) => [
        name,
        Object.fromEntries([...rates[name]].map(([key, { log, seen }]) => [key, { log, seen }])),
      ]),
    ),
    contention: rates.contention,
    slots: Object.fromEntries(
      [...slots].map(([node, models]) => [
        node,
        Object.fromEntries([...models].map(([model, learned]) => [model, learned.slots])),
      ]),
    ),
  };
}

/** Lays what `memoryOf` gave over what is there; anything else is ignored, and then nothing is known. */
export function recall(memory: unknown, rates: LearnedRates, slots: LearnedSlots): void {
  const read = Memory.safeParse(memory);
  if (!read.success) return;
  for (const name of RATES) {
    // What is long ago is outvoted by a few new values.
    for (const [key, { log, seen }] of Object.entries(read.data.rates[name])) {
      rates[name].set(key, { log, seen: Math.min(seen, 5) });
    }
  }
  rates.contention = read.data.contention;
  for (const [node, models] of Object.entries(read.data.slots)) {
    const learned = Object.entries(models).map(([model, count]) => {
      return [model, { slots: count, triedMs: Number.NEGATIVE_INFINITY, misses: 0 }] as const;
    });
    slots.set(node, new Map(learned));
  }
}

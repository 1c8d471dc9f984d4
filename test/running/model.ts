import fc from "fast-check";
import type { AccountId } from "../../core/domain/ids.ts";
import type { DecidedAction } from "../../core/planning/decide-plan.ts";
import { type CallEnd, type ModelWorld, type Mutant, modelWorld } from "./model-world.ts";
import { ana, ben, stranger } from "./world.ts";

export type Move = { readonly name: string; readonly run: (world: ModelWorld) => Promise<void> };

const index = fc.nat({ max: 5 });
const by = fc.constantFrom<AccountId>(ana, ana, ben, ben, stranger);
const isStale = fc.integer({ min: 0, max: 5 }).map((n) => n === 0);
const action = fc.constantFrom<DecidedAction>("cancel", "stop", "retry", "retry", "continue", "abandon");
const end = fc.constantFrom<CallEnd>(
  "done",
  "done",
  "done",
  "refused",
  "busy",
  "busy-for-long",
  "cut-off",
  "happened-cut-off",
);

const move = (name: string, run: Move["run"]): Move => ({ name, run });

const moves = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(index, fc.stringMatching(/^[sn]{1,3}$/))
      .map(([i, kinds]) => move(`propose ${kinds}`, (w) => w.propose(i, kinds))),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(index, by, fc.integer({ min: 0, max: 4 }))
      .map(([i, who, n]) => move(`confirm ${i} ${who}`, (w) => w.press(i, "confirm", { by: who, isStale: n === 0 }))),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(index, action, by, isStale)
      .map(([i, what, who, stale]) =>
        move(`${what} ${i} ${who}`, (w) => w.press(i, what, { by: who, isStale: stale })),
      ),
  },
  { weight: 10, arbitrary: fc.tuple(index, end).map(([i, how]) => move(`end ${i} ${how}`, (w) => w.endCall(i, how))) },
  { weight: 2, arbitrary: index.map((i) => move(`edit ${i}`, (w) => w.edit(i))) },
  { weight: 2, arbitrary: fc.constant(move("crash", (w) => w.crash())) },
  { weight: 2, arbitrary: fc.constant(move("zombie", (w) => w.zombie())) },
  { weight: 2, arbitrary: fc.constant(move("tend", (w) => w.tend())) },
  { weight: 1, arbitrary: fc.constant(move("shut down", (w) => w.shutDown())) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1_000, 6_000, 61_000, 3_700_000).map((ms) => move(`pass ${ms}`, (w) => w.pass(ms))),
  },
);

export interface Explored {
  readonly transitions: Set<string>;
  readonly sequences: number;
  readonly moves: number;
  readonly staleEnds: number;
  readonly failure?: string;
}

/** Random lives of Piloto. Stops at the first broken invariant, told in `failure` with the shortest way found there. */
export async function explore(options: { sequences: number; seed: number; mutant?: Mutant }): Promise<Explored> {
  const transitions = new Set<string>();
  let sequences = 0;
  let made = 0;
  let staleEnds = 0;
  const property = fc.asyncProperty(fc.array(moves, { minLength: 8, maxLength: 40 }), async (list) => {
    const world = await modelWorld(options.mutant);
    sequences += 1;
    try {
      await world.propose(0, "ns");
      for (const one of list) {
        await one.run(world);
        await world.check();
        made += 1;
      }
      await world.finish();
    } finally {
      for (const seen of world.transitions) transitions.add(seen);
      staleEnds += world.staleEnds;
      await world.close();
    }
  });
  const { sequences: numRuns, seed, mutant } = options;
  const details = await fc.check(property, { numRuns, seed, endOnFailure: mutant !== undefined });
  const way = details.counterexample?.[0].map((one) => one.name).join("; ");
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  const failure = details.failed ? `${cause} after: ${way}` : undefined;
  return { transitions, sequences, moves: made, staleEnds, failure };
}

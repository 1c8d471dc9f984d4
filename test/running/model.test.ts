import { expect, test } from "vitest";
import { RUN_TRANSITIONS } from "../../core/domain/plan-run.ts";
import { explore } from "./model.ts";

const everyTransition = Object.entries(RUN_TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from} -> ${to}`));

test("no random life of Piloto loses, repeats or hides anything, and every transition is seen", {
  timeout: 240_000,
}, async () => {
  const found = await explore({ sequences: 80, seed: 20_261_121 });
  expect(found.failure).toBeUndefined();
  expect([...found.transitions].sort()).toEqual(everyTransition.sort());
  expect(found.staleEnds).toBeGreaterThan(10);
  console.info(
    `${found.sequences} lives, ${found.moves} moves, ${found.staleEnds} answers to zombies, ${found.transitions.size} transitions`,
  );
});

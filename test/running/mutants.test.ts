import { describe, expect, test } from "vitest";
import { explore } from "./model.ts";
import { MUTANTS } from "./mutants.ts";

describe("a seeded bug is caught by the random lives", () => {
  test.each(MUTANTS.map((mutant) => ({ name: mutant.name, mutant })))(
    "$name",
    { timeout: 30_000 },
    async ({ mutant }) => {
      const { failure, sequences } = await explore({ sequences: 150, seed: 7, mutant });
      expect(failure, `${sequences} lives and nothing noticed`).toBeDefined();
    },
  );
});

test("there are at least twelve of them", () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(12);
});

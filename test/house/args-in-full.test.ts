import { expect, test } from "vitest";
import type { Plan, PlanStep } from "../../core/domain/plan.ts";
import { argsInFull } from "../../src/cli/args-in-full.ts";

const step = (number: number, text: string): PlanStep => ({
  number,
  title: "Post a notice",
  tool: "workshop POST /notices" as PlanStep["tool"],
  toolHash: "h",
  args: { body: { text } },
  risk: "write",
  replay: "never",
});

test("arguments that a card had to cut are shown whole by `runs show`, hazards written out", () => {
  const hidden = `${"x".repeat(2000)}\u202eEND`;
  const plan: Plan = { version: 1, goal: "g", steps: [step(1, "short"), step(2, hidden)] };
  const lines = argsInFull(plan);
  expect(lines).toEqual(["", "All arguments of step 2:", expect.stringMatching(/x{2000}\\u202eEND/)]);
});

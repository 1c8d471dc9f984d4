import fc from "fast-check";
import { expect, test } from "vitest";
import { asId, type ToolKey } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import { referencesIn } from "../../core/domain/references.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import { changePlan } from "../../core/planning/change-plan.ts";
import type { SingleChange } from "../../core/planning/decision.ts";
import { planDifference } from "../../core/planning/plan-difference.ts";
import { words } from "../../core/words/words.ts";

const say = words("en").planning.edit;

function plan(...args: JsonObject[]): Plan {
  const steps = args.map((one, at) => ({
    number: at + 1,
    title: `step ${at + 1}`,
    tool: asId<ToolKey>(`shop POST /${"abcdefgh"[at]}`),
    toolHash: "h",
    args: one,
    risk: "write" as const,
    replay: "never" as const,
  }));
  return { version: 1, goal: "g", steps };
}

const uses = (step: number): JsonObject => ({ body: { id: `{{steps.${step}.body.id}}` } });
const three = plan({}, { body: { n: 1 } }, uses(1));

test("dropping a step renumbers those behind it, references included", () => {
  const changed = changePlan(plan({}, {}, {}, uses(3)), { kind: "drop", step: 2 }, say);
  expect(
    changed.kind === "changed" && changed.plan.steps.map(({ number, tool, args }) => ({ number, tool, args })),
  ).toEqual([
    { number: 1, tool: "shop POST /a", args: {} },
    { number: 2, tool: "shop POST /c", args: {} },
    { number: 3, tool: "shop POST /d", args: uses(2) },
  ]);
});

test("a step whose result is used cannot be dropped, nor moved behind its user", () => {
  expect(changePlan(three, { kind: "drop", step: 1 }, say)).toEqual({ kind: "refused", why: say.isUsed(1, 3) });
  expect(changePlan(three, { kind: "move", step: 1, to: 3 }, say)).toEqual({
    kind: "refused",
    why: say.wouldComeLate(1, 3),
  });
});

test("the only step cannot be dropped, and a step that is not there cannot be edited", () => {
  expect(changePlan(plan({}), { kind: "drop", step: 1 }, say)).toEqual({ kind: "refused", why: say.lastStep });
  expect(changePlan(three, { kind: "drop", step: 4 }, say)).toEqual({ kind: "refused", why: say.noStep(4, 3) });
  expect(changePlan(three, { kind: "move", step: 1, to: 0 }, say)).toMatchObject({ kind: "refused" });
});

test("an argument is set in its place, and a place that is none is refused", () => {
  const changed = changePlan(three, { kind: "set", step: 2, path: ["body", "n"], value: 5 }, say);
  expect(changed.kind === "changed" && changed.plan.steps[1]?.args).toEqual({ body: { n: 5 } });
  expect(three.steps[1]?.args).toEqual({ body: { n: 1 } });
  for (const path of [[], ["body", "n", "deeper"], ["__proto__", "x"]]) {
    expect(changePlan(three, { kind: "set", step: 2, path, value: 5 }, say).kind, path.join(".")).toBe("refused");
  }
});

test("any order of drops and moves leaves every reference at the step it meant", () => {
  const edit = fc.oneof(
    fc.record({ kind: fc.constant("drop" as const), step: fc.integer({ min: 1, max: 7 }) }),
    fc.record({
      kind: fc.constant("move" as const),
      step: fc.integer({ min: 1, max: 7 }),
      to: fc.integer({ min: 1, max: 7 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      let now = plan({}, {}, uses(1), uses(2), uses(3), {}, uses(1));
      const meant = meanings(now);
      for (const one of edits) {
        const changed = changePlan(now, one, say);
        if (changed.kind === "changed") now = changed.plan;
      }
      for (const [user, used] of meanings(now)) expect(meant.get(user)).toBe(used);
      expect(now.steps.map(({ number }) => number)).toEqual(now.steps.map((_step, at) => at + 1));
    }),
  );
});

/** Which tool uses the result of which. */
function meanings({ steps }: Plan): Map<string, string> {
  return new Map(
    steps.flatMap((step) => {
      const [reference] = referencesIn(step.args).references;
      if (!reference) return [];
      expect(reference.step).toBeLessThan(step.number);
      return [[step.tool, steps[reference.step - 1]!.tool] as const];
    }),
  );
}

test("the difference between two revisions names what was dropped, moved and changed", () => {
  const set = changePlan(three, { kind: "set", step: 2, path: ["body", "n"], value: 5 }, say);
  expect(set.kind === "changed" && planDifference(three, set.plan, say)).toBe("step 2: body.n 1 → 5");
  const drop = changePlan(three, { kind: "drop", step: 2 }, say);
  expect(drop.kind === "changed" && planDifference(three, drop.plan, say)).toBe("step 2 dropped (shop POST /b)");
  const move = changePlan(three, { kind: "move", step: 3, to: 2 }, say);
  expect(move.kind === "changed" && planDifference(three, move.plan, say)).toMatch(/step 2 is now step 3/);
});

test("several edits of a form are one: numbers are those of the plan before, all or none", () => {
  const before = plan({ body: { n: 1 } }, {}, uses(1), uses(2), {});
  const changed = changePlan(
    before,
    {
      kind: "several",
      changes: [
        { kind: "drop", step: 2 },
        { kind: "drop", step: 4 },
        { kind: "move", step: 5, to: 1 },
        { kind: "set", step: 1, path: ["body", "n"], value: 7 },
        { kind: "set", step: 3, path: ["body", "note"], value: "{{steps.1.body.n}}" },
      ],
    },
    say,
  );
  const steps = changed.kind === "changed" ? changed.plan.steps : [];
  expect(steps.map(({ number, tool, args }) => ({ number, tool, args }))).toEqual([
    { number: 1, tool: "shop POST /e", args: {} },
    { number: 2, tool: "shop POST /a", args: { body: { n: 7 } } },
    { number: 3, tool: "shop POST /c", args: { body: { id: "{{steps.2.body.id}}", note: "{{steps.2.body.n}}" } } },
  ]);
  const refused = (...changes: SingleChange[]) => changePlan(before, { kind: "several", changes }, say);
  const fine = { kind: "drop", step: 5 } as const;
  expect(refused(fine, { kind: "drop", step: 2 })).toEqual({ kind: "refused", why: say.isUsed(2, 4) });
  expect(refused(fine, { kind: "drop", step: 9 })).toEqual({ kind: "refused", why: say.noStep(9, 5) });
  expect(refused(fine, { kind: "move", step: 1, to: 4 })).toEqual({ kind: "refused", why: say.wouldComeLate(1, 3) });
  const all = before.steps.map(({ number }) => ({ kind: "drop" as const, step: number }));
  expect(refused(...all)).toEqual({ kind: "refused", why: say.lastStep });
});

test("a form that gives every step a new place gets exactly that order", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), (places) => {
      const changes = places.map((to, at) => ({ kind: "move" as const, step: at + 1, to }));
      const changed = changePlan(plan({}, {}, {}, {}, {}, {}), { kind: "several", changes }, say);
      const tools = changed.kind === "changed" ? changed.plan.steps.map(({ tool }) => tool.at(-1)) : [];
      for (const [at, to] of places.entries()) expect(tools[to - 1]).toBe("abcdef"[at]);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editForm, leavesOf } from "../../bots/shared/edit-form.ts";
import { readEditForm } from "../../bots/shared/read-edit-form.ts";
import { editModal, readEditModal } from "../../bots/slack/show/edit-modal.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { Json, JsonObject } from "../../core/domain/result.ts";
import { exampleCard, examplePlan } from "../support/example-run.ts";
import { CASES, hostileCard, hostilePlan, shownRun } from "./hostile.ts";

const ROOM = { maxFields: 60, maxValue: 3_000, maxChoices: 100 };

/** What Slack sends back of a modal when nobody touched it, or with these texts instead. */
function submitted(view: ReturnType<typeof editModal>, typed: Record<string, string> = {}, dropped: string[] = []) {
  const values: Record<string, Record<string, unknown>> = {};
  for (const block of view.blocks) {
    if (block.type !== "input" || !("element" in block) || !block.block_id) continue;
    const { element } = block;
    const value =
      element.type === "multi_static_select"
        ? { type: element.type, selected_options: dropped.map((number) => ({ text: {}, value: number })) }
        : {
            type: element.type,
            value: typed[block.block_id] ?? ("initial_value" in element ? element.initial_value : null),
          };
    values[block.block_id] = { [block.block_id]: value };
  }
  return { ...view, id: "V1", state: { values } };
}

const withArgs = (args: JsonObject): Plan => ({ ...examplePlan, steps: [{ ...examplePlan.steps[0]!, args }] });
const read = (plan: Plan, entries: [string, string | string[]][]) => readEditForm(plan, new Map(entries), "en");
const set = (path: (string | number)[], value: Json, step = 1) => ({
  kind: "change",
  change: { kind: "several", changes: [{ kind: "set", step, path, value }] },
});

test("an edit form that nobody touched changes nothing, whatever the plan holds", () => {
  fc.assert(
    fc.property(hostilePlan, hostileCard, (plan, card) => {
      const back = readEditModal(submitted(editModal(shownRun(plan, card))));
      expect(back).toMatchObject({ runId: card.runId, revision: card.revision });
      expect(readEditForm(plan, back!.form, "en").kind).toBe("nothing");
    }),
    { numRuns: Math.ceil(CASES / 3), seed: 7 },
  );
});

test("a changed value comes back in its place and with its kind", () => {
  const view = editModal(shownRun(examplePlan, exampleCard()));
  const back = readEditModal(submitted(view, { "a.2.1": "300" }));
  expect(readEditForm(examplePlan, back!.form, "en")).toEqual(set(["body", "quantity"], 300, 2));
});

describe("a value keeps its kind", () => {
  test.each([
    ["text stays text, zeros and all", "M8", "007", "007"],
    ["a number is read as one", 4, "2.5", 2.5],
    ["yes is true", false, "yes", true],
    ["a reference may take a number's place", 4, "{{steps.1.body.n}}", "{{steps.1.body.n}}"],
    ["an empty list becomes a filled one", [], '["a"]', ["a"]],
    ["nothing becomes a text", null, "tomorrow", "tomorrow"],
    ["a text may become empty", "M8", "", ""],
  ] as [string, Json, string, Json][])("%s", (_name, old, typed, value) => {
    expect(read(withArgs({ body: { x: old } }), [["a.1.0", typed]])).toEqual(set(["body", "x"], value));
  });
});

describe("what cannot be kept is told at its field", () => {
  test.each([
    ["no number", 4, "four", "number"],
    ["a number of too many digits", 4, "12345678901234567890", "digits"],
    ["neither true nor false", true, "perhaps", "true or false"],
    ["no JSON", [], "[1,", "JSON"],
  ] as [string, Json, string, string][])("%s", (_name, old, typed, says) => {
    expect(read(withArgs({ body: { x: old } }), [["a.1.0", typed]])).toEqual({
      kind: "problems",
      problems: [{ field: "a.1.0", text: expect.stringContaining(says) }],
    });
  });

  test("the last step cannot be dropped, nor fields and words be changed at once", () => {
    expect(read(examplePlan, [["drop", ["1", "2"]]])).toMatchObject({
      kind: "problems",
      problems: [{ field: "drop" }],
    });
    expect(
      read(examplePlan, [
        ["a.2.1", "3"],
        ["words", "make it three"],
      ]),
    ).toMatchObject({
      kind: "problems",
      problems: [{ field: "words" }],
    });
  });
});

test("steps can be dropped, and what was changed in them goes with them", () => {
  expect(
    read(examplePlan, [
      ["drop", ["2"]],
      ["a.2.1", "3"],
    ]),
  ).toEqual({
    kind: "change",
    change: { kind: "several", changes: [{ kind: "drop", step: 2 }] },
  });
});

test("words alone are an edit in words", () => {
  expect(read(examplePlan, [["words", " make it 300 "]])).toEqual({
    kind: "change",
    change: { kind: "words", text: "make it 300" },
  });
});

test("where there are too many arguments, each step is one field of JSON", () => {
  const args = {
    path: { id: "M8" },
    body: Object.fromEntries(Array.from({ length: 80 }, (_none, at) => [`n${at}`, at])),
  };
  const plan = withArgs(args);
  const { fields } = editForm(plan, "en", ROOM);
  expect(fields.map(({ id }) => id)).toEqual(["j.1", "words"]);
  expect(leavesOf(plan.steps[0]!)).toHaveLength(81);
  const changed = JSON.stringify({ ...args, path: { id: "M10" } });
  expect(read(plan, [["j.1", changed]])).toEqual(set(["path"], { id: "M10" }));
  expect(read(plan, [["j.1", '{"path":{"id":"M8"}}']])).toMatchObject({ kind: "problems" });
});

test("hidden characters of a value are shown, and stay when nobody touches them", () => {
  const plan = withArgs({ body: { name: "safe\u202Eexe.txt" } });
  const [field] = editForm(plan, "en", ROOM).fields;
  expect(field).toMatchObject({ value: '"safe\\u202eexe.txt"' });
  expect(read(plan, [["a.1.0", '"safe\\u202eexe.txt"']]).kind).toBe("nothing");
});

test("a form of another Piloto, or none at all, is not read", () => {
  const view = submitted(editModal(shownRun(examplePlan, exampleCard())));
  expect(readEditModal({ ...view, callback_id: "piloto:other" })).toBeUndefined();
  expect(readEditModal({ ...view, private_metadata: "{}" })).toBeUndefined();
  expect(readEditModal("nonsense")).toBeUndefined();
});

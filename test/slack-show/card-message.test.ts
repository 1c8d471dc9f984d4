import { describe, expect, test } from "vitest";
import { actionId, actionValue, decodeAction } from "../../bots/slack/show/action-ids.ts";
import { cardMessage } from "../../bots/slack/show/card-message.ts";
import type { Card, CardStep } from "../../core/domain/card.ts";
import { asId, type RunId } from "../../core/domain/ids.ts";
import { shownText } from "../slack-post/shown-text.ts";
import { exampleCard } from "../support/example-run.ts";

const drawn = (card: Card, plan = true) => cardMessage(card, { plan });
const tasksOf = (card: Card) =>
  drawn(card).blocks.flatMap((block) => (block.type === "plan" && "tasks" in block ? (block.tasks ?? []) : []));
const buttonsOf = (card: Card) =>
  drawn(card).blocks.flatMap((block) => (block.type === "actions" && "elements" in block ? block.elements : []));
const withSteps = (count: number, change: (number: number) => Partial<CardStep> = () => ({})): Card => {
  const [first] = exampleCard().steps;
  const steps = Array.from({ length: count }, (_none, at) => ({ ...first!, number: at + 1, ...change(at + 1) }));
  return { ...exampleCard(), steps };
};

describe("a draft's card", () => {
  test("shows what would be touched in plain sight, beside the plan that can be folded", () => {
    const outside = drawn(exampleCard()).blocks.filter(({ type }) => type !== "plan");
    const text = shownText({ text: "", blocks: outside as never });
    expect(text).toContain(
      '2 · workshop PUT /parts/{id}/stock {"path":{"id":"{{steps.1.body.id}}"},"body":{"quantity":400}}',
    );
    expect(text).not.toContain("1 · workshop GET");
  });

  test("has the buttons that the state offers, Confirm first and Cancel in red", () => {
    const styles = buttonsOf(exampleCard()).map((button) => [
      ("action_id" in button && button.action_id) || "",
      "style" in button ? button.style : undefined,
    ]);
    expect(styles).toEqual([
      ["piloto:confirm", "primary"],
      ["piloto:edit", undefined],
      ["piloto:dry-run", undefined],
      ["piloto:cancel", "danger"],
    ]);
  });

  test("asks once more only where something is destroyed", () => {
    const asks = (card: Card) => buttonsOf(card).map((button) => "confirm" in button && button.confirm !== undefined);
    expect(asks(exampleCard())).toEqual([false, false, false, false]);
    expect(asks({ ...exampleCard(), risk: "destructive" })).toEqual([true, false, false, false]);
  });

  test("a new revision and a new state have a new block, so that old input does not linger", () => {
    const idOf = (card: Card) => drawn(card).blocks.find(({ type }) => type === "actions")?.block_id;
    const ids = [exampleCard(), { ...exampleCard(), revision: 2 }, { ...exampleCard(), state: "running" as const }].map(
      idOf,
    );
    expect(new Set(ids).size).toBe(3);
  });
});

test("a card that is over has no buttons", () => {
  expect(drawn({ ...exampleCard(), state: "done", buttons: [] }).blocks.some(({ type }) => type === "actions")).toBe(
    false,
  );
});

test("steps that were skipped, cancelled or lost say so, for Slack has no sign for them", () => {
  const states = ["done", "running", "error", "skipped", "cancelled", "unknown"] as const;
  const card = withSteps(6, (number) => ({ state: states[number - 1]!, title: "Do it" }));
  expect(tasksOf({ ...card, state: "error" }).map(({ status, title }) => [status, title])).toEqual([
    ["complete", "1 · Do it"],
    ["in_progress", "2 · Do it"],
    ["error", "3 · Do it"],
    ["pending", "4 · Do it · skipped"],
    ["pending", "5 · Do it · cancelled"],
    ["error", "6 · Do it · outcome unknown"],
  ]);
});

describe("a long plan", () => {
  test("of 50 steps is shown step by step", () => {
    expect(tasksOf(withSteps(50))).toHaveLength(50);
  });

  test("of 500 steps is shown around the step that is next, says so, and comes whole as a file", () => {
    const card = withSteps(500, (number) => ({ state: number < 300 ? "done" : "pending", title: `Step ${number}` }));
    const { blocks, files } = drawn({ ...card, state: "running" });
    const titles = tasksOf({ ...card, state: "running" }).map(({ title }) => String(title));
    expect(titles[0]).toContain("295 · ");
    expect(titles).toHaveLength(40);
    expect(shownText({ text: "", blocks: blocks as never })).toContain("Steps 295 to 334 of 500 are shown.");
    expect(files.map(({ name }) => name)).toEqual(["plan-3f9a2b71-1.txt"]);
    expect(files[0]?.text).toContain("500. Step 500 [read]");
  });

  test("whose arguments find no room is whole in the file, by the plan as it is stored", () => {
    const card = withSteps(30, () => ({ args: `{"text":"${"x".repeat(900)}"}` }));
    const args = { text: "y".repeat(5_000) };
    const plan = { version: 1, goal: "g", steps: card.steps.map((step) => ({ ...step, tool: "t", args })) } as never;
    const [file] = cardMessage(card, { plan: true }, plan).files;
    expect(file?.text.split("y".repeat(5_000))).toHaveLength(31);
  });
});

test("where plans are unknown, the same is there in plain text with signs", () => {
  const card = { ...exampleCard(), steps: exampleCard().steps.map((step) => ({ ...step, state: "done" as const })) };
  const { blocks } = drawn(card, false);
  const text = shownText({ text: "", blocks: blocks as never });
  expect(blocks.some(({ type }) => type === "plan")).toBe(false);
  for (const part of ["✓ 1 · Look up the part", "workshop GET /parts/{id}", '{"path":{"id":"M8"}}'])
    expect(text).toContain(part);
});

describe("what a button says", () => {
  const press = { action_id: "piloto:confirm", value: "run:with:colons-7:3" };
  test("is read back, ids with colons included", () => {
    const [runId, revision] = [asId<RunId>("run:with:colons-7"), 3];
    expect(actionValue({ runId, revision })).toBe(press.value);
    expect(decodeAction(press)).toEqual({ kind: "press", runId, revision, action: "confirm" });
  });

  test("which stop of a run it answers is read back", () => {
    const about = { runId: asId<RunId>("run-7"), revision: 2, fence: 41 };
    const value = actionValue(about);
    expect(decodeAction({ action_id: "piloto:retry", value })).toEqual({ kind: "press", action: "retry", ...about });
  });

  test.each([
    ["an action of another version", { action_id: "piloto:explode", value: "run:1" }],
    ["a value that nobody of this version wrote", { action_id: actionId("stop"), value: "v0|run" }],
    ["no value", { action_id: actionId("stop") }],
  ])("%s is known as Piloto's, and as unreadable", (_name, action) => {
    expect(decodeAction(action)).toEqual({ kind: "unknown", actionId: action.action_id });
  });

  test("somebody else's button is left alone", () => {
    expect(decodeAction({ action_id: "other", value: "run:1" })).toEqual({ kind: "foreign" });
    expect(decodeAction(null)).toEqual({ kind: "foreign" });
  });
});

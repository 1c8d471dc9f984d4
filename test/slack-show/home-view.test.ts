import { expect, test } from "vitest";
import { homeView } from "../../bots/slack/show/home-view.ts";
import type { Card } from "../../core/domain/card.ts";
import type { Overview } from "../../core/index.ts";
import { shownText } from "../slack-post/shown-text.ts";
import { exampleCard, exampleRun } from "../support/example-run.ts";

const nothing: Overview = { language: "en", isKnown: true, waiting: [], active: [], finished: [], nodes: [] };
const shown = (card: Card) => ({ run: exampleRun(), card });
const drawn = (change: Partial<Overview>) => homeView({ ...nothing, ...change }).blocks;
const textOf = (blocks: ReturnType<typeof drawn>) => shownText({ text: "", blocks: blocks as never });
const actionsOf = (blocks: ReturnType<typeof drawn>) =>
  blocks
    .flatMap((block) => (block.type === "actions" && "elements" in block ? block.elements : []))
    .map((element) => "action_id" in element && element.action_id);

test("what waits for me shows its calls and can be confirmed from the home page", () => {
  const blocks = drawn({ waiting: [shown(exampleCard())] });
  expect(textOf(blocks)).toContain(
    '2 · workshop PUT /parts/{id}/stock {"path":{"id":"{{steps.1.body.id}}"},"body":{"quantity":400}}',
  );
  expect(actionsOf(blocks)).toContain("piloto:confirm");
});

test("a plan that is not wholly in sight there cannot be confirmed there", () => {
  const [step] = exampleCard().steps;
  const long = { ...exampleCard(), steps: [{ ...step!, args: `{"text":"${"x".repeat(900)}"}` }] };
  const many = { ...exampleCard(), steps: Array.from({ length: 9 }, (_none, at) => ({ ...step!, number: at + 1 })) };
  for (const card of [long, many]) {
    const actions = actionsOf(drawn({ waiting: [shown(card)] }));
    expect(actions).not.toContain("piloto:confirm");
    expect(actions).toContain("piloto:cancel");
  }
});

test("an idle home page says so, in the person's language", () => {
  expect(textOf(drawn({ language: "es" }))).toContain("Ningún plan espera tu decisión.");
});

test("a stranger is told that Piloto does not know them, and nothing else", () => {
  const text = textOf(drawn({ isKnown: false, waiting: [shown(exampleCard())] }));
  expect(text).toContain("I do not know you");
  expect(text).not.toContain("M8");
});

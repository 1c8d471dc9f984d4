import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPressId, writePressId } from "../../bots/discord/show/component-ids.ts";
import { drawCard, drawMovedCard } from "../../bots/discord/show/draw-card.ts";
import { drawEdit, drawReason, drawStepEdit, drawTyped, isTypedWord } from "../../bots/discord/show/draw-forms.ts";
import { drawSay } from "../../bots/discord/show/draw-say.ts";
import { escapeText, escapeWithin, insideCode } from "../../bots/discord/show/escape-text.ts";
import { type Component, type Drawn, marked } from "../../bots/discord/show/message-body.ts";
import { asId } from "../../core/domain/ids.ts";
import { PRESS_ACTIONS } from "../../core/domain/plan-run.ts";
import { problemsIn } from "../support/discord-server/body-judge.ts";
import { exampleCard } from "../support/example-run.ts";
import { anyCard, anyPlan, CASES, hostileText } from "./hostile.ts";

const SEND = "POST /channels/{channel_id}/messages";
const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const EDIT = "PATCH /channels/{channel_id}/messages/{message_id}";

/** All that a person reads in a message. */
function texts(components: readonly Component[]): string[] {
  return components.flatMap((component) => [
    ...(typeof component.content === "string" ? [component.content] : []),
    ...texts(component.components ?? []),
  ]);
}

/** What Discord would read as a mention or a command link, wherever it stands in a text. */
const LOUD = /@everyone|@here|<@[!&]?\d+>|<#\d+>|<\/[^>]*:\d+>|<id:\w+>|<t:\d+/i;

function expectGood(drawn: Drawn): void {
  const body = { ...marked(drawn, 77).body, tts: false, nonce: "n", enforce_nonce: true };
  expect(problemsIn(SEND, body)).toEqual([]);
  const { nonce: _, enforce_nonce: __, tts: ___, ...edit } = body;
  expect(problemsIn(EDIT, edit, { componentsV2: true })).toEqual([]);
  expect(drawn.body.allowed_mentions.parse).toEqual([]);
  for (const text of texts(drawn.body.components)) expect(text).not.toMatch(LOUD);
  const names = drawn.files.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
}

describe("what Discord is shown", () => {
  test("no card breaks a limit or mentions anybody, whatever it says", () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expectGood(drawCard(card));
        expectGood(drawMovedCard(card));
      }),
      { numRuns: CASES },
    );
  });

  test("no sentence breaks a limit or mentions anybody, whatever it says", () => {
    const files = fc.array(
      fc.record({ name: hostileText(200), mediaType: fc.constant("text/plain"), text: hostileText(9000) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(hostileText(9000), files, (text, given) => expectGood(drawSay({ text, files: given }, "en"))),
      { numRuns: Math.max(1000, CASES) },
    );
  });

  test("no form breaks a limit, whatever the plan holds", () => {
    fc.assert(
      fc.property(anyPlan, fc.constantFrom("en" as const, "es" as const), (plan, language) => {
        const run = { id: asId<never>("r-1"), revision: 2, plan, planHash: "3f9a2b71".repeat(8) };
        const edit = drawEdit(run, language);
        const forms = ["plan", "1", "2", "99"].map((chosen) => drawStepEdit(run, chosen, language)?.modal);
        const whole = edit && "modal" in edit ? edit.modal : undefined;
        if (edit && "choice" in edit) expectGood(edit.choice);
        for (const modal of [whole, ...forms, drawReason(run, language), drawTyped(run, language)]) {
          if (modal) expect(problemsIn(CALLBACK, { type: 9, data: modal })).toEqual([]);
        }
      }),
      { numRuns: CASES / 8 },
    );
  });

  test("a card shows its goal, real calls, arguments, risk and notes", () => {
    const card = exampleCard();
    const shown = texts(drawCard(card).body.components).join("\n").replaceAll("\\", "");
    for (const step of card.steps)
      for (const part of [step.title, step.operation, step.args]) expect(shown).toContain(part);
    for (const part of [card.goal, card.headline, card.hash, "Changes things", ...card.notes]) {
      expect(shown).toContain(part);
    }
  });

  test.each([50, 500])("a plan of %i steps is summed up, and attached as a whole", (count) => {
    const [step] = exampleCard().steps;
    const steps = Array.from({ length: count }, (_, at) => ({
      ...step!,
      number: at + 1,
      operation: `workshop PUT /parts/${at + 1}/stock`,
      risk: at === 40 ? ("destructive" as const) : ("read" as const),
    }));
    const drawn = drawCard({ ...exampleCard(), steps });
    expectGood(drawn);
    const shown = texts(drawn.body.components).join("\n");
    expect(shown).toContain("/parts/41/stock");
    expect(shown).toContain("The whole plan is in the file.");
    const file = drawn.files[0]!.data.toString("utf8");
    for (const one of steps) expect(file).toContain(`${one.operation}\n`);
  });

  test("a plan that destroys something is confirmed by typing", () => {
    const ids = (risk: "read" | "destructive") =>
      JSON.stringify(drawCard({ ...exampleCard(), risk }).body.components).match(/p1:confirm[a-z-]*/g);
    expect(ids("read")).toEqual(["p1:confirm"]);
    expect(ids("destructive")).toEqual(["p1:confirm-typed"]);
    expect(isTypedWord(" 3F9A2B ", "3f9a2b714455")).toBe(true);
    expect(isTypedWord("3f9a2", "3f9a2b714455")).toBe(false);
  });

  test("long words are shown from their beginning and attached as a whole", () => {
    const text = `${"A long answer. ".repeat(400)}The end.`;
    const drawn = drawSay({ text }, "en");
    expect(texts(drawn.body.components).join("")).toMatch(/^A long answer\. /);
    expect(drawn.files[0]!.data.toString("utf8")).toBe(text);
  });

  test("of a file the last lines are shown", () => {
    const text = Array.from({ length: 100 }, (_, at) => `line ${at + 1}`).join("\n");
    const drawn = drawSay(
      { text: "Output of step 1", files: [{ name: "a b.log", mediaType: "text/plain", text }] },
      "en",
    );
    const shown = texts(drawn.body.components).join("\n");
    expect(shown).toContain("line 91\n");
    expect(shown).not.toContain("line 90\n");
    expect(drawn.files.map(({ name }) => name)).toEqual(["a_b.log"]);
  });
});

describe("escaped text", () => {
  test("shows its own characters and nothing else", () => {
    const shown = (text: string) => text.replaceAll("\u200B", "").replace(/\\([^0-9A-Za-z\s])/g, "$1");
    for (const text of ["a*b*_c_", "1. one", "- item", "# head", "a@b.c", "[x](https://y.example/z_z)", "C:\\new"]) {
      expect(shown(escapeText(text))).toBe(text);
    }
    expect(escapeText("[x](https://y.example)")).toBe("\\[x\\](https://y.example)");
    expect(escapeText("plain words, 3.5 and a@b.example")).toBe("plain words, 3.5 and a@b.example");
  });

  test("is cut between characters, and the rest is counted", () => {
    expect(escapeWithin("a**b", 3)).toEqual({ text: "a\\*", left: 3 });
  });

  test("nothing ends a code block from inside", () => {
    fc.assert(
      fc.property(hostileText(2000), (text) => !insideCode(text).includes("``")),
      { numRuns: CASES },
    );
  });
});

describe("ids of buttons", () => {
  test("what is written is read back, by any later process", () => {
    const kinds = [...PRESS_ACTIONS, "confirm-typed", "pick-step", "form", "reason", "typed"] as const;
    const run = fc.uuid({ version: 7 });
    const revisions = fc.integer({ min: 1, max: 999_999_999 });
    const fences = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), run, revisions, fences, (kind, runId, revision, fence) => {
        const id = { kind, runId: asId<never>(runId), revision, ...(fence === undefined ? {} : { fence }) };
        const text = writePressId(id)!;
        expect(text.length).toBeLessThanOrEqual(100);
        expect(readPressId(text)).toEqual({ kind: "read", id });
      }),
    );
  });

  test("unknown and older ids are told apart, and none throws", () => {
    expect(readPressId("p0:confirm:run:1").kind).toBe("older");
    expect(readPressId("p1:explode:run:1").kind).toBe("older");
    expect(readPressId("p1:confirm:run:0").kind).toBe("older");
    expect(readPressId("other-bot").kind).toBe("unknown");
    fc.assert(fc.property(fc.string(), (text) => ["read", "older", "unknown"].includes(readPressId(text).kind)));
  });

  test("a run whose id would not fit gets a card without buttons", () => {
    const card = { ...exampleCard(), runId: asId<never>("x".repeat(120)) };
    expect(JSON.stringify(drawCard(card).body.components)).not.toContain("custom_id");
  });
});

test("a button of a stopped run names the stop that was seen, so that an old one decides nothing", () => {
  const card = { ...exampleCard({ state: "waiting" }), fence: 7 };
  const ids = JSON.stringify(drawCard(card)).match(/p1:(?:continue|retry|abandon):[^"]+/g) ?? [];
  expect(ids).toHaveLength(3);
  for (const id of ids) expect(readPressId(id)).toMatchObject({ kind: "read", id: { fence: 7 } });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Card } from "../../core/domain/card.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import type { Plan, PlanStep } from "../../core/domain/plan.ts";
import { offeredActions, type PlanRun, PRESS_ACTIONS, type StepRun, type Vote } from "../../core/domain/plan-run.ts";
import { renderCard } from "../../core/progress/plan-card.ts";
import { EXAMPLE_NOW, examplePlan, exampleRun, exampleStep } from "../support/example-run.ts";

const ana = asId<AccountId>("memory:ana");
const ben = asId<AccountId>("memory:ben");
const minute = 60_000;
const people = new Map([
  [ana, "Ana"],
  [ben, "Ben"],
]);
const later = EXAMPLE_NOW + 30 * minute;

function asText(card: Card): string {
  const steps = card.steps.flatMap((step) => [
    `${step.state} ${step.number} ${step.title} (${step.risk})${step.elapsed ? ` ${step.elapsed}` : ""}`,
    `  ${step.operation} ${step.args}`,
    ...(step.note ? [`  ${step.note}`] : []),
  ]);
  const buttons = card.buttons.map((button) => `[${button.label}]`).join(" ");
  return [card.headline, card.goal, ...steps, ...card.notes, ...(buttons ? [buttons] : [])].join("\n");
}

function vote(action: Vote["action"], by: AccountId, atMs: number): Vote {
  return { runId: exampleRun().id, revision: 1, planHash: "", by, action, counted: true, atMs };
}

const confirmed = { decidedBy: ben, decidedAtMs: EXAMPLE_NOW + minute, startedAtMs: EXAMPLE_NOW + minute + 10 };
const started = EXAMPLE_NOW + 2 * minute;
const doneStep = exampleStep(1, {
  state: "done",
  attempt: 1,
  startedAtMs: started,
  finishedAtMs: started + 200,
  request: "GET /parts/M8",
  summary: "200 OK, M8 bolt, 120 in stock",
});

const cases: Record<string, { run: Partial<PlanRun>; steps: StepRun[]; votes?: Vote[] }> = {
  draft: { run: {}, steps: [exampleStep(1), exampleStep(2)] },
  "edited draft": {
    run: { revision: 2, editNote: "step 2: quantity 400 → 300" },
    steps: [exampleStep(1), exampleStep(2)],
    votes: [vote("edit", ben, EXAMPLE_NOW + minute)],
  },
  "running, second try of a long step": {
    run: { state: "running", ...confirmed },
    steps: [
      doneStep,
      exampleStep(2, {
        state: "running",
        attempt: 2,
        startedAtMs: later - 75_000,
        request: 'PUT /parts/M8/stock {"quantity":400}',
      }),
    ],
  },
  stopping: {
    run: { state: "running", ...confirmed, cancelRequestedBy: ana, cancelRequestedAtMs: EXAMPLE_NOW + 3 * minute },
    steps: [doneStep, exampleStep(2, { state: "running", attempt: 1, startedAtMs: later - 500 })],
    votes: [vote("confirm", ben, EXAMPLE_NOW + minute), vote("stop", ana, EXAMPLE_NOW + 3 * minute)],
  },
  waiting: {
    run: { state: "waiting", ...confirmed, reason: "Piloto stopped while step 2 was under way." },
    steps: [
      doneStep,
      exampleStep(2, { state: "unknown", attempt: 1, startedAtMs: started, request: "PUT /parts/M8/stock" }),
    ],
  },
  done: {
    run: { state: "done", ...confirmed, finishedAtMs: EXAMPLE_NOW + 2 * minute },
    steps: [
      doneStep,
      exampleStep(2, {
        state: "done",
        attempt: 1,
        startedAtMs: started,
        finishedAtMs: started + 4_200,
        request: 'PUT /parts/M8/stock {"quantity":400}',
        summary: "200 OK",
        finishedAfterCancel: true,
      }),
    ],
  },
  error: {
    run: { state: "error", ...confirmed, reason: "workshop answered 409: the part is locked." },
    steps: [
      doneStep,
      exampleStep(2, {
        state: "error",
        attempt: 1,
        startedAtMs: started,
        finishedAtMs: started + 90,
        summary: "409 Conflict",
      }),
    ],
  },
  "cancelled as a draft": {
    run: { state: "cancelled", decidedBy: ana, decidedAtMs: EXAMPLE_NOW + minute },
    steps: [exampleStep(1, { state: "cancelled" }), exampleStep(2, { state: "cancelled" })],
  },
  "queued again after a pause": {
    run: { state: "queued", ...confirmed, reason: "Piloto was stopped between two steps; it goes on by itself" },
    steps: [doneStep, exampleStep(2)],
  },
  "done after Continue": {
    run: { state: "done", ...confirmed, finishedAtMs: started },
    steps: [doneStep, exampleStep(2, { state: "skipped", attempt: 1, startedAtMs: started })],
    votes: [vote("confirm", ben, EXAMPLE_NOW + minute), vote("continue", ana, EXAMPLE_NOW + 3 * minute)],
  },
  "stopped between two steps": {
    run: {
      state: "cancelled",
      ...confirmed,
      cancelRequestedBy: ana,
      cancelRequestedAtMs: EXAMPLE_NOW + 3 * minute,
      reason: "Stop was pressed by memory:ana",
    },
    steps: [doneStep, exampleStep(2, { state: "cancelled" })],
    votes: [vote("confirm", ben, EXAMPLE_NOW + minute), vote("stop", ana, EXAMPLE_NOW + 3 * minute)],
  },
  expired: { run: { state: "expired", expiresAtMs: later - minute }, steps: [exampleStep(1), exampleStep(2)] },
  superseded: {
    run: { state: "superseded", supersededBy: asId("0190b5c2-run-77777777") },
    steps: [exampleStep(1), exampleStep(2)],
  },
};

describe.each(["en", "es"] as const)("the card in %s", (language) => {
  test.each(Object.keys(cases))("tells the truth of a plan that is %s", (name) => {
    const { run, steps, votes } = cases[name]!;
    const mayConfirm = [ben, asId<AccountId>("slack:*")];
    expect(
      asText(renderCard(exampleRun(run), steps, { language, nowMs: later, people, votes, mayConfirm })),
    ).toMatchSnapshot();
  });
});

test("times of another day carry their date", () => {
  const card = renderCard(exampleRun(), [], { language: "en", nowMs: later });
  expect(card.notes.at(-1)).toBe("Expires unconfirmed at 2026-01-06 09:00 UTC; silence is never a yes.");
});

test("where everybody may confirm, nobody else is named", () => {
  const mayConfirm = ["terminal:you", "slack:U1", "slack:*"].map((name) => asId<AccountId>(name));
  const notes = (chat: string) =>
    renderCard(exampleRun({ chatId: asId(chat) }), [], { language: "en", nowMs: later, mayConfirm }).notes;
  expect(notes("slack:T1/C1/1.1")).toContain("May confirm: anyone on Slack.");
  expect(notes("terminal:main")).toContain("May confirm: you, U1, anyone on Slack.");
});

test("a project where nobody may confirm says so on the card", () => {
  const card = renderCard(exampleRun(), [], { language: "en", nowMs: later, mayConfirm: [] });
  expect(card.notes.join(" ")).toContain("Nobody may confirm plans here yet");
});

test("votes that did not count are not told as decisions", () => {
  const votes = [{ ...vote("confirm", ana, EXAMPLE_NOW), counted: false }, vote("confirm", ben, EXAMPLE_NOW + minute)];
  const card = renderCard(exampleRun({ state: "queued", ...confirmed }), [], {
    language: "en",
    nowMs: later,
    people,
    votes,
  });
  expect(card.notes.join(" ")).toContain("Confirmed by Ben, 09:01 UTC.");
  expect(card.notes.join(" ")).not.toContain("Confirmed by Ana");
});

const withStep = (change: Partial<PlanStep>): Plan => ({
  ...examplePlan,
  steps: [{ ...examplePlan.steps[0]!, ...change }],
});

test("an argument hidden behind a long one stays in sight, and what is cut is counted", () => {
  const args = { body: { note: "x".repeat(5_000), quantity: 999 } };
  const [step] = renderCard(exampleRun({ plan: withStep({ args }) }), [], { language: "en", nowMs: later }).steps;
  expect(step?.args).toContain('"quantity":999');
  expect(step?.args).toContain('"…(+4,920)');
  expect(step?.args).toMatch(/… \(\+4,920 characters not shown\)$/);
});

test("arguments longer than a thousand characters are cut with the count of what is missing", () => {
  const args = { body: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`key${n}`, n])) };
  const whole = JSON.stringify(args);
  const [step] = renderCard(exampleRun({ plan: withStep({ args }) }), [], { language: "en", nowMs: later }).steps;
  const counted = `… (+${(whole.length - 1000).toLocaleString("en-US")} characters not shown)`;
  expect(step?.args).toBe(whole.slice(0, 1000) + counted);
});

test("direction overrides and invisible characters in arguments are written out, never dropped", () => {
  const plan = withStep({ args: { body: { pay: "ana\u202Eneb\u200B" } }, tool: asId("shop GET /a\u202E/b") });
  const [step] = renderCard(exampleRun({ plan }), [], { language: "en", nowMs: later }).steps;
  expect(step?.args).toBe('{"body":{"pay":"ana\\u202eneb\\u200b"}}');
  expect(step?.operation).toBe("shop GET /a\\u202e/b");
});

test("a title written by a model cannot move the cursor or fake a second line", () => {
  const plan = withStep({ title: "Look\u001B[2J up\n✔ done \u202Eevil\u200D" });
  const [step] = renderCard(exampleRun({ plan }), [], { language: "en", nowMs: later }).steps;
  expect(step?.title).toBe("Look up ✔ done evil");
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3_000 }),
  fc.string(),
  fc.constant("\u202E\u200B\u001B[31m"),
);
const anyTime = fc.oneof(fc.integer(), fc.integer({ min: EXAMPLE_NOW - 1e9, max: EXAMPLE_NOW + 1e9 }));
const anyStepState = fc.constantFrom("pending", "running", "done", "error", "skipped", "cancelled", "unknown" as const);
const anyRunState = fc.constantFrom(
  ...(["draft", "queued", "running", "waiting", "done", "error", "cancelled", "expired", "superseded"] as const),
);
const anyArgs = fc.dictionary(anyText, fc.jsonValue()) as fc.Arbitrary<PlanStep["args"]>;

test("random runs never break a limit, throw, or show a hazard", () => {
  const anyRun = fc.record({
    state: anyRunState,
    revision: fc.integer({ min: 1, max: 9 }),
    goal: anyText,
    editNote: fc.option(anyText, { nil: undefined }),
    reason: fc.option(anyText, { nil: undefined }),
    decidedBy: fc.option(anyText, { nil: undefined }),
    decidedAtMs: fc.option(anyTime, { nil: undefined }),
    cancelRequestedBy: fc.option(anyText, { nil: undefined }),
    cancelRequestedAtMs: fc.option(anyTime, { nil: undefined }),
    startedAtMs: fc.option(anyTime, { nil: undefined }),
    finishedAtMs: fc.option(anyTime, { nil: undefined }),
    steps: fc.array(
      fc.record({
        title: anyText,
        tool: anyText,
        args: anyArgs,
        state: anyStepState,
        attempt: fc.nat(5),
        summary: fc.option(anyText, { nil: undefined }),
        request: fc.option(anyText, { nil: undefined }),
        startedAtMs: fc.option(anyTime, { nil: undefined }),
      }),
      { maxLength: 6 },
    ),
    votes: fc.array(
      fc.record({ action: fc.constantFrom(...PRESS_ACTIONS), by: anyText, atMs: anyTime, counted: fc.boolean() }),
    ),
  });
  fc.assert(
    fc.property(anyRun, fc.constantFrom("en" as const, "es" as const), anyTime, (random, language, nowMs) => {
      const plan: Plan = {
        version: 1,
        goal: random.goal,
        steps: random.steps.map((step, at) => ({
          ...examplePlan.steps[0]!,
          number: at + 1,
          title: step.title,
          tool: asId(step.tool),
          args: step.args,
        })),
      };
      const { goal: _goal, steps: _steps, votes, ...facts } = random;
      const run = exampleRun({ ...(facts as Partial<PlanRun>), plan, planHash: "0".repeat(64) });
      const steps = random.steps.map((step, at) => exampleStep(at + 1, step));
      const card = renderCard(run, steps, {
        language,
        nowMs,
        votes: votes.map((v) => ({ ...vote(v.action, asId(v.by), v.atMs), counted: v.counted })),
      });
      const shown = [
        card.headline,
        card.goal,
        ...card.notes,
        ...card.steps.flatMap((s) => [s.title, s.operation, s.args, s.note ?? ""]),
      ];
      for (const text of shown)
        expect(text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u200B\u202A-\u202E\u2066-\u2069]/);
      expect(card.goal.length).toBeLessThanOrEqual(500);
      for (const note of card.notes) expect(note.length).toBeLessThanOrEqual(500);
      for (const step of card.steps) {
        expect(step.args.length).toBeLessThanOrEqual(1_060);
        expect(step.operation.length).toBeLessThanOrEqual(460);
        expect(step.note?.length ?? 0).toBeLessThanOrEqual(700);
      }
      expect(card.buttons.map((button) => button.action)).toEqual(offeredActions(run));
    }),
    { numRuns: 300 },
  );
});

import fc from "fast-check";
import { planHash } from "../../core/domain/canonical.ts";
import type { Card, CardStep, Say } from "../../core/domain/card.ts";
import { asId, type RunId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import { offeredActions, type PlanRun, RUN_STATES } from "../../core/domain/plan-run.ts";
import type { Json, JsonObject } from "../../core/domain/result.ts";
import type { Overview, ShownRun } from "../../core/index.ts";
import { words } from "../../core/words/words.ts";

/** 1,000 in the everyday tests, more when asked for: PILOTO_TEST_CASES=10000. */
export const CASES = Number(process.env.PILOTO_TEST_CASES ?? 1_000);

const NASTY = [
  "<!channel>",
  "<!here|x>",
  "<@U024BE7LH>",
  "<#C024BE7LR|general>",
  "<!subteam^S012|x>",
  "@channel @here @everyone",
  "<https://evil.example|https://bank.example>",
  "[https://bank.example](https://evil.example)",
  "[x](javascript:alert(1))",
  "![p](https://evil.example/p.png)",
  "https://user:pass@evil.example/",
  "https://xn--bnk-0na.example/ https://b\u0430nk.example/",
  "&lt;!channel&gt; &amp;",
  "```",
  "**bold** _it_ ~~no~~ `code`",
  "- item\n  - inner\n1. one\n> quote\n# head",
  "\u202Eevil\u202C \u200B\u2066",
  "\uD800 \uDC00",
  "\u0000\u001b]0;x\u0007",
  "👩‍👩‍👧‍👦🏳️‍🌈",
  "שלום עולם مرحبا",
  "Z̵̡̢̛̗̘̙̜̝̞̟̠̀́̂̃̄",
  ":smile: *x* ~y~",
  "a\n\n\nb\tc",
  "{{steps.1.body.id}}",
  "",
  " ",
];

/** Text as strangers write it, from nothing to `max` characters. */
export function hostileText(max: number): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
    { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...NASTY, "x", "é", "&", "<", "*", "- a\n"), fc.nat(max))
        .map(([s, n]) => s.repeat(Math.ceil(n / Math.max(1, s.length)))),
    },
  );
  return fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(" ").slice(0, max));
}

const step = (number: number): fc.Arbitrary<CardStep> =>
  fc.record(
    {
      number: fc.constant(number),
      state: fc.constantFrom("pending", "running", "done", "error", "skipped", "cancelled", "unknown"),
      title: hostileText(250),
      operation: hostileText(500),
      args: hostileText(1_200),
      risk: fc.constantFrom("read", "write", "destructive"),
      note: hostileText(800),
      elapsed: fc.constantFrom("12 s", "3 min 20 s"),
    },
    { requiredKeys: ["number", "state", "title", "operation", "args", "risk"] },
  );

const count = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 2, arbitrary: fc.integer({ min: 9, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(50, 51, 500) },
);

/** Steps repeat a few drawn ones, so that 500 of them are drawn as fast as five. */
const steps: fc.Arbitrary<CardStep[]> = fc
  .tuple(fc.array(step(1), { minLength: 1, maxLength: 5 }), count)
  .map(([drawn, n]) => Array.from({ length: n }, (_none, at) => ({ ...drawn[at % drawn.length]!, number: at + 1 })));

const runId = fc.oneof(
  fc.constant("0190b5c2-3f9a-7b71-8000-3f9a2b71aa11"),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019:-_/!~"), minLength: 1, maxLength: 200 }),
);

export const hostileCard: fc.Arbitrary<Card> = fc
  .record({
    runId: runId.map((id) => asId<RunId>(id)),
    revision: fc.integer({ min: 1, max: 999 }),
    hash: fc.constant("0123456789ab"),
    language: fc.constantFrom("en" as const, "es" as const),
    state: fc.constantFrom(...RUN_STATES),
    headline: hostileText(300),
    goal: hostileText(700),
    risk: fc.constantFrom("read" as const, "write" as const, "destructive" as const),
    steps,
    notes: fc.array(hostileText(600), { maxLength: 14 }),
  })
  .map((card) => ({
    ...card,
    buttons: offeredActions(card).map((action) => ({
      action,
      label: words(card.language).actions[action],
      style:
        action === "confirm" ? ("primary" as const) : action === "cancel" ? ("danger" as const) : ("plain" as const),
    })),
  }));

export const hostileSay: fc.Arbitrary<Say> = fc.record(
  {
    text: fc.oneof({ weight: 5, arbitrary: hostileText(3_000) }, { weight: 2, arbitrary: hostileText(60_000) }),
    files: fc.array(fc.constant({ name: "output.txt", mediaType: "text/plain", text: "x" }), { maxLength: 2 }),
  },
  { requiredKeys: ["text"] },
);

const json: fc.Arbitrary<Json> = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.oneof(
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    ),
    hostileText(200).map((text) => text.toWellFormed()),
    hostileText(5_000).map((text) => text.toWellFormed()),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 12 }).filter((key) => key !== "__proto__"),
      tie("any"),
      { maxKeys: 4 },
    ),
  ),
})).any;

const args: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom("path", "query", "body", "header", "x.y", "ключ"),
  json,
  { maxKeys: 4 },
);

export const hostilePlan: fc.Arbitrary<Plan> = fc
  .tuple(fc.array(args, { minLength: 1, maxLength: 4 }), count, hostileText(100), hostileText(300))
  .map(([drawn, n, title, goal]) => ({
    version: 1,
    goal: goal.toWellFormed(),
    steps: Array.from({ length: n }, (_none, at) => ({
      number: at + 1,
      title: title.toWellFormed(),
      tool: asId("workshop PUT /parts/{id}"),
      toolHash: "a".repeat(64),
      args: structuredClone(drawn[at % drawn.length]!),
      risk: "write",
      replay: "never",
    })),
  }));

/** A draft of a plan with its card, as the core would show it. */
export function shownRun(plan: Plan, card: Card): ShownRun {
  const run: PlanRun = {
    id: card.runId,
    chatId: asId("slack:T1/C1/1.1"),
    projectId: asId("workshop"),
    state: card.state,
    revision: card.revision,
    plan,
    planHash: planHash(plan),
    requestedBy: asId("slack:T1/U1"),
    proposedAtMs: 0,
    expiresAtMs: 1,
    fence: 0,
  };
  return { run, card };
}

const tinyPlan: Plan = { version: 1, goal: "g", steps: [] };

export const hostileOverview: fc.Arbitrary<Overview> = fc
  .record({
    language: fc.constantFrom("en" as const, "es" as const),
    cards: fc.array(hostileCard, { minLength: 1, maxLength: 3 }),
    counts: fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(60)),
    node: fc.record(
      {
        name: hostileText(100),
        url: fc.constant("http://gpu1:11434"),
        health: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
        reason: hostileText(300),
        resident: fc.array(hostileText(60), { maxLength: 5 }),
        requestsInFlight: fc.nat(9),
      },
      { requiredKeys: ["name", "url", "health", "resident", "requestsInFlight"] },
    ),
    isKnown: fc.boolean(),
  })
  .map(({ language, cards, counts, node, isKnown }) => {
    const many = (n: number) => Array.from({ length: n }, (_none, at) => shownRun(tinyPlan, cards[at % cards.length]!));
    const [waiting, active, finished, nodes] = counts;
    return {
      language,
      isKnown,
      waiting: many(waiting),
      active: many(active),
      finished: many(finished),
      nodes: Array.from({ length: nodes }, () => node),
    };
  });

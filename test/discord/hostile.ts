import fc from "fast-check";
import type { Card } from "../../core/domain/card.ts";
import { asId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import { PRESS_ACTIONS, RUN_STATES } from "../../core/domain/plan-run.ts";

/** How many cases a property is tried with: `PILOTO_TEST_CASES` asks for more. */
export const CASES = Number(process.env.PILOTO_TEST_CASES ?? 400);

const HOSTILE = [
  "@everyone",
  "@here",
  "@EVERYONE",
  "<@123456789012345678>",
  "<@!123456789012345678>",
  "<@&123456789012345678>",
  "<#123456789012345678>",
  "</piloto call:123456789012345678>",
  "<id:customize>",
  "<t:1700000000:R>",
  "<:smile:123456789012345678>",
  "[Confirm](https://evil.example/x)",
  "```\n@everyone\n```",
  "`` ` ``",
  "````",
  "||spoiler||",
  "# big",
  "-# small",
  "> quoted",
  "1. one",
  "https://evil.example/@everyone?a=`b`",
  "@\u200Beveryone",
  "@\u0000here",
  "\u202Egnp.exe",
  "\\",
  "\n",
  "👩‍👩‍👧‍👦",
  "\uD800",
  "ﷺ",
];

/** Texts of the kind that a model or a stranger could write. */
export const hostileText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 30 }), fc.lorem()), {
      maxLength: 12,
    })
    .chain((parts) => fc.constantFrom(1, 1, 1, 40).map((times) => parts.join(" ").repeat(times).slice(0, maxLength)));

const riskOf = fc.constantFrom("read" as const, "write" as const, "destructive" as const);

export const anyCard: fc.Arbitrary<Card> = fc.record({
  runId: fc.constant(asId<Card["runId"]>("0190b5c2-6a3e-7b1f-8c2d-3f9a2b714455")),
  revision: fc.integer({ min: 1, max: 999 }),
  hash: fc.constant("3f9a2b714455"),
  language: fc.constantFrom("en" as const, "es" as const),
  state: fc.constantFrom(...RUN_STATES),
  headline: hostileText(300),
  goal: hostileText(500),
  risk: riskOf,
  steps: fc
    .tuple(
      fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom(1, 2, 3, 5, 8, 20) },
        { weight: 1, arbitrary: fc.constantFrom(50, 500) },
      ),
      fc.array(
        fc.record({
          state: fc.constantFrom(
            "pending" as const,
            "running" as const,
            "done" as const,
            "error" as const,
            "skipped" as const,
            "cancelled" as const,
            "unknown" as const,
          ),
          title: hostileText(200),
          operation: hostileText(400),
          args: hostileText(1050),
          risk: riskOf,
          note: fc.option(hostileText(700), { nil: undefined }),
          elapsed: fc.option(fc.constant("12 s"), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([count, some]) => Array.from({ length: count }, (_, at) => ({ number: at + 1, ...some[at % some.length]! }))),
  notes: fc.array(hostileText(600), { maxLength: 12 }),
  buttons: fc
    .uniqueArray(fc.constantFrom(...PRESS_ACTIONS), { maxLength: 8 })
    .map((actions) => actions.map((action) => ({ action, label: action, style: "plain" as const }))),
});

const anyArgs = fc.dictionary(
  hostileText(60).filter((key) => key !== "__proto__"),
  fc.oneof(
    hostileText(5000),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(hostileText(50), { maxLength: 3 }),
  ),
  { maxKeys: 6 },
);

export const anyPlan: fc.Arbitrary<Plan> = fc
  .tuple(fc.constantFrom(1, 2, 3, 30), fc.array(anyArgs, { minLength: 1, maxLength: 3 }), hostileText(200))
  .map(([count, args, text]) => ({
    version: 1,
    goal: text,
    steps: Array.from({ length: count }, (_, at) => ({
      number: at + 1,
      title: text,
      tool: asId("workshop PUT /parts"),
      toolHash: "a".repeat(64),
      args: JSON.parse(JSON.stringify(args[at % args.length])),
      risk: "write",
      replay: "never",
    })),
  }));

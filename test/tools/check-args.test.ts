import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../core/domain/canonical.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import { checkArgs } from "../../core/tools/check-args.ts";
import { mayBlowUp } from "../../core/tools/safe-pattern.ts";

const toolOf = (argsSchema: JsonObject) => ({
  key: "s POST /x" as never,
  hash: sha256(JSON.stringify(argsSchema)),
  argsSchema,
});
const check = (argsSchema: JsonObject, args: JsonObject) => checkArgs(toolOf(argsSchema), args);
const plan = (argsSchema: JsonObject, args: JsonObject) => checkArgs(toolOf(argsSchema), args, { references: true });
const group = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const SCHEMA: JsonObject = {
  type: "object",
  properties: {
    path: group({ id: { type: "string" } }, ["id"]),
    query: group({
      limit: { type: "integer", minimum: 1, maximum: 100 },
      state: { enum: ["new", "open"] },
      since: { type: "string", format: "date-time" },
    }),
    body: {
      type: "object",
      properties: {
        quantity: { type: "integer" },
        price: { type: ["number", "null"] },
        code: { type: "string", pattern: "^[A-Z]{3}$", maxLength: 3 },
        tags: { type: "array", items: { type: "string" }, maxItems: 2, uniqueItems: true },
        owner: { $ref: "#/$defs/Owner" },
        shape: {
          oneOf: [
            { type: "object", properties: { r: { type: "number" } }, required: ["r"] },
            { type: "object", properties: { w: { type: "integer" } }, required: ["w"] },
          ],
        },
        active: { type: "boolean" },
      },
      required: ["quantity"],
    },
  },
  required: ["path", "body"],
  additionalProperties: false,
  $defs: {
    Owner: {
      type: "object",
      properties: { name: { type: "string" }, boss: { $ref: "#/$defs/Owner" } },
      required: ["name"],
    },
  },
};
const fits = { path: { id: "a" }, body: { quantity: 1 } };

describe("arguments", () => {
  test("that fit have no problems", () => {
    expect(check(SCHEMA, fits)).toEqual([]);
    expect(
      check(SCHEMA, {
        path: { id: "a" },
        query: { limit: 5, state: "new", since: "2026-01-05T09:00:00Z" },
        body: {
          quantity: 1,
          price: null,
          code: "ABC",
          tags: ["x"],
          owner: { name: "a", boss: { name: "b" } },
          shape: { r: 1 },
        },
      }),
    ).toEqual([]);
  });

  test.each<[string, JsonObject, string[]]>([
    ["a missing group", { path: { id: "a" } }, ["body is missing (an object with quantity)"]],
    ["a missing argument", { path: {}, body: { quantity: 1 } }, ["path.id is missing (text)"]],
    [
      "an unknown argument",
      { ...fits, query: { limitt: 5 } },
      ["query.limitt is not known here; it takes limit, state, since"],
    ],
    ["an unknown group", { ...fits, cookie: {} }, ["cookie is not known here; it takes path, query, body"]],
    ["text for a number", { ...fits, body: { quantity: "1" } }, ['body.quantity: wanted a whole number, found "1"']],
    [
      "a fraction for a whole number",
      { ...fits, body: { quantity: 1.5 } },
      ["body.quantity: wanted a whole number, found 1.5"],
    ],
    ["a number for text", { path: { id: 5 }, body: { quantity: 1 } }, ["path.id: wanted text, found 5"]],
    [
      "text for yes or no",
      { ...fits, body: { quantity: 1, active: "true" } },
      ['body.active: wanted true or false, found "true"'],
    ],
    [
      "a choice that there is not",
      { ...fits, query: { state: "old" } },
      ['query.state: wanted one of "new", "open", found "old"'],
    ],
    ["too much", { ...fits, query: { limit: 500 } }, ["query.limit must be <= 100, found 500"]],
    [
      "a date that is none",
      { ...fits, query: { since: "yesterday" } },
      ['query.since: wanted a date and time like 2026-01-31T09:00:00Z, found "yesterday"'],
    ],
    [
      "text that does not match",
      { ...fits, body: { quantity: 1, code: "abc" } },
      ['body.code: wanted text that matches ^[A-Z]{3}$, found "abc"'],
    ],
    [
      "deep inside",
      { ...fits, body: { quantity: 1, owner: { name: "a", boss: { name: 7 } } } },
      ["body.owner.boss.name: wanted text, found 7"],
    ],
    [
      "none of the shapes",
      { ...fits, body: { quantity: 1, shape: { x: 1 } } },
      ['body.shape: wanted an object with r or an object with w, found {"x":1}'],
    ],
    [
      "several",
      { path: { id: 1 }, body: { quantity: "x" } },
      ["path.id: wanted text, found 1", 'body.quantity: wanted a whole number, found "x"'],
    ],
  ])("with %s are told in plain words", (_what, args, problems) => {
    expect(check(SCHEMA, args)).toEqual(problems);
  });

  test("are not changed by being checked", () => {
    const args = { path: { id: "1" }, body: { quantity: "1", active: "yes" } };
    const before = JSON.stringify(args);
    check(SCHEMA, args);
    plan(SCHEMA, args);
    expect(JSON.stringify(args)).toBe(before);
  });

  test("with a thousand faults are told a dozen", () => {
    const args = { path: { id: "a" }, body: { quantity: 1, tags: Array.from({ length: 1000 }, (_, n) => n) } };
    expect(check(SCHEMA, args)).toHaveLength(12);
  });

  test("nested a hundred thousand deep are refused, not followed", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`) as JsonObject;
    expect(check({ type: "object" }, deep)).toEqual(["the arguments are nested deeper than 120 levels"]);
  });
});

describe("references in a plan", () => {
  const one = "{{steps.1.body.items.0.id}}";

  test.each([
    ["a whole number", { ...fits, body: { quantity: one } }],
    ["text", { path: { id: one }, body: { quantity: 1 } }],
    ["a choice", { ...fits, query: { state: one, limit: one, since: one } }],
    ["a pattern", { ...fits, body: { quantity: 1, code: one } }],
    ["a list", { ...fits, body: { quantity: 1, tags: one } }],
    ["entries of a list", { ...fits, body: { quantity: 1, tags: [one, one] } }],
    ["an object", { ...fits, body: { quantity: 1, owner: one, shape: one } }],
    ["part of a choice of shapes", { ...fits, body: { quantity: 1, shape: { r: one } } }],
    ["the whole body", { path: { id: "a" }, body: one }],
    ["a circular definition", { ...fits, body: { quantity: 1, owner: { name: one, boss: { name: "x", boss: one } } } }],
    ["spaces around", { ...fits, body: { quantity: ` {{ steps.12.status }} ` } }],
    ["a longer text", { path: { id: `a-${one}` }, body: { quantity: 1, code: `x ${one} y` } }],
    ["a date in a longer text", { ...fits, query: { since: `{{steps.1.body.day}}T00:00:00Z` } }],
  ])("fit in the place of %s", (_what, args) => {
    expect(plan(SCHEMA, args as JsonObject)).toEqual([]);
    expect(check(SCHEMA, { ...(args as JsonObject), extra: 1 })).not.toEqual([]);
  });

  test("in a longer text do not fit where no text fits", () => {
    expect(plan(SCHEMA, { ...fits, body: { quantity: `${one} pieces` } })).toEqual([
      `body.quantity: no text can stand here, only one whole reference, found "${one} pieces"`,
    ]);
  });

  test("do not make up for what is missing, unknown or wrong beside them", () => {
    expect(plan(SCHEMA, { path: { id: one }, body: { price: one } })).toEqual([
      "body.quantity is missing (a whole number)",
    ]);
    expect(plan(SCHEMA, { path: { id: one, other: one }, body: { quantity: "x" } })).toEqual([
      "path.other is not known here; it takes id",
      'body.quantity: wanted a whole number, found "x"',
    ]);
  });

  test.each(["{{steps.body}}", "{{ step.1.body }}", "{{steps.1.cookies}}", "{steps.1.body}", "{{x}}"])(
    "that are none (%s) are text",
    (text) => {
      expect(plan(SCHEMA, { ...fits, body: { quantity: text } })).toEqual([
        `body.quantity: wanted a whole number, found "${text}"`,
      ]);
    },
  );

  test("are texts when the call is made", () => {
    expect(check(SCHEMA, { ...fits, body: { quantity: one } })).toEqual([
      `body.quantity: wanted a whole number, found "${one}"`,
    ]);
  });

  test("never make fitting arguments unfit", () => {
    const args = fc.record(
      {
        path: fc.record({ id: fc.string() }),
        query: fc.record(
          { limit: fc.integer({ min: 1, max: 100 }), state: fc.constantFrom("new", "open") },
          { requiredKeys: [] },
        ),
        body: fc.record(
          {
            quantity: fc.integer(),
            price: fc.option(fc.integer()),
            active: fc.boolean(),
            owner: fc.record({ name: fc.string() }),
            shape: fc.record({ r: fc.integer() }),
          },
          { requiredKeys: ["quantity"] },
        ),
      },
      { requiredKeys: ["path", "body"] },
    );
    fc.assert(
      fc.property(args, (some) => {
        expect(check(SCHEMA, some as JsonObject)).toEqual([]);
        expect(plan(SCHEMA, some as JsonObject)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("somebody else's schema", () => {
  test.each([
    "^(a+)+$",
    "^(a|a)*$",
    "(x*)*y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(.*)*b",
    "^(\\w+\\s?)*$",
    "(?:a{1,9}){1,9}",
    "(a)\\1+",
    ".*.*.*.*x",
    "(?=.*a)(?=.*b).*",
    "(a?){30}a{30}x*",
  ])("with the pattern %s cannot hang the check", (pattern) => {
    const schema = { type: "object", properties: { a: { type: "string", pattern } } };
    const startMs = performance.now();
    check(schema, { a: `${"a".repeat(5000)}!` });
    plan(schema, { a: `${"a".repeat(5000)}!` });
    expect(performance.now() - startMs).toBeLessThan(1500);
  });

  test.each([
    "^[A-Z]{3}$",
    "^\\d{4}-\\d{2}$",
    "^[a-z0-9]+(?:-[a-z0-9])?$",
    "^(GET|POST)$",
    "^[^/]+/[^/]+$",
    "^a(bc)*$",
  ])("with the ordinary pattern %s is held to it", (pattern) => {
    expect(mayBlowUp(pattern)).toBe(false);
    expect(check({ type: "object", properties: { a: { type: "string", pattern } } }, { a: "\u0001" })).toHaveLength(1);
  });

  test("with a pattern that is none lets every text through", () => {
    expect(check({ type: "object", properties: { a: { type: "string", pattern: "([" } } }, { a: "x" })).toEqual([]);
  });

  test("that is huge is not compiled, and says so", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, n) => [`p${n}`, { type: "string", description: "x" }]),
    );
    expect(check({ type: "object", properties }, {})).toEqual([
      "the schema of s POST /x is too large to check arguments by",
    ]);
  });

  test("that names what is not there stops the call", () => {
    expect(check({ type: "object", properties: { a: { $ref: "#/$defs/Gone" } } }, {})).toEqual([
      expect.stringMatching(/cannot be used/),
    ]);
    expect(check({ type: "object", properties: { a: { $ref: "https://evil.example/schema" } } }, {})).toEqual([
      expect.stringMatching(/cannot be used/),
    ]);
  });

  test("with code in its names runs nothing", () => {
    const name = `x"]);globalThis.hacked=1;//`;
    check(
      {
        type: "object",
        properties: { [name]: { type: "string", enum: [name], format: name, $comment: name } },
        required: [name],
      },
      { [name]: 5 },
    );
    expect((globalThis as { hacked?: number }).hacked).toBeUndefined();
  });

  test("is compiled once for many checks, over thousands of tools", () => {
    const tools = Array.from({ length: 1000 }, (_, n) =>
      toolOf({ type: "object", properties: { a: { type: "integer", maximum: n } } }),
    );
    for (const tool of tools) expect(checkArgs(tool, { a: 0 })).toEqual([]);
    const startMs = performance.now();
    for (let n = 0; n < 2000; n++) checkArgs(tools.at(-1)!, { a: 0 });
    expect((performance.now() - startMs) / 2000).toBeLessThan(0.5);
  });
});

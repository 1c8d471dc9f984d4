import { expect, test } from "vitest";
import { asId, type ProjectId } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project } from "../../core/domain/project.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import { checkPlan } from "../../core/planning/check-plan.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { fakeTools } from "../support/fake-tools.ts";
import { SHOP_TOOLS } from "../support/shop-tools.ts";

const project: Project = {
  id: asId<ProjectId>("shop"),
  name: "Shop",
  access: { propose: [], confirm: [], administer: [] },
  limits: { ...DEFAULT_LIMITS, stepsPerPlan: 5 },
  readsNeedNoConfirmation: false,
  draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
};
const tools = createToolCatalogue([fakeTools(...SHOP_TOOLS)]);
const PUT = "PUT /parts/{partId}/stock";

function check(steps: { operation: string; args: JsonObject; service?: string }[], words = "set p-101 to 400") {
  const raw = steps.map((step) => ({ service: "shop", ...step }));
  return checkPlan({ goal: "g", steps: raw }, { project, tools, words, goal: words });
}

const put = (path: JsonObject, body: JsonObject) => ({ operation: PUT, args: { path, body } });

async function problemsOf(...steps: Parameters<typeof check>[0]): Promise<string> {
  const checked = await check(steps);
  return checked.kind === "problems"
    ? checked.problems.map(({ kind, text }) => `${kind}: ${text}`).join("\n")
    : "valid";
}

test("risk, replay and hash come from the tool, whatever the model wrote", async () => {
  const step = { ...put({ partId: "p-101" }, { quantity: 400 }), risk: "read", toolHash: "mine", replay: "safe" };
  const checked = await check([step]);
  expect(checked.kind === "valid" && checked.plan.steps[0]).toMatchObject({
    tool: `shop ${PUT}`,
    risk: "write",
    replay: "never",
    toolHash: `hash of ${PUT}`,
  });
});

test("an invented endpoint, a forbidden one and an unknown service are refused", async () => {
  expect(await problemsOf({ operation: "POST /everything", args: {} })).toMatch(
    /^unknown-endpoint: .*POST \/everything/,
  );
  expect(await problemsOf({ service: "bank", operation: PUT, args: {} })).toMatch(/^unknown-endpoint/);
  expect(await problemsOf({ operation: "DELETE /jobs/{jobId}", args: { path: { jobId: "j-1" } } })).toMatch(
    /^not-allowed/,
  );
});

test("arguments of a wrong type, unknown ones and values out of range are refused", async () => {
  expect(await problemsOf(put({ partId: "p-101" }, { quantity: "400" }))).toMatch(/^arguments/);
  expect(await problemsOf(put({ partId: "p-101" }, { quantity: -4 }))).toMatch(/^arguments/);
  expect(await problemsOf(put({ partId: "p-101" }, { quantity: 400, colour: "red" }))).toMatch(/^arguments/);
});

test("a required value that is absent or a placeholder is missing", async () => {
  expect(await problemsOf(put({ partId: "p-101" }, {}))).toMatch(/^missing: .*body\.quantity/);
  expect(await problemsOf({ operation: PUT, args: {} })).toMatch(/path\.partId[\s\S]*body\.quantity/);
  for (const value of ["<id>", "unknown", "TODO", "string", "{partId}", "your-part-id-here", "...", "N/A", "null"]) {
    expect(await problemsOf(put({ partId: value }, { quantity: 400 })), value).toMatch(/^missing: .*path\.partId/);
  }
});

test("a placeholder in an optional argument is not sent along", async () => {
  expect(await problemsOf({ operation: "GET /parts", args: { query: { name: "<name>" } } })).toMatch(
    /query\.name holds a placeholder/,
  );
  expect(await problemsOf({ operation: "GET /parts", args: { query: { name: "M8" } } })).toBe("valid");
});

test("a word that looks like a placeholder is a value when the person said it", async () => {
  const checked = await check([put({ partId: "unknown" }, { quantity: 400 })], "set the part called unknown to 400");
  expect(checked.kind).toBe("valid");
});

test("a number in a changing call is missing when nobody said any number", async () => {
  const checked = await check([put({ partId: "bolt" }, { quantity: 100 })], "set the stock of bolts");
  expect(checked.kind === "problems" && checked.problems[0]).toMatchObject({
    kind: "missing",
    missing: { why: "invented" },
  });
  expect((await check([put({ partId: "bolt" }, { quantity: 0 })], "empty the stock of bolts")).kind).toBe("valid");
});

test("references may only name earlier steps, and must be well-formed", async () => {
  const list = { operation: "GET /parts", args: { query: { name: "M8" } } };
  const use = (reference: string) => put({ partId: reference }, { quantity: 400 });
  expect(await problemsOf(list, use("{{steps.1.body.items.0.id}}"))).toBe("valid");
  expect(await problemsOf(use("{{steps.1.body.id}}"))).toMatch(/^reference: .*earlier step/);
  expect(await problemsOf(use("{{steps.2.body.id}}"), list)).toMatch(/^reference/);
  expect(await problemsOf(list, use("{{steps.0.body.id}}"))).toMatch(/^reference/);
  expect(await problemsOf(list, use("{{part.id}}"))).toMatch(/^reference: .*no reference/);
});

test("a plan of 500 steps, or of none, is refused", async () => {
  const step = { operation: "GET /parts", args: {} };
  expect(await problemsOf(...Array.from({ length: 500 }, () => step))).toMatch(/^limit: .*500 steps; at most 5/);
  expect(await problemsOf()).toMatch(/^limit/);
});

test("packaging is forgiven: flat arguments, the service before the operation, a lower-case method", async () => {
  const flat = await check([{ operation: PUT, args: { partId: "p-101", quantity: 400 } }]);
  expect(flat.kind === "valid" && flat.plan.steps[0]?.args).toEqual({
    path: { partId: "p-101" },
    body: { quantity: 400 },
  });
  expect((await check([{ operation: `shop ${PUT}`, args: { partId: "p-101", quantity: 400 } }])).kind).toBe("valid");
  expect((await check([{ operation: "put /parts/{partId}/stock", args: { partId: "p-1", quantity: 4 } }])).kind).toBe(
    "valid",
  );
});

test("a title cannot smuggle lines or invisible characters onto a card", async () => {
  const raw = { service: "shop", operation: "GET /parts", args: {}, title: "Nice\n\u202Estep\u0007 one" };
  const checked = await checkPlan({ steps: [raw] }, { project, tools, words: "", goal: "look" });
  expect(checked.kind === "valid" && checked.plan.steps[0]?.title).toBe("Nice step one");
});

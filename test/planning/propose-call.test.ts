import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AccountId, ChatId, ProjectId, RunId, ToolKey } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project } from "../../core/domain/project.ts";
import type { Tool } from "../../core/domain/tool.ts";
import { type CallRequest, proposeCall } from "../../core/planning/propose-call.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { openSqlite } from "../../storage/index.ts";
import { fakeTool, fakeTools } from "../support/fake-tools.ts";
import { countingIds, manualClock } from "../support/manual-clock.ts";

const project: Project = {
  id: "shop" as ProjectId,
  name: "Shop",
  access: { propose: ["terminal:ana" as AccountId], confirm: [], administer: [] },
  limits: DEFAULT_LIMITS,
  readsNeedNoConfirmation: false,
  draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
};
const setStock: Tool = {
  ...fakeTool("stock", { risk: "write", replay: "never" }),
  key: "shop PUT /stock" as ToolKey,
  service: "shop",
  operation: "PUT /stock",
  argsSchema: {
    type: "object",
    properties: {
      body: { type: "object", properties: { quantity: { type: "integer", minimum: 0 } }, required: ["quantity"] },
    },
    required: ["body"],
  },
};
const closed: Tool = {
  ...setStock,
  key: "shop DELETE /stock" as ToolKey,
  operation: "DELETE /stock",
  isAllowed: false,
};

let stores: Stores;
const clock = manualClock();
const tools = createToolCatalogue([fakeTools(setStock, closed)]);
beforeEach(async () => {
  stores = await openSqlite({ folder: ":memory:" });
  await stores.atomically((tx) => tx.projects.put(project));
});
afterEach(() => stores.close());

function propose(change: Partial<CallRequest> = {}) {
  const request: CallRequest = {
    chatId: "command:1" as ChatId,
    projectId: project.id,
    account: "terminal:ana" as AccountId,
    service: "shop",
    operation: "PUT /stock",
    args: { body: { quantity: 400 } },
    ...change,
  };
  return proposeCall(request, { stores, clock, ids: countingIds(), tools });
}

const everyRun = () => stores.read((tx) => tx.runs.page({}, { limit: 10 }));

describe("a call that a person wrote down", () => {
  test("becomes a draft of one step, exactly as written, that somebody must still confirm", async () => {
    const proposed = await propose();
    expect(proposed).toMatchObject({ kind: "drafted", isQueued: false });
    const run = await stores.read((tx) => tx.runs.get("id-00000001" as RunId));
    expect(run).toMatchObject({ state: "draft", requestedBy: "terminal:ana", revision: 1 });
    expect(run?.plan.steps).toMatchObject([
      { number: 1, tool: "shop PUT /stock", args: { body: { quantity: 400 } }, risk: "write", replay: "never" },
    ]);
    const entries = await stores.read((tx) => tx.audit.after(0, 10));
    expect(entries.map(({ by, did, target }) => [by, did, target])).toEqual([
      ["terminal:ana", "propose-plan", "id-00000001"],
    ]);
  });

  test("in a chat that is known belongs to the chat's own project, whatever the place says now", async () => {
    const bakery = { ...project, id: "bakery" as ProjectId };
    const chatId = "command:known" as ChatId;
    await stores.atomically(async (tx) => {
      await tx.projects.put({ ...project, access: { ...project.access, propose: [] } });
      await tx.projects.put(bakery);
      await tx.chats.ensure({ id: chatId, projectId: project.id, language: "en", atMs: clock.nowMs() });
    });
    expect(await propose({ chatId, projectId: bakery.id })).toEqual({ kind: "not-allowed" });
    expect(await propose({ projectId: bakery.id })).toMatchObject({ kind: "drafted", run: { projectId: "bakery" } });
    expect(await propose({ chatId: "command:new" as ChatId, projectId: undefined })).toEqual({ kind: "not-allowed" });
  });

  test.each([
    ["an operation that is not there", { operation: "PUT /moon" }, "there is no endpoint"],
    ["an operation that is not allowed", { operation: "DELETE /stock" }, "is not on the allow-list"],
    ["a missing argument", { args: { body: {} } }, "body.quantity (integer) is required and missing"],
    ["a wrong type", { args: { body: { quantity: "many" } } }, "quantity"],
    ["a reference to a step before the first", { args: { body: { quantity: "{{steps.1.status}}" } } }, "earlier step"],
  ])("with %s is refused in a sentence, and nothing is saved", async (_what, change, sentence) => {
    const proposed = await propose(change);
    expect(proposed.kind).toBe("problems");
    expect(proposed.kind === "problems" && proposed.problems.map(({ text }) => text).join(" ")).toContain(sentence);
    expect((await everyRun()).items).toEqual([]);
  });

  test("by somebody who may not propose saves nothing", async () => {
    expect(await propose({ account: "terminal:eve" as AccountId })).toEqual({ kind: "not-allowed" });
    expect((await everyRun()).items).toEqual([]);
    const entries = await stores.read((tx) => tx.audit.after(0, 10));
    expect(entries.map(({ by, did }) => [by, did])).toEqual([["terminal:eve", "refuse-request"]]);
  });
});

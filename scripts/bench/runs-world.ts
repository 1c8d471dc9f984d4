import { planHash } from "../../core/domain/canonical.ts";
import { type AccountId, asId, type ChatId, type ProjectId, type RunId, type ToolKey } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import { DEFAULT_LIMITS, type Project } from "../../core/domain/project.ts";
import type { Tool, ToolOutcome } from "../../core/domain/tool.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { ToolCatalogue } from "../../core/tools/tool-catalogue.ts";

export const me = asId<AccountId>("terminal:ana");
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error: (fields, text) => console.error(text, fields) };

export const benchClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const timer = setTimeout(finish, ms);
      function finish() {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
      signal?.addEventListener("abort", finish, { once: true });
    }),
};

export const benchProject: Project = {
  id: asId<ProjectId>("bench"),
  name: "Bench",
  access: { propose: [me], confirm: [me], administer: [] },
  limits: {
    ...DEFAULT_LIMITS,
    stepsPerPlan: 10_000,
    secondsPerRun: 86_400,
    callsPerHour: 1e12,
    runsAtOnce: 10_000,
    callsAtOncePerService: 10_000,
  },
  readsNeedNoConfirmation: false,
  draftLifeMs: 86_400_000,
};

export const benchTool: Tool = {
  key: asId<ToolKey>("workshop PUT /parts/{id}/stock"),
  service: "workshop",
  operation: "PUT /parts/{id}/stock",
  summary: "Sets the stock of a part",
  params: "path: id*:string · body: quantity*:integer",
  argsSchema: {
    type: "object",
    properties: {
      path: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
      body: { type: "object", properties: { quantity: { type: "integer" } }, required: ["quantity"] },
    },
    required: ["path", "body"],
  },
  hash: "a".repeat(64),
  risk: "write",
  replay: "never",
  isAllowed: true,
};

/** A tool that answers after `ms`, or at once. */
export function instantTools(tool: Tool, ms = 0, onCall: (idempotencyKey: string) => void = () => {}): ToolCatalogue {
  const outcome: ToolOutcome = {
    kind: "done",
    request: 'PUT /parts/M8/stock {"quantity":400}',
    summary: "200 OK",
    result: { status: 200, headers: { "content-type": "application/json" }, body: { id: "M8", quantity: 400 } },
  };
  return {
    cards: async () => [tool],
    search: async () => [tool],
    get: async () => tool,
    async call(_project, call, signal) {
      onCall(call.idempotencyKey);
      if (ms > 0) await benchClock.sleep(ms, signal);
      return outcome;
    },
  };
}

export function draftOf(id: string, steps: number, toolOf: (number: number) => Tool = () => benchTool): PlanRun {
  const plan: Plan = {
    version: 1,
    goal: "count the parts",
    steps: Array.from({ length: steps }, (_, i) => ({
      number: i + 1,
      title: "Set the stock",
      tool: toolOf(i + 1).key,
      toolHash: toolOf(i + 1).hash,
      args: { path: { id: "M8" }, body: { quantity: i } },
      risk: "write" as const,
      replay: toolOf(i + 1).replay,
    })),
  };
  return {
    id: asId<RunId>(id),
    chatId: asId<ChatId>(`bench:${id}`),
    projectId: benchProject.id,
    state: "draft",
    revision: 1,
    plan,
    planHash: planHash(plan),
    requestedBy: me,
    proposedAtMs: Date.now(),
    expiresAtMs: Date.now() + 86_400_000,
    fence: 0,
  };
}

import { planHash } from "../../core/domain/canonical.ts";
import type { Card } from "../../core/domain/card.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { PlanRun, StepRun } from "../../core/domain/plan-run.ts";
import { renderCard } from "../../core/progress/plan-card.ts";

export const EXAMPLE_NOW = Date.UTC(2026, 0, 5, 9, 0, 0);

export const examplePlan: Plan = {
  version: 1,
  goal: "Raise the stock of M8 bolts to 400",
  steps: [
    {
      number: 1,
      title: "Look up the part",
      tool: asId("workshop GET /parts/{id}"),
      toolHash: "a".repeat(64),
      args: { path: { id: "M8" } },
      risk: "read",
      replay: "safe",
    },
    {
      number: 2,
      title: "Set the stock",
      tool: asId("workshop PUT /parts/{id}/stock"),
      toolHash: "b".repeat(64),
      args: { path: { id: "{{steps.1.body.id}}" }, body: { quantity: 400 } },
      risk: "write",
      replay: "never",
    },
  ],
};

export function exampleRun(change: Partial<PlanRun> = {}): PlanRun {
  const plan = change.plan ?? examplePlan;
  return {
    id: asId("0190b5c2-run-3f9a2b71"),
    chatId: asId("memory:main"),
    projectId: asId("workshop"),
    state: "draft",
    revision: 1,
    planHash: planHash(plan),
    requestedBy: asId<AccountId>("memory:ana"),
    proposedAtMs: EXAMPLE_NOW,
    expiresAtMs: EXAMPLE_NOW + 24 * 3_600_000,
    fence: 0,
    ...change,
    plan,
  };
}

export function exampleStep(number: number, change: Partial<StepRun> = {}): StepRun {
  return { runId: exampleRun().id, number, state: "pending", attempt: 0, ...change };
}

/** The card of the example as a draft that Ben may confirm. */
export function exampleCard(change: Partial<PlanRun> = {}): Card {
  return renderCard(exampleRun(change), [exampleStep(1), exampleStep(2)], {
    language: "en",
    nowMs: EXAMPLE_NOW + 60_000,
    mayConfirm: [asId("memory:ben")],
  });
}

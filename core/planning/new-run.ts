import { planHash } from "../domain/canonical.ts";
import type { AccountId, ChatId, RunId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";

/** A first proposal as it is saved: a draft that waits for a decision as long as its project says. Pure. */
export function newRun(
  id: RunId,
  { chatId, project, plan, by }: { chatId: ChatId; project: Project; plan: Plan; by: AccountId },
  atMs: number,
): PlanRun {
  return {
    id,
    chatId,
    projectId: project.id,
    state: "draft",
    revision: 1,
    plan,
    planHash: planHash(plan),
    requestedBy: by,
    proposedAtMs: atMs,
    expiresAtMs: atMs + project.draftLifeMs,
    fence: 0,
  };
}

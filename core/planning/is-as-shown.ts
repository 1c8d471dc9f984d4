import { planHash } from "../domain/canonical.ts";
import type { PlanRun } from "../domain/plan-run.ts";

/** Whether the stored plan still has the hash that it was shown with. What was not shown does not run. */
export function isAsShown(run: Pick<PlanRun, "plan" | "planHash">): boolean {
  return planHash(run.plan) === run.planHash;
}

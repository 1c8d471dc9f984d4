import type { MessageId } from "../domain/ids.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Tx } from "../ports/stores.ts";

const MAX_CHARS = 3_000;

/** The key of the chat's memory of one revision of a plan: its place among the messages says what came after it. */
export function planMessageKey({ id, revision }: Pick<PlanRun, "id" | "revision">): string {
  return `${PLAN_KEY}${id}:${revision}`;
}

export const PLAN_KEY = "piloto:plan:";

/** Writes into the chat's history that Piloto proposed this revision. Once per revision. */
export async function rememberPlan(tx: Tx, run: PlanRun, id: MessageId, atMs: number): Promise<void> {
  const steps = run.plan.steps.map((step) => `${step.number}. ${step.tool} ${JSON.stringify(step.args)}`);
  const text = [`(Proposed, not run: ${run.plan.goal})`, ...steps].join("\n").slice(0, MAX_CHARS);
  const { chatId } = run;
  await tx.messages.add({ id, chatId, key: planMessageKey(run), origin: "piloto", text, atMs, handledAtMs: atMs });
}

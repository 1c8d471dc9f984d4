import { canonicalJson } from "../domain/canonical.ts";
import type { AccountId, ChatId, RunId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { Json } from "../domain/result.ts";
import type { Stores } from "../ports/stores.ts";

/** A person cancelled the same steps in this chat. */
export interface RejectedBefore {
  readonly runId: RunId;
  readonly by?: AccountId;
  readonly atMs?: number;
}

/** Cancelled plans that are looked at: the chat's newest. */
const LOOK_BACK = 20;

/**
 * The cancelled run of this chat whose steps are the same as the plan's, unless the request asks for them: it says
 * "again", names a value of the plan, or repeats the words it came from. A model alone never brings a rejected plan back.
 */
export async function rejectedBefore(
  { chatId, plan, text }: { chatId: ChatId; plan: Plan; text: string },
  stores: Pick<Stores, "read">,
): Promise<RejectedBefore | undefined> {
  if (AGAIN.test(text) || namesAValue(plan, text)) return undefined;
  const cancelled = await stores.read((tx) => tx.runs.page({ chatId, states: ["cancelled"] }, { limit: LOOK_BACK }));
  const same = cancelled.items.find((run) => run.startedAtMs === undefined && stepsOf(run.plan) === stepsOf(plan));
  if (same && speaksOf(text, same.plan.goal)) return undefined;
  return same && { runId: same.id, by: same.decidedBy, atMs: same.decidedAtMs };
}

const AGAIN =
  /\b(?:again|once more|after all|retry|anyway|same plan)\b|(?:^|[^\p{L}])(?:otra vez|de nuevo|nuevamente|al final sí|vuelve a|mismo plan)(?:$|[^\p{L}])/iu;

function stepsOf(plan: Plan): string {
  return canonicalJson(plan.steps.map(({ tool, args }) => ({ tool, args })));
}

/** Most words of the request stand in the goal of the plan: it was asked for anew, in much the same words. */
function speaksOf(text: string, goal: string): boolean {
  const inGoal = new Set(wordsOf(goal));
  const said = wordsOf(text);
  return said.length >= 2 && said.filter((word) => inGoal.has(word)).length / said.length >= 0.6;
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Some value of the plan's arguments stands in the request, word for word: the person speaks of this very thing. */
function namesAValue(plan: Plan, text: string): boolean {
  const said = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")} `;
  const values = plan.steps.flatMap((step) => leavesOf(step.args));
  return values.some((value) => {
    const plain = String(value)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
    return plain !== "" && said.includes(` ${plain} `);
  });
}

function leavesOf(value: Json): (string | number)[] {
  if (typeof value === "string") return value.includes("{{") ? [] : [value];
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

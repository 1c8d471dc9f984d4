import type { Plan } from "../core/domain/plan.ts";

/** Plans kept, and the length of the longest text that is. */
const MOST = 128;
const LONGEST = 200_000;

/**
 * A stored plan. One text is read once and gives one frozen object from then on: a run's plan is looked at by every
 * decision, claim and card. The cache holds nothing but results of a pure function, and is bounded.
 */
export function readPlan(text: string): Plan {
  const known = plans.get(text);
  if (known) return known;
  const plan = freeze(JSON.parse(text) as Plan);
  if (text.length > LONGEST) return plan;
  if (plans.size >= MOST) plans.delete(plans.keys().next().value!);
  plans.set(text, plan);
  return plan;
}

const plans = new Map<string, Plan>();

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}

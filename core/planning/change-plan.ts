import type { Plan, PlanStep } from "../domain/plan.ts";
import { referencesIn } from "../domain/references.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";
import type { planningEn } from "../words/planning-en.ts";
import type { PlanChange } from "./decision.ts";

export type Changed =
  | { readonly kind: "changed"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly why: string };

/** Sentences in the chat's language. */
export type EditWords = (typeof planningEn)["edit"];

/**
 * Applies one edit to a plan. Pure. References follow the steps they name; an edit that would leave a reference
 * without its step, or before it, is refused with the reason. The arguments are not checked here.
 */
export function changePlan(plan: Plan, change: Exclude<PlanChange, { kind: "words" }>, say: EditWords): Changed {
  const index = change.step - 1;
  if (!plan.steps[index]) return refused(say.noStep(change.step, plan.steps.length));
  if (change.kind === "set") return setArgument(plan, change, say);
  const order = plan.steps.map((_step, at) => at);
  if (change.kind === "drop") {
    if (plan.steps.length === 1) return refused(say.lastStep);
    const user = plan.steps.find((step) => usesStep(step, change.step));
    if (user) return refused(say.isUsed(change.step, user.number));
    order.splice(index, 1);
  } else {
    if (!plan.steps[change.to - 1]) return refused(say.noStep(change.to, plan.steps.length));
    order.splice(change.to - 1, 0, ...order.splice(index, 1));
  }
  return reorder(plan, order, say);
}

const refused = (why: string): Changed => ({ kind: "refused", why });

/** `order` holds old indexes in their new places. */
function reorder(plan: Plan, order: readonly number[], say: EditWords): Changed {
  const newNumbers = new Map(order.map((old, at) => [old + 1, at + 1]));
  for (const [at, old] of order.entries()) {
    const late = referencesIn(plan.steps[old]!.args).references.find(({ step }) => newNumbers.get(step)! > at);
    if (late) return refused(say.wouldComeLate(late.step, old + 1));
  }
  const steps = order.map((old, at) => {
    const step = plan.steps[old]!;
    return { ...step, number: at + 1, args: renumber(step.args, newNumbers) as JsonObject };
  });
  return { kind: "changed", plan: { ...plan, steps } };
}

function usesStep(step: PlanStep, number: number): boolean {
  return referencesIn(step.args).references.some((reference) => reference.step === number);
}

function renumber(value: Json, newNumbers: ReadonlyMap<number, number>): Json {
  if (typeof value === "string") {
    return value.replace(/(\{\{\s*steps\.)(\d{1,4})(?=\.)/g, (_all, head: string, old: string) => {
      return `${head}${newNumbers.get(Number(old)) ?? old}`;
    });
  }
  if (Array.isArray(value)) return value.map((item) => renumber(item, newNumbers));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renumber(item, newNumbers)]));
}

const MAX_PATH = 20;

function setArgument(plan: Plan, change: Extract<PlanChange, { kind: "set" }>, say: EditWords): Changed {
  const { step, path, value } = change;
  const old = plan.steps[step - 1]!;
  const args = path.length === 0 || path.length > MAX_PATH ? undefined : setIn(old.args, path, value);
  if (!isJsonObject(args)) return refused(say.noArgument(path.join(".")));
  const steps = plan.steps.map((one) => (one.number === step ? { ...one, args } : one));
  return { kind: "changed", plan: { ...plan, steps } };
}

/** A copy with the value in its place; objects on the way are made, list places are not. */
function setIn(at: Json | undefined, path: readonly (string | number)[], value: Json): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    const place = Number(key);
    if (!Number.isInteger(place) || place < 0 || place > at.length) return undefined;
    const inner = setIn(at[place], rest, value);
    return inner === undefined ? undefined : at.toSpliced(place, 1, inner);
  }
  if (at !== undefined && !isJsonObject(at)) return undefined;
  if (key === "__proto__") return undefined;
  const inner = setIn(at && Object.hasOwn(at, key) ? at[key] : undefined, rest, value);
  return inner === undefined ? undefined : { ...at, [key]: inner };
}

import type { Plan, PlanStep } from "../domain/plan.ts";
import { referencesIn } from "../domain/references.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";
import type { planningEn } from "../words/planning-en.ts";
import type { PlanChange, SingleChange } from "./decision.ts";

export type Changed =
  | { readonly kind: "changed"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly why: string };

/** Sentences in the chat's language. */
export type EditWords = (typeof planningEn)["edit"];

/**
 * Applies an edit, or several at once, all or none. Pure. Step numbers are those of the plan before, also in a
 * reference that is set and in the place a step moves to; references then follow the steps they name. An edit that
 * would leave a reference without its step, or before it, is refused with the reason. Arguments are not checked here.
 */
export function changePlan(plan: Plan, change: Exclude<PlanChange, { kind: "words" }>, say: EditWords): Changed {
  const changes = change.kind === "several" ? change.changes : [change];
  const missing = changes
    .flatMap((one) => (one.kind === "move" ? [one.step, one.to] : [one.step]))
    .find((step) => !plan.steps[step - 1]);
  if (missing !== undefined) return refused(say.noStep(missing, plan.steps.length));
  let set = plan;
  for (const one of changes) {
    if (one.kind !== "set") continue;
    const changed = setArgument(set, one, say);
    if (changed.kind === "refused") return changed;
    set = changed.plan;
  }
  const dropped = new Set(changes.flatMap((one) => (one.kind === "drop" ? [one.step] : [])));
  if (dropped.size === plan.steps.length) return refused(say.lastStep);
  const kept = newOrder(plan.steps.length, changes).filter((at) => !dropped.has(at + 1));
  for (const at of kept) {
    const used = [...dropped].find((step) => usesStep(set.steps[at]!, step));
    if (used !== undefined) return refused(say.isUsed(used, at + 1));
  }
  return reorder(set, kept, say);
}

const refused = (why: string): Changed => ({ kind: "refused", why });

/** Old indexes in their new places: what moves stands where it was sent, the others fill the gaps in order. */
function newOrder(count: number, changes: readonly SingleChange[]): number[] {
  const target = new Map(changes.flatMap((one) => (one.kind === "move" ? [[one.step - 1, one.to - 1] as const] : [])));
  const places: (number | undefined)[] = Array.from({ length: count });
  const rest: number[] = [];
  for (let at = 0; at < count; at++) {
    const to = target.get(at);
    if (to !== undefined && places[to] === undefined) places[to] = at;
    else rest.push(at);
  }
  return places.map((at) => at ?? rest.shift()!);
}

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

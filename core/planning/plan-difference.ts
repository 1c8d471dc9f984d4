import { canonicalJson } from "../domain/canonical.ts";
import { cutAt } from "../domain/plain-text.ts";
import type { Plan, PlanStep } from "../domain/plan.ts";
import { isJsonObject, type Json } from "../domain/result.ts";
import type { EditWords } from "./change-plan.ts";

const MAX_NOTE = 500;
const MAX_VALUE = 80;

/**
 * What differs between two revisions, for people: steps dropped, added, moved, and each changed argument with the
 * value before and after. Empty when nothing differs. At most 500 characters.
 */
export function planDifference(was: Plan, is: Plan, say: EditWords): string {
  const parts: string[] = [];
  const pairs = pairSteps(was, is);
  for (const step of was.steps) {
    if (!pairs.some((pair) => pair.was === step)) parts.push(say.dropped(step.number, step.tool));
  }
  const kept = pairs.filter((pair) => pair.was).sort((a, b) => a.was!.number - b.was!.number);
  for (const { was: before, is: after } of pairs) {
    if (!before) parts.push(say.added(after.number, after.tool));
    else parts.push(...changesOf(before, after, say));
  }
  const order = kept.map((pair) => pair.is.number);
  const moved = kept.filter((_pair, at) => order[at] !== [...order].sort((a, b) => a - b)[at]);
  for (const pair of moved) parts.push(say.moved(pair.was!.number, pair.is.number));
  if (parts.length === 0 && was.goal !== is.goal) parts.push(say.goal(is.goal));
  return cutAt(parts.join("; "), MAX_NOTE);
}

interface Pair {
  readonly was?: PlanStep;
  readonly is: PlanStep;
}

/** Each new step with the old one it came from: the same call first, then the same endpoint. */
function pairSteps(was: Plan, is: Plan): Pair[] {
  const free = new Set(was.steps);
  const take = (fits: (step: PlanStep) => boolean): PlanStep | undefined => {
    const found = [...free].find(fits);
    if (found) free.delete(found);
    return found;
  };
  const first = is.steps.map((step) => take((old) => old.tool === step.tool && sameArgs(old, step)));
  return is.steps.map((step, at) => ({ is: step, was: first[at] ?? take((old) => old.tool === step.tool) }));
}

function changesOf(before: PlanStep, after: PlanStep, say: EditWords): string[] {
  const [was, is] = [leavesOf(before.args), leavesOf(after.args)];
  const paths = [...new Set([...was.keys(), ...is.keys()])];
  return paths
    .filter((path) => was.get(path) !== is.get(path))
    .filter(
      (path) =>
        plainReference(was.get(path)) === undefined || plainReference(was.get(path)) !== plainReference(is.get(path)),
    )
    .map((path) => say.changed(after.number, path, was.get(path) ?? say.absent, is.get(path) ?? say.absent));
}

/** A reference without its step's number: a renumbered reference is no change that a person asked for. */
function plainReference(value: string | undefined): string | undefined {
  return value?.includes("{{") ? value.replace(/steps\.\d+\./g, "steps.N.") : undefined;
}

const sameArgs = (a: PlanStep, b: PlanStep) => canonicalJson(a.args) === canonicalJson(b.args);

function leavesOf(value: Json, path = "", into = new Map<string, string>()): Map<string, string> {
  const entries = isJsonObject(value) || Array.isArray(value) ? Object.entries(value) : undefined;
  if (!entries || entries.length === 0) into.set(path, cutAt(JSON.stringify(value), MAX_VALUE));
  for (const [key, item] of entries ?? []) leavesOf(item as Json, path === "" ? key : `${path}.${key}`, into);
  return into;
}

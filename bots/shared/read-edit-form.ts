import { canonicalJson } from "../../core/domain/canonical.ts";
import type { Language } from "../../core/domain/chat.ts";
import { visibleText } from "../../core/domain/plain-text.ts";
import type { Plan, PlanStep } from "../../core/domain/plan.ts";
import { isJsonObject, type Json } from "../../core/domain/result.ts";
import type { PlanChange, SingleChange } from "../../core/index.ts";
import { words } from "../../core/words/words.ts";
import { isPlain, type Leaf, leafText, leavesOf, stepText } from "./edit-form.ts";

/** What a form sent back, by field id: the text of a value or of words, the chosen steps of `drop`. */
export type SubmittedForm = ReadonlyMap<string, string | readonly string[]>;

export interface FieldProblem {
  /** The id of the field. */
  readonly field: string;
  /** One sentence for the person. */
  readonly text: string;
}

export type EditRead =
  | { readonly kind: "change"; readonly change: PlanChange }
  | { readonly kind: "problems"; readonly problems: readonly FieldProblem[] }
  /** Nothing differs from the plan. `text` says so. */
  | { readonly kind: "nothing"; readonly text: string };

/**
 * What a person changed in the form of this plan (of the very revision that the form was made from). Fields that
 * were not touched, or that this plan does not have, change nothing. All or none: one problem and nothing is changed.
 */
export function readEditForm(plan: Plan, submitted: SubmittedForm, language: Language): EditRead {
  const say = words(language).chatApp.edit;
  const problems: FieldProblem[] = [];
  const drops = droppedSteps(plan, submitted);
  const changes: SingleChange[] = drops.map((step) => ({ kind: "drop", step }));
  for (const [field, text] of submitted) {
    if (typeof text !== "string" || field === "words") continue;
    const read = readField(plan, field, text, say);
    if (typeof read === "string") problems.push({ field, text: read });
    else changes.push(...read.filter((change) => !drops.includes(change.step)));
  }
  if (drops.length === plan.steps.length) problems.push({ field: "drop", text: say.dropsAll });
  const inWords = submitted.get("words");
  const text = typeof inWords === "string" ? inWords.trim() : "";
  if (text !== "" && changes.length > 0) problems.push({ field: "words", text: say.either });
  if (problems.length > 0) return { kind: "problems", problems };
  if (text !== "") return { kind: "change", change: { kind: "words", text } };
  if (changes.length === 0) return { kind: "nothing", text: say.nothing };
  return { kind: "change", change: { kind: "several", changes } };
}

type EditWords = ReturnType<typeof words>["chatApp"]["edit"];

function droppedSteps(plan: Plan, submitted: SubmittedForm): number[] {
  const chosen = submitted.get("drop");
  const numbers = Array.isArray(chosen) ? new Set(chosen.map(Number)) : new Set<number>();
  return plan.steps.map(({ number }) => number).filter((number) => numbers.has(number));
}

/** The changes of one field, or the sentence that says what is wrong with it. */
function readField(plan: Plan, field: string, text: string, say: EditWords): SingleChange[] | string {
  const [, kind, number, place] = /^(?:(a)\.(\d{1,4})\.(\d{1,4})|j\.\d{1,4})$/.exec(field) ?? [];
  if (kind === "a") {
    const step = plan.steps.find((one) => one.number === Number(number));
    const leaf = step && leavesOf(step)[Number(place)];
    return step && leaf ? readLeaf(step, leaf, text, say) : [];
  }
  const step = field.startsWith("j.") && plan.steps.find((one) => one.number === Number(field.slice(2)));
  return step ? readStep(step, text, say) : [];
}

function readLeaf(step: PlanStep, { path, value }: Leaf, text: string, say: EditWords): SingleChange[] | string {
  if (isSame(text, leafText(value))) return [];
  const read = newValue(text, value, say);
  if (read.kind === "problem") return read.text;
  return isEqual(read.value, value) ? [] : [{ kind: "set", step: step.number, path, value: read.value }];
}

type NewValue = { readonly kind: "value"; readonly value: Json } | { readonly kind: "problem"; readonly text: string };

const REFERENCE = /^\s*\{\{\s*steps\.[^{}]{1,300}\}\}\s*$/;

/** What was bare text stays text, so that a part number `007` keeps its zeros; a reference may stand anywhere. */
function newValue(text: string, old: Json, say: EditWords): NewValue {
  if (isPlain(old)) return { kind: "value", value: oneEnd(text) };
  if (REFERENCE.test(text)) return { kind: "value", value: text.trim() };
  const parsed = parseJson(text);
  if (typeof old === "number") {
    if (typeof parsed !== "number") return { kind: "problem", text: say.needs.number };
    return isExact(text) ? { kind: "value", value: parsed } : { kind: "problem", text: say.needs.exact };
  }
  if (typeof old === "boolean") {
    const truth = typeof parsed === "boolean" ? parsed : TRUTH.get(text.trim().toLowerCase());
    return truth === undefined ? { kind: "problem", text: say.needs.boolean } : { kind: "value", value: truth };
  }
  if (parsed !== undefined) return { kind: "value", value: parsed };
  if (old === null) return { kind: "value", value: oneEnd(text) };
  return { kind: "problem", text: say.needs.json };
}

const TRUTH = new Map([
  ["yes", true],
  ["no", false],
  ["sí", true],
  ["si", true],
]);

/** A whole number beyond 2^53 would be stored as another one. */
function isExact(text: string): boolean {
  return !/^-?\d+$/.test(text.trim()) || Number.isSafeInteger(Number(text));
}

function readStep(step: PlanStep, text: string, say: EditWords): SingleChange[] | string {
  if (isSame(text, stepText(step))) return [];
  const parsed = parseJson(text);
  if (parsed === undefined) return say.needs.json;
  if (!isJsonObject(parsed)) return say.needs.object;
  const lost = Object.keys(step.args).find((key) => !Object.hasOwn(parsed, key));
  if (lost !== undefined) return say.cannotRemove(visibleText(lost).slice(0, 60));
  return Object.entries(parsed)
    .filter(([key, value]) => !(Object.hasOwn(step.args, key) && isEqual(value, step.args[key] as Json)))
    .map(([key, value]) => ({ kind: "set", step: step.number, path: [key], value }));
}

/** `undefined` for what is no JSON, or holds half a character: no plan could keep it. */
function parseJson(text: string): Json | undefined {
  try {
    const parsed = JSON.parse(text) as Json;
    canonicalJson(parsed);
    return parsed;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const isEqual = (one: Json, other: Json): boolean => canonicalJson(one) === canonicalJson(other);

/** Platforms change line ends, and trim. */
const isSame = (text: string, shown: string): boolean => oneEnd(text).trim() === oneEnd(shown).trim();
const oneEnd = (text: string): string => text.replace(/\r\n?/g, "\n").toWellFormed();

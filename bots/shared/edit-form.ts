import type { Language } from "../../core/domain/chat.ts";
import { visibleText } from "../../core/domain/plain-text.ts";
import type { Plan, PlanStep } from "../../core/domain/plan.ts";
import { isJsonObject, type Json } from "../../core/domain/result.ts";
import { words } from "../../core/words/words.ts";

/**
 * A plan as a form of a chat app. The form is a pure function of the plan and the room: ids name steps and places in
 * them, so that what comes back is read with the plan of the same revision, after a restart too.
 */
export interface EditForm {
  /** At most `maxFields`: values first, then which steps to drop (plans of two steps and more), then words. */
  readonly fields: readonly EditField[];
  /** Arguments that found no room: too many, or too long. */
  readonly left: number;
}

export type EditField =
  | {
      readonly kind: "value";
      /** `a.<step>.<place>` for one argument, `j.<step>` for all of a step: at most 100 characters. */
      readonly id: string;
      readonly step: number;
      /** Plain text; faces cut it to their limit. */
      readonly label: string;
      /** What stands there now. Sent back as it is, it changes nothing. May be empty. */
      readonly value: string;
      readonly isLong: boolean;
    }
  | { readonly kind: "drop"; readonly id: "drop"; readonly choices: readonly DropChoice[] }
  | { readonly kind: "words"; readonly id: "words" };

export interface DropChoice {
  /** The step's number. */
  readonly value: string;
  /** `2 · Set the stock`. */
  readonly label: string;
}

export interface FormRoom {
  /** Fields in all, at least 3. */
  readonly maxFields: number;
  /** Characters that one field can hold. */
  readonly maxValue: number;
  /** Steps that one choice can list; later steps can only be dropped in words. */
  readonly maxChoices: number;
}

/** A single value inside a step's arguments. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

const SHORT_VALUE = 120;
const MOST_LEAVES = 500;

/** One field per argument where that fits, else one per step (its arguments as JSON), as many as fit. */
export function editForm(plan: Plan, language: Language, room: FormRoom): EditForm {
  const hasDrop = plan.steps.length > 1;
  const forValues = room.maxFields - (hasDrop ? 2 : 1);
  const single = plan.steps.flatMap((step) => leafFields(step, language));
  const all = single.length <= forValues ? single : plan.steps.flatMap((step) => stepField(step, language));
  const fitting = all.filter((field) => field.value.length <= room.maxValue).slice(0, forValues);
  const choices = plan.steps.slice(0, room.maxChoices).map(dropChoice);
  return {
    fields: [
      ...fitting,
      ...(hasDrop ? [{ kind: "drop", id: "drop", choices } as const] : []),
      { kind: "words", id: "words" },
    ],
    left: all.length - fitting.length,
  };
}

type ValueField = Extract<EditField, { kind: "value" }>;

function leafFields(step: PlanStep, language: Language): ValueField[] {
  return leavesOf(step).map((leaf, place) => {
    const value = leafText(leaf.value);
    const label = words(language).chatApp.edit.argument(step.number, visibleText(leaf.path.join(".")));
    const isLong = value.length > SHORT_VALUE || value.includes("\n");
    return { kind: "value", id: `a.${step.number}.${place}`, step: step.number, label, value, isLong };
  });
}

function stepField(step: PlanStep, language: Language): ValueField[] {
  if (Object.keys(step.args).length === 0) return [];
  const label = words(language).chatApp.edit.wholeStep(step.number);
  return [{ kind: "value", id: `j.${step.number}`, step: step.number, label, value: stepText(step), isLong: true }];
}

function dropChoice({ number, title }: PlanStep): DropChoice {
  return { value: String(number), label: `${number} · ${visibleText(title)}` };
}

/** A step's single values, in the order of its arguments. Empty objects and lists count as values. At most 500. */
export function leavesOf(step: PlanStep): Leaf[] {
  const found: Leaf[] = [];
  const walk = (value: Json, path: readonly (string | number)[]): void => {
    if (found.length >= MOST_LEAVES) return;
    const inner: [string | number, Json][] = Array.isArray(value)
      ? [...value.entries()]
      : isJsonObject(value)
        ? Object.entries(value)
        : [];
    if (inner.length === 0 && path.length > 0) found.push({ path, value });
    for (const [key, item] of inner) walk(item, [...path, key]);
  };
  walk(step.args, []);
  return found;
}

/** What a field shows of a value: texts as they are, everything else as JSON, and so is a text that could deceive. */
export function leafText(value: Json): string {
  return isPlain(value) ? value : visibleText(JSON.stringify(value));
}

/** Whether a value is shown and read as bare text, without quotes. */
export function isPlain(value: Json): value is string {
  if (typeof value !== "string" || value.trim() !== value) return false;
  const flat = value.replaceAll("\n", " ");
  return visibleText(flat) === flat;
}

export const stepText = (step: PlanStep): string => visibleText(JSON.stringify(step.args));

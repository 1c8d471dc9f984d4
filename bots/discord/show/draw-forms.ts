import type { Language } from "../../../core/domain/chat.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import type { Plan } from "../../../core/domain/plan.ts";
import type { PlanRun } from "../../../core/domain/plan-run.ts";
import { words } from "../../../core/words/words.ts";
import { type EditField, type EditForm, editForm } from "../../shared/edit-form.ts";
import { type PressKind, writePressId } from "./component-ids.ts";
import { escapeText } from "./escape-text.ts";
import { LIMITS, TYPES } from "./limits.ts";
import { type Component, type Drawn, messageOf, textDisplay } from "./message-body.ts";

/** A modal as Discord opens it. */
export interface Modal {
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly Component[];
}

export type Drafted = Pick<PlanRun, "id" | "revision" | "plan" | "planHash">;

const ROOM = { maxFields: LIMITS.modalLabels, maxValue: LIMITS.input, maxChoices: LIMITS.selectOptions };

/** How a plan is edited: in one form when every value fits into it, else a step is chosen first. */
export function drawEdit(run: Drafted, language: Language): { modal: Modal } | { choice: Drawn } | undefined {
  const form = editForm(run.plan, language, ROOM);
  const isWhole = form.left === 0 && !form.fields.some(({ id }) => id.startsWith("j."));
  if (isWhole || run.plan.steps.length === 1) return asModal(run, form, language);
  const choice = stepChoice(run, language);
  return choice && { choice };
}

/** The form of what was chosen: a step's number, or `plan`: dropping and words. */
export function drawStepEdit(run: Drafted, chosen: string, language: Language): { modal: Modal } | undefined {
  const steps = run.plan.steps.filter((step) => String(step.number) === chosen);
  const part: Plan = { ...run.plan, steps };
  const whole = editForm(run.plan, language, ROOM);
  const form =
    steps.length > 0
      ? editForm(part, language, ROOM)
      : { ...whole, fields: whole.fields.filter((field) => field.kind !== "value") };
  return asModal(run, form, language);
}

function asModal(run: Drafted, form: EditForm, language: Language): { modal: Modal } | undefined {
  const say = words(language).chatApp.edit;
  const fields = form.fields.map((field) => fieldOf(field, language));
  return modalOf("form", run, say.title, fields);
}

function fieldOf(field: EditField, language: Language): Component {
  const say = words(language).chatApp.edit;
  if (field.kind === "drop") {
    const options = field.choices.map(({ value, label }) => ({ value, label: plainLine(label, LIMITS.optionText) }));
    const select = { type: TYPES.select, custom_id: field.id, options, required: false };
    return label(say.drop, say.dropHint, { ...select, min_values: 0, max_values: options.length });
  }
  if (field.kind === "words") return label(say.words, say.wordsHint, input(field.id, { isLong: true }));
  return label(field.label, field.label.length > LIMITS.label ? field.label : undefined, input(field.id, field));
}

function stepChoice(run: Drafted, language: Language): Drawn | undefined {
  const say = words(language).chatFace.pickStep;
  const custom_id = writePressId({ kind: "pick-step", runId: run.id, revision: run.revision });
  if (custom_id === undefined) return undefined;
  const options = [
    { value: "plan", label: say.wholePlan },
    ...run.plan.steps.slice(0, LIMITS.selectOptions - 1).map(({ number, title }) => ({
      value: String(number),
      label: plainLine(say.step(number, title), LIMITS.optionText) || String(number),
    })),
  ];
  const select = { type: TYPES.select, custom_id, options, placeholder: say.placeholder };
  return messageOf([textDisplay(escapeText(say.text)), { type: TYPES.row, components: [select] }]);
}

/** Asks why a plan is cancelled; the answer may stay empty. */
export function drawReason(run: Pick<PlanRun, "id" | "revision">, language: Language): Modal | undefined {
  const say = words(language).chatFace.reason;
  const field = label(say.label, undefined, { ...input("why", { isLong: true }), max_length: 500 });
  return modalOf("reason", run, say.title, [field])?.modal;
}

/** What must be typed to confirm a plan that destroys something: a person who types it has looked at the card. */
export const typedWord = (planHash: string): string => planHash.slice(0, 6);

/** `true` for the word as it stands on the card, in any case, with blanks around it. */
export const isTypedWord = (text: string, planHash: string): boolean =>
  text.trim().toLowerCase() === typedWord(planHash).toLowerCase();

export function drawTyped(run: Pick<PlanRun, "id" | "revision" | "planHash">, language: Language): Modal | undefined {
  const say = words(language).chatFace.typed;
  const field = label(say.label(typedWord(run.planHash)), say.hint, {
    ...input("word", { isLong: false }),
    required: true,
    max_length: 40,
  });
  return modalOf("typed", run, say.title, [field])?.modal;
}

function modalOf(
  kind: PressKind,
  { id, revision }: Pick<PlanRun, "id" | "revision">,
  title: string,
  components: readonly Component[],
): { modal: Modal } | undefined {
  const custom_id = writePressId({ kind, runId: id, revision });
  return custom_id === undefined
    ? undefined
    : { modal: { custom_id, title: plainLine(title, LIMITS.modalTitle), components } };
}

function label(text: string, description: string | undefined, component: Component): Component {
  const about = description === undefined ? {} : { description: plainLine(description, LIMITS.labelDescription) };
  return { type: TYPES.label, label: plainLine(text, LIMITS.label) || "…", ...about, component };
}

function input(custom_id: string, { value, isLong }: { value?: string; isLong: boolean }): Component {
  const given = value ? { value: value.toWellFormed() } : {};
  return { type: TYPES.input, custom_id, style: isLong ? 2 : 1, required: false, max_length: LIMITS.input, ...given };
}

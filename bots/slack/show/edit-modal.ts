import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextInput } from "@slack/types";
import { z } from "zod";
import type { RunId } from "../../../core/domain/ids.ts";
import { plainText } from "../../../core/domain/plain-text.ts";
import type { ShownRun } from "../../../core/index.ts";
import { type Words, words } from "../../../core/words/words.ts";
import { cutCounted, labelText } from "../../shared/cut-text.ts";
import { type EditField, editForm, type FormRoom } from "../../shared/edit-form.ts";
import type { SubmittedForm } from "../../shared/read-edit-form.ts";
import { actionValue, readValue } from "./action-ids.ts";
import { richText, run, section } from "./rich-text.ts";

/** The `callback_id` of the edit modal. */
export const EDIT_MODAL = "piloto:edit";

/** A modal has at most 100 blocks, an input 3,000 characters, a choice 100 options. */
const ROOM: FormRoom = { maxFields: 60, maxValue: 3_000, maxChoices: 100 };
/** A view has at most 250 kB of JSON; a character may take six bytes (`\u0000`). */
const MOST_CHARACTERS = 30_000;

/**
 * The form in which a draft is changed. `private_metadata` holds run and revision, each input's `block_id` is the
 * field's id: everything can be read back after a restart.
 */
export function editModal({ run: shown, card }: ShownRun): ModalView {
  const say = words(card.language).chatApp.edit;
  const { fields, left } = fitting(shown, card.language);
  const intro = left > 0 ? `${say.intro(shown.revision)} ${say.left(left)}` : say.intro(shown.revision);
  const goal = cutCounted(plainText(card.goal), 600, card.language);
  return {
    type: "modal",
    callback_id: EDIT_MODAL,
    private_metadata: actionValue({ runId: shown.id, revision: shown.revision }),
    title: plain(say.title, 24),
    submit: plain(say.submit, 24),
    close: plain(say.close, 24),
    blocks: [
      richText([section([...run(goal, { bold: true }), ...run(`\n${intro}`)])]),
      ...fields.map((field) => inputOf(field, say)),
    ],
  };
}

function fitting({ plan }: ShownRun["run"], language: ShownRun["card"]["language"]) {
  const form = editForm(plan, language, ROOM);
  let characters = 0;
  const fields = form.fields.filter((field) => {
    if (field.kind !== "value") return true;
    characters += field.value.length + field.label.length;
    return characters <= MOST_CHARACTERS;
  });
  return { fields, left: form.left + form.fields.length - fields.length };
}

type EditWords = Words["chatApp"]["edit"];

function inputOf(field: EditField, say: EditWords): KnownBlock {
  if (field.kind === "drop") {
    const options = field.choices.map(({ value, label }) => ({ text: plain(label, 75), value }));
    return input(field.id, say.drop, say.dropHint, { type: "multi_static_select", action_id: field.id, options });
  }
  if (field.kind === "words") return input(field.id, say.words, say.wordsHint, textInput(field.id, "", true));
  return input(field.id, field.label, undefined, textInput(field.id, field.value, field.isLong));
}

function input(id: string, label: string, hint: string | undefined, element: InputBlock["element"]): InputBlock {
  return {
    type: "input",
    block_id: id,
    optional: true,
    label: plain(label, 300),
    ...(hint === undefined ? {} : { hint: plain(hint, 300) }),
    element,
  };
}

function textInput(id: string, value: string, multiline: boolean): PlainTextInput {
  return {
    type: "plain_text_input",
    action_id: id,
    multiline,
    max_length: 3_000,
    ...(value === "" ? {} : { initial_value: value }),
  };
}

const plain = (text: string, max: number): PlainTextElement => ({
  type: "plain_text",
  text: labelText(plainText(text), max) || "–",
  emoji: false,
});

/** What a submitted edit modal says: read `form` with the plan of this run and revision. */
export interface SubmittedEdit {
  readonly runId: RunId;
  readonly revision: number;
  readonly form: SubmittedForm;
}

const Value = z.looseObject({
  value: z.string().nullish(),
  selected_options: z.array(z.looseObject({ value: z.string() })).nullish(),
});
const View = z.looseObject({
  callback_id: z.literal(EDIT_MODAL),
  private_metadata: z.string().max(3_000),
  state: z.looseObject({ values: z.record(z.string(), z.record(z.string(), Value)) }),
});

/** Reads the `view` of a `view_submission`. `undefined` when it is not an edit modal, or one of another Piloto. */
export function readEditModal(view: unknown): SubmittedEdit | undefined {
  const read = View.safeParse(view);
  const about = read.success ? readValue(read.data.private_metadata) : undefined;
  if (!read.success || !about) return undefined;
  const form = new Map<string, string | readonly string[]>();
  for (const [field, elements] of Object.entries(read.data.state.values)) {
    const value = elements[field];
    if (value?.selected_options)
      form.set(
        field,
        value.selected_options.map((option) => option.value),
      );
    else if (value && "value" in value) form.set(field, value.value ?? "");
  }
  return { ...about, form };
}

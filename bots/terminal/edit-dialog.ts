import type { Card, CardStep } from "../../core/domain/card.ts";
import { plainText } from "../../core/domain/plain-text.ts";
import { isJsonObject, type Json } from "../../core/domain/result.ts";
import type { PlanChange } from "../../core/index.ts";
import { words } from "../../core/words/words.ts";

/** A few questions that end in one change of a plan, or in none. */
export interface EditDialog {
  /** What is asked now: the question, and choices if there are few enough to list. */
  readonly question: readonly string[];
  answer(text: string): EditStep;
}

export type EditStep =
  | { readonly kind: "ask"; readonly dialog: EditDialog }
  | { readonly kind: "change"; readonly change: PlanChange }
  | { readonly kind: "left" };

interface Argument {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

const LEFT: EditStep = { kind: "left" };
const ask = (dialog: EditDialog): EditStep => ({ kind: "ask", dialog });
const ARGUMENTS_LISTED = 30;

/** Asks what to change in the plan that a card shows. An empty answer leaves at any point. */
export function editDialog(card: Card): EditDialog {
  const say = words(card.language).terminal.edit;
  return {
    question: [say.which(card.steps.length)],
    answer(text) {
      const answer = text.trim();
      if (answer === "") return LEFT;
      const direct = directChange(answer, card);
      if (direct) return { kind: "change", change: direct };
      const number = wholeNumber(answer);
      if (number === undefined) return inWords(answer);
      const step = card.steps.find((candidate) => candidate.number === number);
      return step ? ask(stepDialog(card, step)) : again(editDialog(card), card);
    },
  };
}

function stepDialog(card: Card, step: CardStep): EditDialog {
  const say = words(card.language).terminal.edit;
  const dialog: EditDialog = {
    question: [say.what(step.number)],
    answer(text) {
      const answer = text.trim();
      if (answer === "") return LEFT;
      if (answer === "d") {
        if (card.steps.length > 1) return { kind: "change", change: { kind: "drop", step: step.number } };
        return ask({ ...dialog, question: [say.onlyStep, ...dialog.question] });
      }
      if (answer === "m") return ask(moveDialog(card, step));
      if (answer === "s") return ask(argumentDialog(card, step));
      return answer.length < 3
        ? again(dialog, card)
        : inWords(`${words(card.language).terminal.edit.stepPrefix(step.number)} ${answer}`);
    },
  };
  return dialog;
}

function moveDialog(card: Card, step: CardStep): EditDialog {
  const dialog: EditDialog = {
    question: [words(card.language).terminal.edit.moveTo(card.steps.length)],
    answer(text) {
      if (text.trim() === "") return LEFT;
      const to = wholeNumber(text.trim());
      const isPlace = to !== undefined && card.steps.some((candidate) => candidate.number === to);
      return isPlace ? { kind: "change", change: { kind: "move", step: step.number, to } } : again(dialog, card);
    },
  };
  return dialog;
}

function argumentDialog(card: Card, step: CardStep): EditDialog {
  const say = words(card.language).terminal.edit;
  const found = argumentsOf(step);
  if (found.length === 0) return { ...editDialog(card), question: [say.noArguments, say.which(card.steps.length)] };
  const dialog: EditDialog = {
    question: [
      ...found
        .slice(0, ARGUMENTS_LISTED)
        .map(({ path, value }, at) => `  ${at + 1}  ${path.join(".")} = ${JSON.stringify(value)}`),
      say.whichArgument,
    ],
    answer(text) {
      const answer = text.trim();
      if (answer === "") return LEFT;
      const number = wholeNumber(answer);
      const chosen = number === undefined ? found.find((a) => a.path.join(".") === answer) : found[number - 1];
      return chosen ? ask(valueDialog(card, step, chosen)) : again(dialog, card);
    },
  };
  return dialog;
}

function valueDialog(card: Card, step: CardStep, { path, value }: Argument): EditDialog {
  return {
    question: [words(card.language).terminal.edit.newValue(path.join("."), JSON.stringify(value))],
    answer(text) {
      if (text.trim() === "") return LEFT;
      return { kind: "change", change: { kind: "set", step: step.number, path, value: readValue(text.trim(), value) } };
    },
  };
}

/** `drop 2`, `move 3 1`, `set 2 body.quantity 300`: the same without questions. */
function directChange(text: string, card: Card): PlanChange | undefined {
  const drop = /^drop (\d{1,4})$/i.exec(text);
  if (drop) return { kind: "drop", step: Number(drop[1]) };
  const move = /^move (\d{1,4}) (?:to )?(\d{1,4})$/i.exec(text);
  if (move) return { kind: "move", step: Number(move[1]), to: Number(move[2]) };
  const set = /^set (\d{1,4}) (\S+?)\s*[= ]\s*(.+)$/i.exec(text);
  if (!set?.[2] || set[3] === undefined) return undefined;
  const step = card.steps.find((candidate) => candidate.number === Number(set[1]));
  const known = step && argumentsOf(step).find((argument) => argument.path.join(".") === set[2]);
  const path = known?.path ?? set[2].split(".");
  return { kind: "set", step: Number(set[1]), path, value: readValue(set[3], known?.value) };
}

/** JSON where it is JSON, else text. What was text stays text, so that a part number `007` keeps its zeros. */
function readValue(text: string, old: Json | undefined): Json {
  if (typeof old === "string" && !/^".*"$/s.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The single values in a step's arguments. None when the card could not show them whole. */
function argumentsOf(step: CardStep): Argument[] {
  let args: Json;
  try {
    args = JSON.parse(step.args) as Json;
  } catch {
    return [];
  }
  const found: Argument[] = [];
  const walk = (value: Json, path: readonly (string | number)[]): void => {
    if (Array.isArray(value)) for (const [at, item] of value.entries()) walk(item, [...path, at]);
    else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    else found.push({ path, value });
  };
  walk(args, []);
  return found;
}

function inWords(text: string): EditStep {
  return { kind: "change", change: { kind: "words", text: plainText(text) } };
}

function again(dialog: EditDialog, card: Card): EditStep {
  return ask({ ...dialog, question: [words(card.language).terminal.edit.notThere, ...dialog.question] });
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

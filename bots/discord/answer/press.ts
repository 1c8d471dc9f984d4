import type { Language } from "../../../core/domain/chat.ts";
import type { PressAction } from "../../../core/domain/plan-run.ts";
import { PRESS_ACTIONS } from "../../../core/domain/plan-run.ts";
import type { Decision, Press, ShownRun } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import { readEditForm } from "../../shared/read-edit-form.ts";
import { type PressId, readPressId } from "../show/component-ids.ts";
import { drawEdit, drawReason, drawStepEdit, drawTyped, isTypedWord, typedWord } from "../show/draw-forms.ts";
import type { Asked } from "./answer-deps.ts";
import { readComponent, readModal } from "./interaction-event.ts";

/**
 * Somebody pressed a button or chose a step. What needs a form opens it at once; everything else is acknowledged before
 * any work. Then the core decides, with the roles that this very interaction brought.
 */
export async function answerPress(asked: Asked): Promise<void> {
  const component = readComponent(asked.interaction.data);
  if (!component) return unknown(asked);
  const id = await readId(component.custom_id, asked);
  if (!id) return;
  if (id.kind === "edit") return openForm(id, asked);
  if (id.kind === "pick-step") return openForm(id, asked, component.values[0] ?? "plan");
  if (id.kind === "confirm-typed" || id.kind === "cancel") return askFirst(id, asked);
  const action = PRESS_ACTIONS.find((one) => one === id.kind);
  if (!action) return unknown(asked);
  if (await asked.answers.acknowledge("update")) await decide(id, action, asked);
}

/** A form came back: what it held is read with the plan of the very revision that the form was made from. */
export async function answerModal(asked: Asked): Promise<void> {
  const modal = readModal(asked.interaction.data);
  if (!modal) return unknown(asked);
  const id = await readId(modal.custom_id, asked);
  if (!id || !(await asked.answers.acknowledge("update"))) return;
  const text = (name: string) => String(modal.fields.get(name) ?? "").trim();
  if (id.kind === "form") return saveForm(id, modal.fields, asked);
  if (id.kind === "reason") {
    await decide(id, "cancel", asked, { reason: text("why") });
    return;
  }
  if (id.kind === "typed") return confirmTyped(id, text("word"), asked);
}

async function readId(customId: string, asked: Asked): Promise<PressId | undefined> {
  const read = readPressId(customId);
  if (read.kind === "read") return read.id;
  await unknown(asked, read.kind);
  return undefined;
}

function unknown({ answers, deps }: Asked, kind: "older" | "unknown" = "unknown"): Promise<void> {
  deps.counts.add("unknownButtons");
  const say = words(deps.language);
  return answers.tell(kind === "older" ? say.chatApp.tooOld : say.chatFace.unknownButton);
}

/** The run, if it is for this person and stands as the button showed it; else they are told what is so now. */
async function standing(id: PressId, asked: Asked, action: PressAction): Promise<ShownRun | undefined> {
  const { answers, deps, interaction } = asked;
  const shown = await deps.core.showRun(id.runId, interaction.who);
  if (shown && shown.run.revision === id.revision && shown.card.buttons.some((button) => button.action === action)) {
    return shown;
  }
  if (!shown) {
    await answers.tell(words(deps.language).chatFace.noRun);
  } else if (action !== "edit" && (await answers.acknowledge("update"))) {
    // It cannot come to stand again: the core only tells what is so, and who decided.
    await decide(id, action, asked);
  } else if (action === "edit") {
    await answers.tell(gone(shown.card.language, shown.card.headline));
  }
  return undefined;
}

async function openForm(id: PressId, asked: Asked, chosen?: string): Promise<void> {
  const shown = await standing(id, asked, "edit");
  if (!shown) return;
  const { run, card } = shown;
  const form = chosen === undefined ? drawEdit(run, card.language) : drawStepEdit(run, chosen, card.language);
  if (form && "modal" in form) await asked.answers.open(form.modal);
  else if (form) await asked.answers.tell(form.choice);
}

async function askFirst(id: PressId, asked: Asked): Promise<void> {
  const action = id.kind === "cancel" ? "cancel" : "confirm";
  const shown = await standing(id, asked, action);
  if (!shown) return;
  const { run, card } = shown;
  const modal = action === "cancel" ? drawReason(run, card.language) : drawTyped(run, card.language);
  if (modal) await asked.answers.open(modal);
}

async function saveForm(
  id: PressId,
  fields: ReadonlyMap<string, string | readonly string[]>,
  asked: Asked,
): Promise<void> {
  const shown = await standingAfter(id, asked, "edit");
  if (!shown) return;
  const { language } = shown.card;
  const read = readEditForm(shown.run.plan, fields, language);
  if (read.kind === "change") {
    await decide(id, "edit", asked, { change: read.change });
    return;
  }
  const say = words(language).inbox.edit;
  const text =
    read.kind === "nothing"
      ? read.text
      : `${say.notKept}:\n${read.problems.map((one) => `${one.field}: ${one.text}`).join("\n")}`;
  await asked.answers.tell(text);
}

async function confirmTyped(id: PressId, word: string, asked: Asked): Promise<void> {
  const shown = await standingAfter(id, asked, "confirm");
  if (!shown) return;
  const { planHash } = shown.run;
  if (isTypedWord(word, planHash)) {
    await decide(id, "confirm", asked);
    return;
  }
  asked.deps.counts.add("wronglyTyped");
  await asked.answers.tell(words(shown.card.language).chatFace.typed.wrong(typedWord(planHash)));
}

/** As `standing`, after the acknowledgement: a form may come back long after it was opened. */
async function standingAfter(id: PressId, asked: Asked, action: "edit" | "confirm"): Promise<ShownRun | undefined> {
  const { answers, deps, interaction } = asked;
  const shown = await deps.core.showRun(id.runId, interaction.who);
  if (shown && shown.run.revision === id.revision) return shown;
  if (!shown) await answers.tell(words(deps.language).chatFace.noRun);
  else if (action === "confirm") await decide(id, action, asked);
  else await answers.tell(gone(shown.card.language, shown.card.headline));
  return undefined;
}

const gone = (language: Language, headline: string) =>
  `${words(language).chatFace.editGone} ${words(language).chatFace.stateNow(headline)}`;

/** What the card itself shows at once needs no second word. */
const SHOWN_BY_CARD: readonly PressAction[] = ["confirm", "cancel", "stop", "retry", "continue", "abandon"];

async function decide(
  { runId, revision, fence }: PressId,
  action: PressAction,
  { interaction, answers, deps }: Asked,
  more: Pick<Press, "change" | "reason"> = {},
): Promise<Decision> {
  const { account: by, ...who } = interaction.who;
  const press = { runId, revision, fence, action, by, ...who, ...more };
  const { decision, reply } = await deps.core.pressButton(press);
  deps.counts.add(`pressed.${decision.kind}`);
  if (decision.kind !== "accepted" || !SHOWN_BY_CARD.includes(action)) await answers.tell(reply);
  return decision;
}

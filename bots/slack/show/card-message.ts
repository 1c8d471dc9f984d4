import type { ActionsBlock, Button, ConfirmationDialog, KnownBlock, PlainTextElement } from "@slack/types";
import type { Card, CardButton, SayFile } from "../../../core/domain/card.ts";
import { plainText, visibleText } from "../../../core/domain/plain-text.ts";
import type { Plan } from "../../../core/domain/plan.ts";
import { words } from "../../../core/words/words.ts";
import { cutCounted, labelText } from "../../shared/cut-text.ts";
import { actionId, actionValue } from "./action-ids.ts";
import { fallbackText } from "./mrkdwn.ts";
import { planFile } from "./plan-file.ts";
import { costOf, richText, run, section } from "./rich-text.ts";
import { planBlock, sectionBlock } from "./step-blocks.ts";
import { touchedBlock } from "./touched-block.ts";

/** What a workspace can show. */
export interface CardFeatures {
  /** `plan` blocks with task cards. Without: the same in plain rich text with signs. */
  readonly plan: boolean;
}

/** What goes into `chat.postMessage` and `chat.update`, and files that belong to it. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** What found no room, whole: to be attached once for a revision. */
  readonly files: readonly SayFile[];
}

/** Below the 13,000 or so that Slack takes: see `costOf`, which counts more than Slack does. */
export const MOST_COST = 12_000;
const GOAL = 600;
const NOTES = 2_600;

/**
 * A run as one message: goal and risk, the steps with their states, in a draft what will be touched (never folded
 * away), who and when, then the buttons that the state offers. Nothing exceeds Slack's limits; what is cut says so
 * and is in the file. `plan`, when given, makes the file whole; else it holds what the card has.
 */
export function cardMessage(card: Card, features: CardFeatures, plan?: Plan): SlackMessage {
  const head = headBlock(card);
  const touched = card.state === "draft" ? touchedBlock(card) : undefined;
  const notes = notesBlock(card);
  const actions = actionsBlock(card, `card:${card.state}:${card.revision}:${card.runId}`.slice(0, 255));
  const around = [head, ...(touched ? [touched.block] : []), ...notes, ...actions];
  const room = MOST_COST - costOf(around) - 200;
  const steps = features.plan ? planBlock(card, room) : sectionBlock(card, room);
  const isCut = steps.isCut || touched?.isCut === true || head.isCut;
  return {
    text: fallbackText(`${card.headline}\n${card.goal}`),
    blocks: [
      head.block,
      ...steps.blocks,
      ...(touched ? [touched.block] : []),
      ...(isCut ? [richText([section(run(words(card.language).chatApp.cutNotes, { italic: true }))])] : []),
      ...notes,
      ...actions,
    ],
    files: isCut ? [planFile(card, plan)] : [],
  };
}

function headBlock(card: Card): { block: KnownBlock; isCut: boolean } {
  const goal = plainText(card.goal).trim();
  const risk = `${words(card.language).chatApp.risk[card.risk]} · ${plainText(card.hash)}`;
  const isDanger = card.risk !== "read";
  const shown = cutCounted(goal, GOAL, card.language);
  const block = richText([
    section([...run(shown, { bold: true }), ...run("\n"), ...run(risk, isDanger ? { bold: true } : {})]),
  ]);
  return { block, isCut: shown !== goal };
}

function notesBlock(card: Card): KnownBlock[] {
  if (card.notes.length === 0) return [];
  const notes = card.notes.map((note) => cutCounted(plainText(note).trim(), 500, card.language)).join("\n");
  return [richText([section(run(cutCounted(notes, NOTES, card.language)))])];
}

/** The buttons of a card as they are offered now; nothing when there are none. */
export function actionsBlock(card: Card, blockId: string): ActionsBlock[] {
  if (card.buttons.length === 0) return [];
  const elements = card.buttons.slice(0, 25).map((button) => buttonOf(button, card));
  return [{ type: "actions", block_id: blockId, elements }];
}

function buttonOf({ action, label, style }: CardButton, card: Card): Button {
  const asks = action === "confirm" && card.risk === "destructive";
  return {
    type: "button",
    action_id: actionId(action),
    value: actionValue(card),
    text: plainLabel(label, 75),
    ...(style === "plain" ? {} : { style }),
    ...(asks ? { confirm: confirmDialog(card) } : {}),
  };
}

/** Asked once more before a plan runs that destroys something. */
function confirmDialog(card: Card): ConfirmationDialog {
  const say = words(card.language).chatApp;
  const destroying = card.steps.filter((step) => step.risk === "destructive").length;
  return {
    title: plainLabel(say.confirmTitle, 100),
    text: plainLabel(say.confirmText(card.steps.length, destroying), 300),
    confirm: plainLabel(say.confirmYes, 30),
    deny: plainLabel(say.confirmNo, 30),
    style: "danger",
  };
}

/** A label that Slack shows as it is: on one line, without emoji codes. */
export const plainLabel = (text: string, max: number): PlainTextElement => ({
  type: "plain_text",
  text: labelText(visibleText(plainText(text)), max) || "–",
  emoji: false,
});

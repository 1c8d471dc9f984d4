import type { Card, CardButton } from "../../../core/domain/card.ts";
import type { Language } from "../../../core/domain/chat.ts";
import type { RunState } from "../../../core/domain/plan-run.ts";
import { words } from "../../../core/words/words.ts";
import { type PressKind, writePressId } from "./component-ids.ts";
import { textFile } from "./draw-say.ts";
import { drawSteps } from "./draw-steps.ts";
import { escapeText, escapeWithin } from "./escape-text.ts";
import { LIMITS, TYPES } from "./limits.ts";
import { type Component, type Drawn, fileOf, messageOf, separator, textDisplay } from "./message-body.ts";
import { planFile } from "./plan-file.ts";

const GOAL_ROOM = 600;
const NOTE_ROOM = 220;
const NOTES_ROOM = 900;
const HEADLINE_ROOM = 200;
/** Of Discord's 4,000: what heads, notes and step marks of our own need stays inside. */
const TEXT_ROOM = 3900;

const ACCENT: Readonly<Record<RunState, number>> = {
  draft: 0x5865f2,
  queued: 0x3ba5c5,
  running: 0x3ba5c5,
  waiting: 0xf0b232,
  done: 0x2d9d5b,
  error: 0xd83c3e,
  cancelled: 0x80848e,
  expired: 0x80848e,
  superseded: 0x80848e,
};

/**
 * A run's card as one container: what it is for, its steps with the real calls, who and until when, buttons. What does
 * not fit is shortened visibly, and then the whole plan is attached as `plan.md`. Never over a limit of Discord's.
 */
export function drawCard(card: Card): Drawn {
  const head = headOf(card);
  const notes = notesOf(card);
  const drawn = drawSteps(card, TEXT_ROOM - head.length - notes.text.length);
  const isCut = drawn.isCut || notes.isCut;
  const files = isCut ? [textFile("plan.md", planFile(card))] : [];
  const rows = buttonRows(card.buttons.map((button) => buttonOf(button, card)));
  const components: Component[] = [
    textDisplay(head),
    ...(drawn.text ? [separator(), textDisplay(drawn.text)] : []),
    ...(notes.text ? [separator(), textDisplay(notes.text)] : []),
    ...(isCut ? [textDisplay(moreLine(card.language))] : []),
    ...files.map(fileOf),
    ...rows,
  ];
  return messageOf([{ type: TYPES.container, accent_color: ACCENT[card.state], components }], files);
}

/** What stands in the place of a card that goes on in a newer message: its head, without buttons. */
export function drawMovedCard(card: Card): Drawn {
  const moved = words(card.language).chatFace.continuesBelow;
  const components = [textDisplay(`${headOf(card)}\n-# ${escapeText(moved)}`)];
  return messageOf([{ type: TYPES.container, accent_color: ACCENT.cancelled, components }]);
}

function headOf({ headline, goal, risk, hash, language }: Card): string {
  const about = escapeText(`${words(language).chatApp.risk[risk]} · ${hash}`);
  return `### ${line(headline, HEADLINE_ROOM)}\n${line(goal, GOAL_ROOM)}\n-# ${about}`;
}

function notesOf({ notes }: Card): { text: string; isCut: boolean } {
  const lines: string[] = [];
  let room = NOTES_ROOM;
  for (const note of notes) {
    const text = `-# ${line(note, NOTE_ROOM)}`;
    if (text.length + 1 > room) return { text: lines.join("\n"), isCut: true };
    lines.push(text);
    room -= text.length + 1;
  }
  return { text: lines.join("\n"), isCut: notes.some((note) => line(note, NOTE_ROOM).endsWith("…")) };
}

const moreLine = (language: Language) => `-# ${escapeText(words(language).chatApp.cutNotes)}`;

/** One line, with `…` where it was cut. */
function line(text: string, room: number): string {
  const one = escapeWithin(text.replace(/\s+/g, " ").trim(), room);
  return one.left > 0 ? `${one.text}…` : one.text || "…";
}

function buttonOf({ action, label, style }: CardButton, { runId, revision, fence, risk }: Card): Component | undefined {
  const isTyped = action === "confirm" && risk === "destructive";
  const kind: PressKind = isTyped ? "confirm-typed" : action;
  const custom_id = writePressId({ kind, runId, revision, fence });
  if (custom_id === undefined) return undefined;
  const colour = isTyped || style === "danger" ? 4 : style === "primary" ? 3 : 2;
  return { type: TYPES.button, style: colour, label: label.slice(0, LIMITS.buttonLabel), custom_id };
}

function buttonRows(buttons: readonly (Component | undefined)[]): Component[] {
  const all = buttons.filter((button) => button !== undefined);
  const rows: Component[] = [];
  for (let at = 0; at < all.length; at += LIMITS.buttonsInRow) {
    rows.push({ type: TYPES.row, components: all.slice(at, at + LIMITS.buttonsInRow) });
  }
  return rows;
}

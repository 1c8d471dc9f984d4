import type { Card } from "../../core/domain/card.ts";
import { type Words, words } from "../../core/words/words.ts";
import { actionOfKey } from "./card-keys.ts";
import { displayWidth, splitGraphemes } from "./display-width.ts";
import { drawCard, drawCardLine } from "./draw-card.ts";
import type { Paint } from "./paint.ts";
import type { Frame } from "./screen.ts";

/** Everything the bottom of the screen depends on. */
export interface FrameFacts {
  readonly card?: Card;
  /** When Piloto began to think about the last message; absent: it does not. */
  readonly thinkingSinceMs?: number;
  /** What the answer waits for. */
  readonly waitsFor?: string;
  readonly nowMs: number;
  readonly question?: readonly string[];
  readonly prompt: string;
  readonly before: string;
  readonly after: string;
  /** A dim line under the input. */
  readonly hint?: string;
  readonly say: Words;
}

const FRAME_MS = 100;
/** Lines of the screen that the card leaves to the rest of the frame. */
const ROWS_FOR_REST = 6;
const INPUT_ROWS = 6;
const INPUT_SHOWN = 2_000;

/** The bottom of the screen: the card that can still change, what Piloto does now, the input line, a hint. */
export function drawFrame(
  facts: FrameFacts,
  paint: Paint,
  { columns, rows }: { columns: number; rows: number },
): Frame {
  const card = facts.card ? liveCardLines(facts.card, facts, paint, { columns, rows }) : [];
  const input = inputLines(facts, paint, columns - 1);
  const hint = hintOf(facts);
  const above = [
    ...card,
    ...thinkingLine(facts, paint, columns - 1),
    ...(facts.question ?? []).map((line) => paint.yellow(cut(line, columns - 1))),
  ];
  return {
    lines: [...above, ...input.lines, ...(hint === undefined ? [] : [paint.grey(cut(hint, columns - 1))])],
    cursor: { row: above.length + input.row, column: input.column },
  };
}

/** Whether the whole card has its place above the input line. */
export function isTooHigh(card: Card, paint: Paint, { columns, rows }: { columns: number; rows: number }): boolean {
  return drawCard(card, { columns, paint, withKeys: true }).length > rows - ROWS_FOR_REST;
}

function liveCardLines(
  card: Card,
  facts: FrameFacts,
  paint: Paint,
  { columns, rows }: { columns: number; rows: number },
): string[] {
  const frame = Math.floor(facts.nowMs / FRAME_MS);
  const options = { columns, paint, withKeys: true, frame, nowMs: facts.nowMs };
  const room = rows - ROWS_FOR_REST;
  const whole = drawCard(card, options);
  if (whole.length <= room) return whole;
  const short = drawCard(card, { ...options, detail: "short" });
  if (short.length <= room) return short;
  const current = card.steps.filter((step) => step.state === "running" || step.state === "unknown");
  const few = drawCard({ ...card, steps: current.slice(0, 1) }, { ...options, detail: "short" });
  return few.length <= room ? few : [drawCardLine(card, { columns, paint })];
}

function thinkingLine({ thinkingSinceMs, waitsFor, nowMs, say }: FrameFacts, paint: Paint, columns: number): string[] {
  if (thinkingSinceMs === undefined) return [];
  const { spinner } = paint.signs;
  const picture = spinner[Math.floor(nowMs / FRAME_MS) % spinner.length] ?? "";
  const seconds = Math.floor((nowMs - thinkingSinceMs) / 1000);
  const elapsed = seconds > 0 ? ` · ${seconds} s` : "";
  const text = cut(waitsFor ?? say.terminal.thinking, columns - elapsed.length - 2);
  return [`${paint.cyan(picture)} ${text}${elapsed === "" ? "" : paint.grey(elapsed)}`];
}

function hintOf({ card, before, after, hint, question, say }: FrameFacts): string | undefined {
  if (hint !== undefined || question) return hint;
  const text = before + after;
  if (!card || card.buttons.length === 0) return undefined;
  if (text === "") return say.terminal.keysHint;
  const action = actionOfKey(text, card);
  const label = card.buttons.find((button) => button.action === action)?.label;
  return label === undefined ? undefined : say.terminal.willPress(label);
}

/** The prompt and what is written, wrapped; a long text shows the rows around the cursor. */
function inputLines({ prompt, before, after }: FrameFacts, paint: Paint, columns: number) {
  const start = displayWidth(prompt) + 1;
  const rows: string[] = [""];
  let width = start;
  const write = (text: string) => {
    for (const part of splitGraphemes(text)) {
      const shown = part === "\n" ? "⏎" : part;
      const wide = displayWidth(shown);
      if (width + wide > columns) {
        rows.push("");
        width = 0;
      }
      rows[rows.length - 1] += shown;
      width += wide;
    }
  };
  write(shownPart(before, -INPUT_SHOWN));
  let [row, column] = [rows.length - 1, width];
  if (column >= columns) [row, column] = [row + 1, 0];
  write(shownPart(after, INPUT_SHOWN));
  if (row === rows.length) rows.push("");
  const from = Math.max(0, row - INPUT_ROWS + 1);
  const lines = rows
    .map((line, at) => (at === 0 ? `${paint.bold(prompt)} ${line}` : line))
    .slice(from, from + INPUT_ROWS);
  return { lines, row: row - from, column };
}

const shownPart = (text: string, most: number): string => (most < 0 ? text.slice(most) : text.slice(0, most));

function cut(text: string, columns: number): string {
  let kept = "";
  let width = 0;
  for (const part of splitGraphemes(text)) {
    width += displayWidth(part);
    if (width > columns) break;
    kept += part;
  }
  return kept;
}

/** The words of the language that the chat speaks. */
export function wordsOf(card: Card | undefined, language: "en" | "es"): Words {
  return words(card?.language ?? language);
}

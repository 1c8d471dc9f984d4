import type { Card, CardStep } from "../../core/domain/card.ts";
import { plainText } from "../../core/domain/plain-text.ts";
import type { StepState } from "../../core/domain/plan-run.ts";
import { words } from "../../core/words/words.ts";
import { ACTION_KEYS } from "./card-keys.ts";
import { displayWidth, fitWidth, padWidth, wrapWidth } from "./display-width.ts";
import type { Paint } from "./paint.ts";

export interface DrawOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Shows the letters of the buttons. Only the card that keys act on has them. */
  readonly withKeys?: boolean;
  /** Which picture of the spinner stands at a running step; absent: a still sign. */
  readonly frame?: number;
  /** Counts a running step on since it began. */
  readonly nowMs?: number;
  /** `short`: a line a step and the last note, for when the whole card is higher than the screen. */
  readonly detail?: "full" | "short";
}

const WIDEST = 100;
const NARROWEST_BOX = 36;

/**
 * A card as lines, none wider than the screen. Everything the card says is there (operations and arguments are
 * wrapped, never cut) unless `detail` is `short`.
 */
export function drawCard(card: Card, options: DrawOptions): string[] {
  const columns = Math.min(WIDEST, Math.max(20, options.columns - 1));
  const isBoxed = columns >= NARROWEST_BOX;
  const inner = isBoxed ? columns - 4 : columns;
  const body = bodyLines(card, inner, options);
  const keys = options.withKeys ? keyLines(card, inner, options.paint) : [];
  if (!isBoxed) return [headLine(card, options, inner), ...body, ...keys].map(closed);
  return boxed(card, body, keys, columns, options);
}

/** One line about a card that is not drawn: after it scrolled away, or of another chat. */
export function drawCardLine(card: Card, { columns, paint }: Pick<DrawOptions, "columns" | "paint">): string {
  const sign = stateColour(card, paint)(cardSign(card, paint));
  const goal = onOneLine(card.goal);
  return `${sign} ${fitWidth(`${onOneLine(card.headline)} · ${goal}`, Math.max(10, columns - 3))}`;
}

function boxed(card: Card, body: string[], keys: string[], columns: number, options: DrawOptions): string[] {
  const { paint } = options;
  const { corner, line, side, teeLeft, teeRight } = paint.signs;
  const edge = stateColour(card, paint);
  const label = riskLabel(card);
  const shortId = `${label} · ${onOneLine(card.hash).slice(0, 6)}`;
  const title = fitWidth(onOneLine(card.headline), columns - displayWidth(shortId) - 9);
  const fill = line.repeat(Math.max(1, columns - displayWidth(title) - displayWidth(shortId) - 8));
  const row = (text: string) => `${edge(side)} ${padPainted(text, columns - 4)} ${edge(side)}`;
  return [
    `${edge(`${corner.topLeft}${line}`)} ${edge(paint.bold(title))} ${edge(fill)} ${riskColour(card.risk, paint)(shortId)} ${edge(`${line}${corner.topRight}`)}`,
    ...body.map(row),
    ...(keys.length > 0 ? [edge(teeLeft + line.repeat(columns - 2) + teeRight), ...keys.map(row)] : []),
    edge(corner.bottomLeft + line.repeat(columns - 2) + corner.bottomRight),
  ];
}

function headLine(card: Card, { paint }: DrawOptions, columns: number): string {
  return paint.bold(stateColour(card, paint)(fitWidth(onOneLine(card.headline), columns)));
}

function bodyLines(card: Card, columns: number, options: DrawOptions): string[] {
  const { paint } = options;
  const goal = wrapWidth(plainText(card.goal).trim(), columns).map(paint.bold);
  if (options.detail === "short") {
    const last = card.notes.at(-1);
    const note = last === undefined ? [] : [paint.grey(fitWidth(onOneLine(last), columns))];
    return [...goal.slice(0, 1), ...card.steps.map((step) => stepHead(step, card, columns, options)[0] ?? ""), ...note];
  }
  const steps = card.steps.flatMap((step) => stepLines(step, card, columns, options));
  const notes = card.notes.flatMap((note) => wrapWidth(plainText(note).trim(), columns).map(paint.grey));
  return [...goal, "", ...steps, ...(card.steps.length > 0 && notes.length > 0 ? [""] : []), ...notes];
}

const INDENT = "     ";

function stepLines(step: CardStep, card: Card, columns: number, options: DrawOptions): string[] {
  const { paint } = options;
  const indented = (text: string, colour: (text: string) => string) =>
    wrapWidth(plainText(text).trim(), columns - INDENT.length).map((line) => INDENT + colour(line));
  return [
    ...stepHead(step, card, columns, options),
    ...indented(step.operation, paint.cyan),
    ...(step.args === "{}" ? [] : indented(step.args, card.state === "draft" ? (text) => text : paint.grey)),
    ...(step.note === undefined ? [] : indented(step.note, noteColour(step.state, paint))),
  ];
}

/** The first line holds sign, number, as much of the title as fits, and what stands at the right edge. */
function stepHead(step: CardStep, card: Card, columns: number, options: DrawOptions): string[] {
  const { paint } = options;
  const risk = words(card.language).terminal.riskOfStep[step.risk];
  const right = [stepElapsed(step, options), risk].filter(Boolean).join(" · ");
  const room = columns - INDENT.length - (right === "" ? 0 : displayWidth(right) + 1);
  const [first = "", ...rest] = wrapWidth(onOneLine(step.title), Math.max(8, room));
  const sign = stepColour(step.state, paint)(stepSign(step.state, options));
  const left = `${sign} ${String(step.number).padStart(2)} ${first}`;
  const gap = " ".repeat(Math.max(1, columns - displayWidth(first) - INDENT.length - displayWidth(right)));
  const head = right === "" ? left : `${left}${gap}${riskColour(step.risk, paint)(right)}`;
  return [head, ...rest.map((line) => INDENT + line)];
}

function stepElapsed(step: CardStep, { nowMs }: DrawOptions): string {
  if (step.sinceMs === undefined || nowMs === undefined) return step.elapsed ? onOneLine(step.elapsed) : "";
  return `${Math.max(0, Math.floor((nowMs - step.sinceMs) / 1000))} s`;
}

function stepSign(state: StepState, { paint, frame }: DrawOptions): string {
  const { signs } = paint;
  if (state === "running" && frame !== undefined) return signs.spinner[frame % signs.spinner.length] ?? signs.running;
  return state === "cancelled" ? signs.skipped : signs[state];
}

function stepColour(state: StepState, paint: Paint): (text: string) => string {
  if (state === "done") return paint.green;
  if (state === "running") return paint.blue;
  if (state === "error") return paint.red;
  if (state === "unknown") return paint.yellow;
  return paint.grey;
}

function noteColour(state: StepState, paint: Paint): (text: string) => string {
  return state === "error" ? paint.red : state === "unknown" ? paint.yellow : paint.grey;
}

function riskColour(risk: Card["risk"], paint: Paint): (text: string) => string {
  return risk === "destructive" ? paint.red : risk === "write" ? paint.yellow : paint.grey;
}

function riskLabel(card: Card): string {
  return words(card.language).terminal.risk[card.risk];
}

function cardSign(card: Card, { signs }: Paint): string {
  if (card.state === "done") return signs.done;
  if (card.state === "error") return signs.error;
  if (card.state === "running" || card.state === "queued") return signs.running;
  if (card.state === "waiting") return signs.unknown;
  return card.state === "draft" ? signs.pending : signs.skipped;
}

function stateColour(card: Card, paint: Paint): (text: string) => string {
  if (card.state === "done") return paint.green;
  if (card.state === "error") return paint.red;
  if (card.state === "waiting") return paint.yellow;
  if (card.state === "running" || card.state === "queued") return paint.blue;
  return card.state === "draft" ? paint.magenta : paint.grey;
}

function keyLines(card: Card, columns: number, paint: Paint): string[] {
  if (card.buttons.length === 0) return [];
  const lines: string[] = [];
  let current = "";
  let width = 0;
  for (const { action, label: given, style } of card.buttons) {
    const label = onOneLine(given);
    const colour = style === "primary" ? paint.green : style === "danger" ? paint.red : paint.cyan;
    const wide = displayWidth(label) + 4;
    if (width > 0 && width + 3 + wide > columns) {
      lines.push(current);
      current = "";
      width = 0;
    }
    current += `${width > 0 ? "   " : ""}${colour(paint.bold(`[${ACTION_KEYS[action]}]`))} ${label}`;
    width += wide + (width > 0 ? 3 : 0);
  }
  return [...lines, current];
}

/** Pads a text that already holds colours. */
function padPainted(text: string, columns: number): string {
  const width = displayWidth(text.replace(/\u001B\[\d+m/g, ""));
  return width <= columns ? text + " ".repeat(columns - width) : padWidth(text.replace(/\u001B\[\d+m/g, ""), columns);
}

const onOneLine = (text: string): string => plainText(text).replaceAll("\n", " ").trim();

const closed = (line: string): string => line.trimEnd();

import type { Card, CardStep } from "../../../core/domain/card.ts";
import type { StepState } from "../../../core/domain/plan-run.ts";
import { words } from "../../../core/words/words.ts";
import { escapeText, escapeWithin, insideCode } from "./escape-text.ts";

/** What one step may take. Later levels show less of it. */
interface Level {
  readonly title: number;
  /** `undefined`: the call stands in one line, without its arguments. */
  readonly args?: number;
  readonly operation: number;
  readonly note: number;
}

const LEVELS: readonly Level[] = [
  { title: 420, args: 6000, operation: 3000, note: 900 },
  { title: 160, args: 300, operation: 300, note: 240 },
  { title: 90, args: 110, operation: 160, note: 120 },
  { title: 60, operation: 90, note: 60 },
];

const SIGNS: Readonly<Record<StepState, string>> = {
  pending: "▫️",
  running: "▶️",
  done: "✅",
  error: "❌",
  skipped: "⏭️",
  cancelled: "⏹️",
  unknown: "❔",
};

/** The steps of a card in at most `room` characters. `isCut`: something is not there. */
export function drawSteps(card: Card, room: number): { text: string; isCut: boolean } {
  for (const level of LEVELS) {
    const drawn = drawAll(card, level, room);
    if (drawn) return drawn;
  }
  return drawImportant(card, room);
}

/** `undefined` as soon as it turns out to be too much. */
function drawAll(card: Card, level: Level, room: number): { text: string; isCut: boolean } | undefined {
  const texts: string[] = [];
  let left = room + 1;
  let isCut = false;
  for (const step of card.steps) {
    const drawn = drawStep(step, level, card);
    left -= drawn.text.length + 1;
    if (left < 0) return undefined;
    texts.push(drawn.text);
    isCut ||= drawn.isCut;
  }
  return { text: texts.join("\n"), isCut };
}

/** Of many steps those that matter now: what runs or went wrong, then what changes things, then the first ones. */
function drawImportant(card: Card, room: number): { text: string; isCut: true } {
  const shortest = LEVELS.at(-1)!;
  const ranked = [...card.steps].sort((a, b) => importance(b) - importance(a) || a.number - b.number);
  const more = (count: number) => `-# ${escapeText(words(card.language).chatApp.moreTouched(count))}`;
  let left = room - more(card.steps.length).length - 1;
  const chosen = new Map<number, string>();
  for (const step of ranked) {
    const { text } = drawStep(step, shortest, card);
    if (text.length + 1 > left) break;
    left -= text.length + 1;
    chosen.set(step.number, text);
  }
  const shown = card.steps.flatMap((step) => chosen.get(step.number) ?? []);
  return { text: [...shown, more(card.steps.length - shown.length)].join("\n"), isCut: true };
}

const STATE_RANK: Readonly<Record<StepState, number>> = {
  running: 6,
  unknown: 5,
  error: 5,
  pending: 0,
  done: 0,
  skipped: 0,
  cancelled: 0,
};

function importance({ state, risk }: CardStep): number {
  return STATE_RANK[state] + (risk === "destructive" ? 2 : risk === "write" ? 1 : 0);
}

function drawStep(step: CardStep, level: Level, card: Card): { text: string; isCut: boolean } {
  const title = cut(oneLine(step.title), level.title);
  const call = drawCall(step, level, card);
  const note = step.note === undefined ? undefined : cut(oneLine(step.note), level.note);
  const head = `${SIGNS[step.state]} **${step.number}** · ${title.text}${aboutStep(step, card)}`;
  const lines = [head, call.text, ...(note ? [`-# ${note.text}`] : [])];
  return { text: lines.join("\n"), isCut: title.isCut || call.isCut || (note?.isCut ?? false) };
}

/** The state in words where the sign alone would have to be guessed, the risk, the time. */
function aboutStep({ state, risk, elapsed, sinceMs }: CardStep, { language }: Card): string {
  const say = words(language).chatApp;
  const isPlain = state === "pending" || state === "done";
  const parts = [isPlain ? "" : say.stepState[state], risk === "read" ? "" : say.riskOfStep[risk]];
  // Discord counts on by itself from a timestamp: no edit is needed for that.
  const time = sinceMs === undefined ? escapeText(elapsed ?? "") : `<t:${Math.floor(sinceMs / 1000)}:R>`;
  const about = [...parts.map((part) => escapeText(part)), time].filter(Boolean);
  return about.length === 0 ? "" : ` · *${about.join(" · ")}*`;
}

function drawCall(step: CardStep, { args, operation }: Level, { language }: Card): { text: string; isCut: boolean } {
  const call = cutCode(step.operation, operation, language);
  if (args === undefined) return { text: `\`\`\`\n${call.text}\n\`\`\``, isCut: true };
  const shown = step.args === "{}" ? { text: "", isCut: false } : cutCode(step.args, args, language);
  const lines = [call.text, shown.text].filter(Boolean).join("\n");
  return { text: `\`\`\`\n${lines}\n\`\`\``, isCut: call.isCut || shown.isCut };
}

/** Inside a code block. What is cut is counted. */
function cutCode(text: string, room: number, language: Card["language"]): { text: string; isCut: boolean } {
  const whole = insideCode(text).replaceAll("\n", " ");
  if (whole.length <= room) return { text: whole, isCut: false };
  const kept = whole.slice(0, room).toWellFormed();
  const count = words(language).chatApp.cut(whole.length - kept.length);
  return { text: `${kept} ${count}`, isCut: true };
}

function cut(text: string, room: number): { text: string; isCut: boolean } {
  const kept = escapeWithin(text, room);
  return kept.left > 0 ? { text: `${kept.text}…`, isCut: true } : { text: kept.text, isCut: false };
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

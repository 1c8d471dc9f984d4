import type { KnownBlock, PlanBlock, RichTextElement, RichTextSection, TaskCardBlock } from "@slack/types";
import type { Card, CardStep } from "../../../core/domain/card.ts";
import { plainText, visibleText } from "../../../core/domain/plain-text.ts";
import type { StepState } from "../../../core/domain/plan-run.ts";
import { words } from "../../../core/words/words.ts";
import { cutCounted, labelText } from "../../shared/cut-text.ts";
import { costOf, richText, run, section } from "./rich-text.ts";

export interface StepBlocks {
  readonly blocks: KnownBlock[];
  /** Something of the steps is not shown, or not whole. */
  readonly isCut: boolean;
}

/** Slack takes at most 50 tasks in a plan; of more steps a window around the one that is next is shown. */
const MOST_TASKS = 50;
const WINDOW = 40;

/** Which status a task card shows: there is none for skipped and cancelled steps, so their titles say it. */
const STATUS: Readonly<Record<StepState, TaskCardBlock["status"]>> = {
  pending: "pending",
  running: "in_progress",
  done: "complete",
  error: "error",
  unknown: "error",
  skipped: "pending",
  cancelled: "pending",
};

const SIGN: Readonly<Record<StepState, string>> = {
  pending: "○",
  running: "▸",
  done: "✓",
  error: "✗",
  unknown: "?",
  skipped: "–",
  cancelled: "–",
};

/** The steps as a `plan` block, in at most `room` (by `costOf`). */
export function planBlock(card: Card, room: number): StepBlocks {
  const { shown, notice } = windowOf(card);
  const title = labelText(plainText(card.headline), 256) || "–";
  const fitted = shareOut(shown, room - costOf(title) - costOf(notice) - 100, (step, detail, at) =>
    taskOf(step, detail, at, card),
  );
  const plan: PlanBlock = { type: "plan", title, tasks: fitted.items };
  return { blocks: [plan, ...notice], isCut: fitted.isCut || notice.length > 0 };
}

/** The same where a workspace cannot show plans. */
export function sectionBlock(card: Card, room: number): StepBlocks {
  const { shown, notice } = windowOf(card);
  const title = section(run(plainText(card.headline), { bold: true }));
  const fitted = shareOut(shown, room - costOf(title) - costOf(notice) - 100, (step, detail) =>
    sectionOf(step, detail, card),
  );
  return { blocks: [richText([title, ...fitted.items]), ...notice], isCut: fitted.isCut || notice.length > 0 };
}

function windowOf(card: Card): { shown: readonly CardStep[]; notice: KnownBlock[] } {
  const all = card.steps.length;
  if (all <= MOST_TASKS) return { shown: card.steps, notice: [] };
  const next = card.steps.findIndex((step) => step.state !== "done" && step.state !== "skipped");
  const from = Math.max(0, Math.min(next < 0 ? all : next - 5, all - WINDOW));
  const shown = card.steps.slice(from, from + WINDOW);
  const text = words(card.language).chatApp.moreSteps(from + 1, from + shown.length, all);
  return { shown, notice: [richText([section(run(text, { italic: true }))])] };
}

/** How much of a step is shown, the most first. */
interface Detail {
  readonly title: number;
  readonly operation: number;
  readonly args: number;
  readonly note: number;
}

const DETAILS: readonly Detail[] = [
  { title: 240, operation: 440, args: 1_100, note: 720 },
  { title: 200, operation: 300, args: 300, note: 240 },
  { title: 120, operation: 120, args: 100, note: 100 },
  { title: 110, operation: 0, args: 0, note: 0 },
  { title: 50, operation: 0, args: 0, note: 0 },
];

/** Every step gets the most detail that leaves as much room to each of those behind it. */
function shareOut<T>(
  steps: readonly CardStep[],
  room: number,
  draw: (step: CardStep, detail: Detail, at: number) => { item: T; isCut: boolean },
): { items: T[]; isCut: boolean } {
  let left = room;
  let isCut = false;
  const items = steps.map((step, at) => {
    const share = left / (steps.length - at);
    let best = draw(step, DETAILS[0]!, at);
    for (const detail of DETAILS.slice(1)) {
      if (costOf(best.item) <= share) break;
      best = draw(step, detail, at);
    }
    left -= costOf(best.item);
    isCut ||= best.isCut;
    return best.item;
  });
  return { items, isCut };
}

function taskOf(step: CardStep, detail: Detail, at: number, card: Card): { item: TaskCardBlock; isCut: boolean } {
  const { title, operation, args, note, isCut } = stepTexts(step, detail, card);
  const details = [...run(operation, { bold: true }), ...run(args === "" ? "" : `\n${args}`)];
  const item: TaskCardBlock = {
    type: "task_card",
    task_id: `step-${at + 1}`,
    title,
    status: STATUS[step.state],
    ...(details.length > 0 ? { details: richText([section(details)]) } : {}),
    ...(note === "" ? {} : { output: richText([section(run(note))]) }),
  };
  return { item, isCut };
}

function sectionOf(step: CardStep, detail: Detail, card: Card): { item: RichTextSection; isCut: boolean } {
  const { title, operation, args, note, isCut } = stepTexts(step, detail, card);
  const elements: RichTextElement[] = [...run(`${SIGN[step.state]} ${title}`, { bold: true })];
  for (const line of [operation, args]) elements.push(...run(line === "" ? "" : `\n    ${line}`));
  if (note !== "") elements.push(...run(`\n    ${note}`, { italic: true }));
  return { item: section(elements), isCut };
}

function stepTexts(step: CardStep, detail: Detail, card: Card) {
  const [operation, args] = [visibleText(step.operation), step.args === "{}" ? "" : visibleText(step.args)];
  const note = plainText(step.note ?? "").trim();
  const cut = (text: string, max: number) => (max === 0 ? "" : cutCounted(text, max, card.language));
  const shown = {
    operation: cut(operation, detail.operation),
    args: cut(args, detail.args),
    note: cut(note, detail.note),
  };
  const title = titleOf(step, detail.operation === 0 ? operation : "", detail.title, card);
  const isCut = shown.operation !== operation || shown.args !== args || shown.note !== note;
  return { ...shown, title, isCut };
}

/** `2 · Set the stock · writes · 12 s`. The end, which tells the truth about the step, is never cut away. */
function titleOf(step: CardStep, operation: string, max: number, card: Card): string {
  const say = words(card.language).chatApp;
  const risk = step.risk === "read" ? "" : say.riskOfStep[step.risk];
  const state = TOLD.includes(step.state) ? say.stepState[step.state] : "";
  const end = [risk, state, labelText(plainText(step.elapsed ?? ""), 20)].filter((part) => part !== "").join(" · ");
  const tail = end === "" ? "" : ` · ${end}`;
  const start = `${step.number} · ${[plainText(step.title).trim(), operation].filter((part) => part !== "").join(" — ")}`;
  return labelText(start, Math.max(20, max - tail.length)) + tail;
}

const TOLD: readonly StepState[] = ["skipped", "cancelled", "unknown"];

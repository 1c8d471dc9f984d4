import type { Card } from "../../core/domain/card.ts";
import type { StepState } from "../../core/domain/plan-run.ts";

const MARKS: Readonly<Record<StepState, string>> = {
  pending: "·",
  running: "▸",
  done: "✓",
  error: "✗",
  skipped: "-",
  cancelled: "-",
  unknown: "?",
};

/** A card as plain lines for a command's output. The chat draws it in its own way. */
export function cardText(card: Card): string[] {
  const steps = card.steps.flatMap((step) => [
    `  ${MARKS[step.state]} ${step.number}. ${step.title}`,
    `       ${step.operation}${step.args === "{}" ? "" : ` ${step.args}`}`,
    ...(step.note ? [`       ${step.note}`] : []),
  ]);
  return [card.headline, card.goal, "", ...steps, ...(card.notes.length > 0 ? ["", ...card.notes] : [])];
}

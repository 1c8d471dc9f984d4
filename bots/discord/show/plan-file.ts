import type { Card, CardStep } from "../../../core/domain/card.ts";
import { plainText } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { insideCode } from "./escape-text.ts";

/** Everything a card says, as a Markdown file: for plans that are longer than a message. */
export function planFile(card: Card): string {
  const say = words(card.language).chatApp;
  const about = `${say.risk[card.risk]} · ${card.hash}`;
  const notes = card.notes.map((note) => `- ${plainText(note)}`);
  const steps = card.steps.map((step) => stepText(step, card));
  return [`# ${plainText(card.headline)}`, plainText(card.goal), about, ...steps, notes.join("\n"), ""].join("\n\n");
}

function stepText(step: CardStep, { language }: Card): string {
  const say = words(language).chatApp;
  const about = [say.stepState[step.state], say.riskOfStep[step.risk], step.elapsed].filter(Boolean).join(" · ");
  const head = `## ${step.number}. ${plainText(step.title)}${about ? ` (${about})` : ""}`;
  const call = `\`\`\`\n${insideCode(step.operation)}\n${insideCode(step.args)}\n\`\`\``;
  return [head, call, ...(step.note ? [plainText(step.note)] : [])].join("\n\n");
}

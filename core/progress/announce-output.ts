import type { Language } from "../domain/chat.ts";
import { plainLine, plainText } from "../domain/plain-text.ts";
import type { PlanStep, StepResult } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Tx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { outputText } from "./output-text.ts";

/** Characters of an output beyond which the note on the card is not enough. */
const LONG_OUTPUT = 1_500;
const TAIL = 400;
const TITLE_LIMIT = 200;

interface Output {
  readonly step: PlanStep;
  readonly attempt: number;
  readonly result: StepResult;
  readonly language: Language;
  readonly atMs: number;
}

/**
 * A step that brought back much tells its end in the chat, with the whole as a file where a face can. Call in the
 * transaction that records the step's end. Once for an attempt; short outputs say nothing.
 */
export async function announceOutput(tx: Tx, run: Pick<PlanRun, "id" | "chatId">, output: Output): Promise<void> {
  const { step, attempt, result, language, atMs } = output;
  const whole = outputText(result);
  if (whole.length <= LONG_OUTPUT) return;
  const sentence = words(language).output.attached(step.number, plainLine(step.title, TITLE_LIMIT));
  const say = { text: `${sentence}\n${tailOf(whole)}`, outputOf: { runId: run.id, step: step.number } };
  await tx.outbox.say(run.chatId, `output:${run.id}:${step.number}:${attempt}`, say, atMs);
}

/** The last lines, whole ones where that leaves enough. */
function tailOf(whole: string): string {
  const end = plainText(whole.slice(-TAIL * 4))
    .trimEnd()
    .slice(-TAIL);
  const line = end.indexOf("\n");
  const lines = line >= 0 && line < TAIL / 2 ? end.slice(line + 1) : end.replace(/^[\uDC00-\uDFFF]/u, "");
  return `…${lines}`;
}

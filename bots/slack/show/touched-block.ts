import type { KnownBlock } from "@slack/types";
import type { Card } from "../../../core/domain/card.ts";
import { visibleText } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { cutCounted } from "../../shared/cut-text.ts";
import { preformatted, richText, run, section } from "./rich-text.ts";

const ONE = 400;
const ALL = 2_400;

/**
 * What a draft would change: the real operations and arguments of every step that writes, in plain sight, because
 * task cards can be folded.
 */
export function touchedBlock(card: Card): { block: KnownBlock; isCut: boolean } {
  const say = words(card.language).chatApp;
  const touching = card.steps.filter((step) => step.risk !== "read");
  if (touching.length === 0) return { block: richText([section(run(say.touchesNothing))]), isCut: false };
  const lines: string[] = [];
  let left = ALL;
  let isCut = false;
  for (const step of touching) {
    const whole = `${step.number} · ${visibleText(step.operation)} ${visibleText(step.args)}`;
    const line = cutCounted(whole, ONE, card.language);
    if (line.length + 1 > left) break;
    left -= line.length + 1;
    isCut ||= line !== whole;
    lines.push(line);
  }
  const more = touching.length - lines.length;
  if (more > 0) lines.push(say.moreTouched(more));
  const block = richText([section(run(say.willTouch, { bold: true })), preformatted(lines.join("\n"))]);
  return { block, isCut: isCut || more > 0 };
}

import type { Card, SayFile } from "../../../core/domain/card.ts";
import { shortRunId } from "../../../core/domain/ids.ts";
import { plainText, visibleText } from "../../../core/domain/plain-text.ts";
import type { Plan } from "../../../core/domain/plan.ts";

/**
 * A plan with every operation and argument as a text file. With `plan` (of the card's revision) nothing is left out.
 * The name is the same for a revision, so that a repeated upload can be recognised.
 */
export function planFile(card: Card, plan?: Plan): SayFile {
  const steps = card.steps.map((step, at) => {
    const real = plan?.steps[at];
    const args = real ? JSON.stringify(real.args, undefined, 2) : step.args;
    const lines = [
      `${step.number}. ${plainText(step.title)} [${step.risk}]`,
      visibleText(real?.tool ?? step.operation),
      ...args.split("\n").map(visibleText),
    ];
    return lines.join("\n   ");
  });
  const short = shortRunId(card.runId).replace(/[^A-Za-z0-9]/g, "") || "run";
  return {
    name: `plan-${short}-${card.revision}.txt`,
    mediaType: "text/plain",
    text: `${[plainText(card.goal), `${card.runId} · ${card.revision} · ${card.hash}`, "", ...steps].join("\n")}\n`,
  };
}

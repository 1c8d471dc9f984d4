import { visibleText } from "../../core/domain/plain-text.ts";
import type { Plan } from "../../core/domain/plan.ts";
import { CARD_ARGS_LIMIT } from "../../core/progress/card-args.ts";

/** Lines with the whole arguments of those steps whose card could only count a part of them. */
export function argsInFull({ steps }: Plan): string[] {
  return steps.flatMap(({ number, args }) => {
    const text = visibleText(JSON.stringify(args));
    return text.length > CARD_ARGS_LIMIT ? ["", `All arguments of step ${number}:`, text] : [];
  });
}

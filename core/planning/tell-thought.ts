import type { Language } from "../domain/chat.ts";
import { cutAt, plainLine, plainText } from "../domain/plain-text.ts";
import { words } from "../words/words.ts";
import type { Thought } from "./think-plan.ts";

/** Characters of one answer in a chat; faces may split or shorten further. */
const MAX_ANSWER = 8_000;
const MAX_WHY = 300;

/** What a person reads when a thought is no plan. A claim without a run becomes the honest sentence. */
export function tellThought(thought: Exclude<Thought, { kind: "plan" }>, language: Language): string {
  const say = words(language).planning;
  switch (thought.kind) {
    case "answer":
    case "ask":
      return cutAt(plainText(thought.text), MAX_ANSWER);
    case "claim":
      return say.nothingWasDone;
    case "missing": {
      const wanted = thought.problems.flatMap(({ missing, tool }) =>
        missing ? [say.missingValue(missing.name, missing.type, tool?.operation ?? "")] : [],
      );
      return say.askForMissing([...new Set(wanted)].slice(0, 5).join("; "));
    }
    case "cannot":
      return say.couldNotPlan(plainLine(thought.problems[0] ?? "", MAX_WHY));
  }
}

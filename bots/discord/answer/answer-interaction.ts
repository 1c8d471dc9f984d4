import { words } from "../../../core/words/words.ts";
import type { HearDeps } from "../hear/hear-deps.ts";
import type { Asked } from "./answer-deps.ts";
import { createAnswers } from "./answers.ts";
import { completeCommand } from "./complete.ts";
import { INTERACTION, type Interaction } from "./interaction-event.ts";
import { answerModal, answerPress } from "./press.ts";
import { answerCommand } from "./slash.ts";

/**
 * Answers one interaction. It never rejects: a failure is told to its person and to the log, and runs go on. The same
 * interaction delivered again is answered by whoever was first; Discord tells the others.
 */
export async function answerInteraction(interaction: Interaction, deps: HearDeps): Promise<void> {
  const answers = createAnswers(interaction, deps);
  const asked: Asked = { interaction, answers, deps };
  try {
    await answerBy(asked);
  } catch (error) {
    deps.counts.add("failedInteractions");
    deps.logger.error(
      { interaction: interaction.id, error: String(error) },
      "An interaction could not be carried out.",
    );
    if (interaction.type === INTERACTION.autocomplete) await answers.choose([]);
    else await answers.tell(words(deps.language).inbox.failed);
  }
}

async function answerBy(asked: Asked): Promise<void> {
  switch (asked.interaction.type) {
    case INTERACTION.command:
      return answerCommand(asked);
    case INTERACTION.component:
      return answerPress(asked);
    case INTERACTION.autocomplete:
      return completeCommand(asked);
    case INTERACTION.modal:
      return answerModal(asked);
    default:
      asked.deps.counts.add("unknownInteractions");
  }
}

import type { ProjectId } from "../../../core/domain/ids.ts";
import { words } from "../../../core/words/words.ts";
import type { HearDeps } from "../hear/hear-deps.ts";
import type { Answers } from "./answers.ts";
import type { Interaction } from "./interaction-event.ts";

/** One interaction, and all that its answer needs. */
export interface Asked {
  readonly interaction: Interaction;
  readonly answers: Answers;
  readonly deps: HearDeps;
}

/** The project of a place; `undefined` where Piloto does not take part. Asks Discord at most once for a channel. */
export async function projectHere({ interaction, deps }: Asked): Promise<ProjectId | undefined> {
  deps.channels.learn(interaction.channelData, interaction.guild);
  const rules = deps.channels.rules(await deps.channels.facts(interaction.channel));
  return rules.listen ? (rules.project ?? deps.settings.defaultProject) : undefined;
}

export const notHere = ({ answers, deps }: Asked): Promise<void> => answers.tell(words(deps.language).inbox.notHere);

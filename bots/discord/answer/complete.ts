import { type Asked, projectHere } from "./answer-deps.ts";
import { readCommand } from "./interaction-event.ts";

const COMPLETED = { service: "service", operation: "operation", run: "run" } as const;

/** Names that fit what was typed so far: at most 25, and nothing to strangers. */
export async function completeCommand(asked: Asked): Promise<void> {
  const { interaction, answers, deps } = asked;
  const use = readCommand(interaction.data);
  const what = COMPLETED[use?.focused as keyof typeof COMPLETED];
  const projectId = use && what ? await projectHere(asked) : undefined;
  if (!use || !projectId) return answers.choose([]);
  const { account, groups } = interaction.who;
  const typed = use.given[what] ?? "";
  const service = what === "operation" ? use.given.service : undefined;
  const found = await deps.core.suggest({ account, groups, what, typed, projectId, ...(service ? { service } : {}) });
  await answers.choose(found.map(({ value, label }) => ({ name: label, value })));
}

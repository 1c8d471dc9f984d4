import type { PlanRun } from "../../core/domain/plan-run.ts";
import { renderCard } from "../../core/progress/plan-card.ts";
import { argsInFull } from "./args-in-full.ts";
import { cardText } from "./card-text.ts";
import type { CommonOptions } from "./options.ts";
import { print, printJson } from "./output.ts";
import type { Working } from "./with-core.ts";

/** A run as a person reads it, or with `--json` everything that is known of it, the results included. */
export async function printRun(
  run: PlanRun,
  { json }: CommonOptions,
  { stores, settings, clock }: Pick<Working, "stores" | "settings" | "clock">,
): Promise<void> {
  const { steps, attempts, votes, language, mayConfirm } = await stores.read(async (tx) => ({
    steps: await tx.steps.of(run.id),
    attempts: await tx.steps.attempts(run.id),
    votes: await tx.votes.of(run.id),
    language: (await tx.chats.get(run.chatId))?.language ?? settings.language,
    mayConfirm: (await tx.projects.get(run.projectId))?.access.confirm,
  }));
  if (json) printJson({ ...run, stepRuns: steps, attempts, votes });
  else {
    const card = renderCard(run, steps, { language, nowMs: clock.nowMs(), votes, mayConfirm });
    print(...cardText(card), ...argsInFull(run.plan));
  }
}

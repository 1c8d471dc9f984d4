import type { Card } from "../domain/card.ts";
import type { AccountId, ChatId, RunId } from "../domain/ids.ts";
import { accountsOf, type PlanRun, type Vote } from "../domain/plan-run.ts";
import type { ReadTx } from "../ports/stores.ts";
import { namesOf } from "../words/names.ts";
import type { CardContext } from "./card-context.ts";
import { NAMES_SHOWN } from "./card-notes.ts";
import { renderCard } from "./plan-card.ts";

/** A run's card as it is now, in a chat's language; `undefined` when the run is gone. */
export async function currentCard(
  tx: ReadTx,
  { runId, chatId }: { readonly runId: RunId; readonly chatId: ChatId },
  nowMs: number,
): Promise<Card | undefined> {
  const run = await tx.runs.get(runId);
  if (!run) return undefined;
  const steps = await tx.steps.of(run.id, { results: false });
  const context = await cardContext(tx, run, chatId, nowMs);
  return renderCard(run, steps, context);
}

/** What the card of a run in a chat is rendered with, read in one snapshot. */
async function cardContext(tx: ReadTx, run: PlanRun, chatId: ChatId, nowMs: number): Promise<CardContext> {
  const votes = await tx.votes.of(run.id);
  const chat = await tx.chats.get(chatId);
  const mayConfirm = run.state === "draft" ? (await tx.projects.get(run.projectId))?.access.confirm : undefined;
  const people = await namesOf(tx, accountsOn(run, votes, mayConfirm));
  return { language: chat?.language ?? "en", nowMs, people, votes, mayConfirm };
}

/** Whom the card names. A press that came too late is not on it. */
function accountsOn(run: PlanRun, votes: readonly Vote[], mayConfirm: readonly AccountId[] = []): AccountId[] {
  const deciders = votes.filter((vote) => vote.counted).map((vote) => vote.by);
  return [...accountsOf(run), ...mayConfirm.slice(0, NAMES_SHOWN), ...deciders];
}

import type { Card } from "../domain/card.ts";
import type { AccountId, ChatId, RunId } from "../domain/ids.ts";
import type { PlanRun, Vote } from "../domain/plan-run.ts";
import type { ReadTx } from "../ports/stores.ts";
import type { CardContext } from "./card-context.ts";
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

function accountsOn(run: PlanRun, votes: readonly Vote[], mayConfirm: readonly AccountId[] = []): Set<AccountId> {
  const all = [run.requestedBy, run.decidedBy, run.cancelRequestedBy, ...votes.map((vote) => vote.by), ...mayConfirm];
  return new Set(all.filter((account) => account !== undefined && !account.endsWith(":*")) as AccountId[]);
}

async function namesOf(tx: ReadTx, accounts: Set<AccountId>): Promise<Map<AccountId, string>> {
  const names = new Map<AccountId, string>();
  for (const account of [...accounts].slice(0, 20)) {
    const person = await tx.people.of(account);
    if (person) names.set(account, person.name);
  }
  return names;
}

import type { Card, Outgoing } from "../domain/card.ts";
import type { AccountId, ChatId } from "../domain/ids.ts";
import type { PlanRun, Vote } from "../domain/plan-run.ts";
import type { ChatPlatform, MessageRef, Posted } from "../ports/chat-platform.ts";
import type { Clock } from "../ports/clock.ts";
import type { Due, ReadTx, Stores } from "../ports/stores.ts";
import type { CardContext } from "./card-context.ts";
import { renderCard } from "./plan-card.ts";

export type DueCard = Extract<Due, { kind: "card" }>;
export type DueSay = Extract<Due, { kind: "say" }>;

interface DeliverDeps {
  readonly stores: Stores;
  readonly platform: ChatPlatform;
  readonly clock: Clock;
  /** What each card showed last, by run and chat: an edit that changes nothing is not sent. */
  readonly shown: LastShown;
}

/** Tells one sentence once. Throws when the platform failed; a chat that is gone is given up with the reason. */
export async function deliverSay(due: DueSay, { stores, platform, clock }: Omit<DeliverDeps, "shown">): Promise<void> {
  const posted = await platform.post(due.chatId, { kind: "say", ...due.say }, due.key);
  await stores.atomically(async (tx) => {
    if (posted.kind === "ok") await tx.outbox.sayDelivered(due.id, posted.ref, clock.nowMs());
    else await tx.outbox.giveUp(due, posted.why);
  });
}

/**
 * Shows the run as it stands now, posting once and editing after that. When a person deleted the message it is
 * posted afresh, once in a process; when that one goes as well, or the chat is gone, the card is given up.
 * The keys follow from what is stored, so that a try after a crash repeats the same key.
 */
export async function deliverCard(due: DueCard, deps: DeliverDeps): Promise<void> {
  const { stores, platform, clock, shown } = deps;
  const card = await stores.read((tx) => currentCard(tx, due, clock.nowMs()));
  if (!card) return stores.atomically((tx) => tx.outbox.giveUp(due, "The run is not in the records."));
  const text = JSON.stringify(card);
  if (due.ref !== undefined && shown.isShown(due, due.ref, text))
    return record(due, { kind: "ok", ref: due.ref }, deps);
  const posted = await show(due, { kind: "card", ...card }, platform, shown);
  if (posted.kind === "ok") shown.remember(due, posted.ref, text);
  await record(due, posted, deps);
}

async function show(due: DueCard, card: Outgoing, platform: ChatPlatform, shown: LastShown): Promise<Posted> {
  const key = `card:${due.runId}:${due.chatId}`;
  if (due.ref === undefined) return postNow(due.chatId, card, key, platform);
  const edited = await platform.edit(due.chatId, due.ref, card);
  if (edited.kind === "ok") return edited;
  if (!shown.mayPostAfresh(due, due.ref)) return { kind: "gone", why: `Deleted again: ${edited.why}` };
  return postNow(due.chatId, card, `${key}:instead-of:${due.ref}`, platform);
}

/** A post that an earlier try made already shows the facts of that try: it is brought up to date at once. */
async function postNow(chatId: ChatId, card: Outgoing, key: string, platform: ChatPlatform): Promise<Posted> {
  const posted = await platform.post(chatId, card, key);
  return posted.kind === "ok" && posted.isRepeat ? platform.edit(chatId, posted.ref, card) : posted;
}

function record(due: DueCard, posted: Posted, { stores, platform, clock }: DeliverDeps): Promise<void> {
  return stores.atomically(async (tx) => {
    if (posted.kind === "gone") return tx.outbox.giveUp(due, posted.why);
    const notBeforeMs = clock.nowMs() + platform.limits.editEveryMs;
    await tx.outbox.cardDelivered(due.runId, due.chatId, due.version, posted.ref, notBeforeMs);
  });
}

/** A run's card as it is now, in a chat's language; `undefined` when the run is gone. */
export async function currentCard(
  tx: ReadTx,
  due: Pick<DueCard, "runId" | "chatId">,
  nowMs: number,
): Promise<Card | undefined> {
  const run = await tx.runs.get(due.runId);
  if (!run) return undefined;
  const steps = await tx.steps.of(run.id);
  const context = await cardContext(tx, run, due.chatId, nowMs);
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

/** What this process showed: bounded, and only ever a shortcut; the record is in the stores. */
export interface LastShown {
  isShown(due: DueCard, ref: MessageRef, text: string): boolean;
  remember(due: DueCard, ref: MessageRef, text: string): void;
  /** `true` once for a card; asked again about the message that took the first one's place, `false`. */
  mayPostAfresh(due: DueCard, deletedRef: MessageRef): boolean;
}

const REMEMBERED = 2_000;

export function createLastShown(): LastShown {
  const last = new Map<string, string>();
  const afresh = new Map<string, MessageRef>();
  const key = (due: DueCard) => `${due.runId}\n${due.chatId}`;
  return {
    isShown: (due, ref, text) => last.get(key(due)) === `${ref}\n${text}`,
    remember(due, ref, text) {
      put(last, key(due), `${ref}\n${text}`);
    },
    mayPostAfresh(due, deletedRef) {
      const first = afresh.get(key(due));
      if (first !== undefined) return first === deletedRef;
      put(afresh, key(due), deletedRef);
      return true;
    },
  };
}

function put(map: Map<string, string>, key: string, value: string): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value ?? key);
}

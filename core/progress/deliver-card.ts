import type { Card, Outgoing } from "../domain/card.ts";
import type { MessageRef, Posted } from "../ports/chat-platform.ts";
import { type Claim, claimDelivery, whileClaimed } from "./claim-delivery.ts";
import { currentCard } from "./current-card.ts";
import type { DeliveryPorts, DueCard } from "./due.ts";
import type { LastShown } from "./last-shown.ts";
import type { RunningCards } from "./running-cards.ts";

export interface CardPorts extends DeliveryPorts {
  /** What each card showed last, by run and chat: an edit that changes nothing is not sent. */
  readonly shown: LastShown;
  /** Cards whose time goes on. */
  readonly running: RunningCards;
}

/**
 * Shows the run as it stands now, posting once and editing after that. When a person deleted the message it is
 * posted afresh, once in a process; when that one goes as well, or the chat is gone, the card is given up.
 * The keys follow from what is stored, so that a try after a crash repeats the same key. `false`: another process
 * has it. Throws when the platform failed.
 */
export async function deliverCard(due: DueCard, ports: CardPorts): Promise<boolean> {
  // One process alone edits in order by itself, and an edit that is repeated does no harm: it claims posts only.
  if (!ports.stores.isShared) return showAndRecord(due, undefined, ports);
  return (await whileClaimed(due, ports, (claim) => showAndRecord(due, claim, ports))) ?? false;
}

async function showAndRecord(due: DueCard, claim: Claim | undefined, ports: CardPorts): Promise<boolean> {
  const { stores, clock, shown, running } = ports;
  const card = await stores.read((tx) => currentCard(tx, due, clock.nowMs()));
  if (!card) {
    await stores.atomically((tx) => tx.outbox.giveUp(due, "The run is not in the records."));
    return true;
  }
  const isOver = due.isAgain && !isTicking(card);
  const text = JSON.stringify(card);
  const isShown = due.ref !== undefined && (isOver || shown.isShown(due, due.ref, text));
  const posted = isShown
    ? { kind: "ok" as const, ref: due.ref }
    : await show(due, { kind: "card", ...card }, claim, ports);
  if (!posted) return false;
  if (posted.kind === "ok" && !isOver) shown.remember(due, posted.ref, text);
  const isKept = await record(due, posted, claim, ports);
  if (!isKept) shown.forget(due);
  running.delivered(due, isKept && posted.kind === "ok" && isTicking(card) ? posted.ref : undefined);
  return true;
}

/** Whether the card would look different a moment later although nothing happened. */
const isTicking = (card: Card): boolean => card.steps.some((step) => step.sinceMs !== undefined);

/** `undefined`: it would have been posted, and another process is at it. */
async function show(
  due: DueCard,
  card: Outgoing,
  claim: Claim | undefined,
  ports: CardPorts,
): Promise<Posted | undefined> {
  const key = `card:${due.runId}:${due.chatId}`;
  if (due.ref === undefined) return postNow(due, card, { key, claim }, ports);
  const edited = await ports.platform.edit(due.chatId, due.ref, card);
  if (edited.kind === "ok") return edited;
  if (!ports.shown.mayPostAfresh(due, due.ref)) return { kind: "gone", why: `Deleted again: ${edited.why}` };
  return postNow(due, card, { key: `${key}:instead-of:${due.ref}`, claim }, ports);
}

/** A post that an earlier try made already shows the facts of that try: it is brought up to date at once. */
async function postNow(
  due: DueCard,
  card: Outgoing,
  { key, claim }: { key: string; claim: Claim | undefined },
  ports: CardPorts,
): Promise<Posted | undefined> {
  const { platform } = ports;
  const taken = claim ?? (await claimDelivery(due, ports));
  if (!taken) return undefined;
  const posted = await platform.post(due.chatId, card, key, { mayBeThere: taken.mayBeThere });
  return posted.kind === "ok" && posted.isRepeat ? platform.edit(due.chatId, posted.ref, card) : posted;
}

/** `false`: another process took it meanwhile, and the card is shown again. */
async function record(
  due: DueCard,
  posted: Posted | { kind: "ok"; ref: MessageRef | undefined },
  claim: Claim | undefined,
  { stores, platform, clock, owner }: CardPorts,
): Promise<boolean> {
  // Shown again where it was: the record says so already, and nobody waits for it.
  if (due.isAgain && !claim && posted.kind === "ok" && posted.ref === due.ref) return true;
  return stores.atomically(async (tx) => {
    if (posted.kind === "gone") {
      await tx.outbox.giveUp(due, posted.why);
      return true;
    }
    const notBeforeMs = clock.nowMs() + platform.limits.editEveryMs;
    const by = stores.isShared ? owner : undefined;
    return tx.outbox.cardDelivered(due.runId, due.chatId, due.version, posted.ref!, notBeforeMs, by);
  });
}

import type { Message } from "../domain/chat.ts";
import { asId, type MessageId } from "../domain/ids.ts";
import type { Decision } from "../planning/decision.ts";
import type { Stores, Tx } from "../ports/stores.ts";
import { finishTurnIn, type TurnEnd } from "./finish-turn.ts";
import type { ConversationDeps } from "./scene.ts";

type Accepted = Extract<Decision, { kind: "accepted" }>;

/** Thrown inside a transaction to undo it: another worker acted on the message first. */
export class HandledBefore extends Error {}

/**
 * Stores in which an accepted decision and the end of the turn that asked for it are one transaction: a crash
 * between the two can neither repeat the decision nor lose its answer. Everything else passes through.
 * @throws HandledBefore when the message was handled already; then nothing was decided
 */
export function endingStores(
  message: Message,
  toEnd: (decision: Accepted, tx: Tx) => Promise<TurnEnd>,
  { stores, clock, ids }: Pick<ConversationDeps, "stores" | "clock" | "ids">,
): Stores {
  const id = asId<MessageId>(ids.next());
  return {
    isShared: stores.isShared,
    atomically: <T>(work: (tx: Tx) => Promise<T>) =>
      stores.atomically(async (tx) => {
        const result = await work(tx);
        if (!isAccepted(result)) return result;
        const isFirst = await finishTurnIn(tx, message, await toEnd(result, tx), { id, atMs: clock.nowMs() });
        if (!isFirst) throw new HandledBefore("The message was handled by another worker.");
        return result;
      }),
    read: (work) => stores.read(work),
    onCommit: (listener) => stores.onCommit(listener),
    close: () => stores.close(),
  };
}

function isAccepted(result: unknown): result is Accepted {
  return typeof result === "object" && result !== null && (result as { kind?: unknown }).kind === "accepted";
}

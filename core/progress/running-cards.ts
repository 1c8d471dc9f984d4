import type { ChatId } from "../domain/ids.ts";
import type { MessageRef, PlatformLimits } from "../ports/chat-platform.ts";
import type { DueCard } from "./due.ts";

/** However many runs are under way, no more than 20 of their cards a second are rendered to let time go on. */
const GAP_MS = 50;
/** After a first failure; each further one in a row doubles it. */
const FIRST_PAUSE_MS = 1_000;

/** Cards with a step that runs, and when their elapsed time is shown again. Known to this process alone. */
export interface RunningCards {
  /** After each delivery: with its message while a step runs, without when none does or somebody else has the card. */
  delivered(due: DueCard, ref: MessageRef | undefined): void;
  /** The card that was shown longest ago, when it is its turn. It comes again after its next delivery. */
  take(nowMs: number, isFree: (chatId: ChatId) => boolean): DueCard | undefined;
  /** The platform did not take one: a single card keeps the others for a moment, a platform that is down for longer. */
  failed(nowMs: number): void;
  /** A card that was shown again a moment ago is not edited yet. */
  mayEdit(due: DueCard, nowMs: number): boolean;
  /** When `take` has something next. */
  nextMs(): number | undefined;
}

interface Shown {
  readonly due: DueCard;
  readonly atMs: number;
}

export function createRunningCards(limits: PlatformLimits, nowMs: () => number): RunningCards {
  const { editEveryMs, showElapsedEveryMs } = limits;
  const everyMs = showElapsedEveryMs === undefined ? undefined : Math.max(showElapsedEveryMs, editEveryMs, 1);
  /** In the order in which they were shown. */
  const cards = new Map<string, Shown>();
  let takenAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const keyOf = ({ runId, chatId }: DueCard) => `${runId}\n${chatId}`;
  const put = (due: DueCard) => {
    cards.delete(keyOf(due));
    cards.set(keyOf(due), { due, atMs: nowMs() });
  };
  return {
    delivered(due, ref) {
      if (everyMs === undefined) return;
      failures = 0;
      if (ref === undefined) cards.delete(keyOf(due));
      else put({ ...due, ref, shown: due.version, tries: 0, isAgain: true });
    },
    take(now, isFree) {
      const [first] = cards.values();
      if (!first || everyMs === undefined || now < first.atMs + everyMs || now < takenAtMs + GAP_MS) return undefined;
      // Stays listed: a try that fails comes round again.
      put(first.due);
      if (!isFree(first.due.chatId)) return undefined;
      takenAtMs = now;
      return first.due;
    },
    failed(now) {
      takenAtMs = now + Math.min(everyMs ?? 0, FIRST_PAUSE_MS * 2 ** failures) - GAP_MS;
      failures += 1;
    },
    mayEdit(due, now) {
      const shown = due.isAgain ? undefined : cards.get(keyOf(due));
      return shown === undefined || now >= shown.atMs + editEveryMs;
    },
    nextMs() {
      const [first] = cards.values();
      return first && everyMs !== undefined ? Math.max(first.atMs + everyMs, takenAtMs + GAP_MS) : undefined;
    },
  };
}

import type { RunId } from "../domain/ids.ts";
import type { MessageRef } from "../ports/chat-platform.ts";
import type { DueCard } from "./due.ts";

/** What this process showed: bounded, and only ever a shortcut; the record is in the stores. */
export interface LastShown {
  /** Whether the message shows just this, as far as the record has nothing newer than what this process delivered. */
  isShown(due: DueCard, ref: MessageRef, text: string): boolean;
  remember(due: DueCard, ref: MessageRef, text: string): void;
  forget(due: DueCard): void;
  /** `true` once for a card; asked again about the message that took the first one's place, `false`. */
  mayPostAfresh(due: DueCard, deletedRef: MessageRef): boolean;
}

const REMEMBERED = 2_000;

export function createLastShown(): LastShown {
  const last = new Map<string, string>();
  const afresh = new Map<string, MessageRef>();
  const key = ({ runId, chatId }: { runId: RunId; chatId: string }) => `${runId}\n${chatId}`;
  const picture = (version: number, ref: MessageRef, text: string) => `${version}\n${ref}\n${text}`;
  return {
    isShown: (due, ref, text) => last.get(key(due)) === picture(due.shown, ref, text),
    remember: (due, ref, text) => put(last, key(due), picture(due.version, ref, text)),
    forget: (due) => void last.delete(key(due)),
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

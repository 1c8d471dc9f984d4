import type { Outgoing } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import { TERMINAL } from "./face-options.ts";

/** Fast enough to look alive, slow enough to read. */
const EDIT_EVERY_MS = 100;
const KEYS_KEPT = 5_000;

/**
 * The terminal as a chat platform. A screen keeps nothing when its process ends, so a reference of an earlier
 * process is simply shown again; keys are honoured within the process. The output of a step that is told for its file
 * is left out: a terminal has no files, and the card says how it ended.
 */
export function createTerminalPlatform(
  show: (chatId: ChatId, what: Outgoing) => void,
  notice: (chatId: ChatId, text: string) => void,
): ChatPlatform {
  const refs = new Map<string, string>();
  let count = 0;
  return {
    face: TERMINAL,
    limits: { editEveryMs: EDIT_EVERY_MS },
    forgetsOnExit: true,
    async post(chatId, what, key) {
      const known = refs.get(key);
      if (known !== undefined) return { kind: "ok", ref: known, isRepeat: true };
      count += 1;
      const ref = `terminal-${count}`;
      refs.set(key, ref);
      if (refs.size > KEYS_KEPT) refs.delete(refs.keys().next().value ?? key);
      if (!(what.kind === "say" && what.outputOf)) show(chatId, what);
      return { kind: "ok", ref };
    },
    async edit(chatId, ref, what) {
      show(chatId, what);
      return { kind: "ok", ref };
    },
    notice(chatId, text) {
      notice(chatId, text);
      return false;
    },
  };
}

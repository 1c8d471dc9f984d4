import type { Card, Outgoing } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { ChatPlatform, Posted } from "../../core/ports/chat-platform.ts";
import { TERMINAL } from "./face-options.ts";

/** What a chat was told, as the scripted face hands it on. */
export interface Told {
  readonly chatId: ChatId;
  readonly ref: string;
  readonly how: "posted" | "edited";
  readonly what: Outgoing;
}

export interface ScriptPlatform extends ChatPlatform {
  /** The latest card of a chat, or the card of a run of the chat by the end of the run's id. */
  card(chatId: ChatId, run: string): Card | undefined;
  /** Resolves when `fits` holds for a card of the chat: at once, or after a later post or edit. */
  cardThat(chatId: ChatId, run: string, fits: (card: Card) => boolean, signal: AbortSignal): Promise<Card | undefined>;
}

/** Nobody looks at it while it changes, so every edit is handed on soon; many of them in a moment are one. */
const EDIT_EVERY_MS = 50;

export function createScriptPlatform(tell: (told: Told) => void): ScriptPlatform {
  const posted = new Set<string>();
  const cards: { chatId: ChatId; card: Card }[] = [];
  const watchers = new Set<() => void>();

  function show(told: Told): Posted {
    if (told.what.kind === "card") {
      const { kind: _kind, ...card } = told.what;
      const at = cards.findIndex((known) => known.card.runId === card.runId && known.chatId === told.chatId);
      if (at >= 0) cards[at] = { chatId: told.chatId, card };
      else cards.push({ chatId: told.chatId, card });
    }
    tell(told);
    for (const watcher of watchers) watcher();
    return { kind: "ok", ref: told.ref };
  }

  function card(chatId: ChatId, run: string): Card | undefined {
    return cards.findLast((c) => c.chatId === chatId && (run === "latest" || c.card.runId.endsWith(run)))?.card;
  }

  return {
    face: TERMINAL,
    limits: { editEveryMs: EDIT_EVERY_MS },
    card,
    // The key is the reference: the same message has the same one in every process.
    async post(chatId, what, key) {
      if (posted.has(key)) return { kind: "ok", ref: key, isRepeat: true };
      posted.add(key);
      // Told for its file, which a script has no use for: the card says how the step ended.
      if (what.kind === "say" && what.outputOf) return { kind: "ok", ref: key };
      return show({ chatId, ref: key, how: "posted", what });
    },
    edit: async (chatId, ref, what) => show({ chatId, ref, how: "edited", what }),
    cardThat(chatId, run, fits, signal) {
      return new Promise((resolve) => {
        const look = () => {
          const found = card(chatId, run);
          if (!signal.aborted && !(found && fits(found))) return;
          watchers.delete(look);
          resolve(found && fits(found) ? found : undefined);
        };
        watchers.add(look);
        signal.addEventListener("abort", look, { once: true });
        look();
      });
    },
  };
}

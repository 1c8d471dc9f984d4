import { faceOf } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { FleetWait, ModelFleet } from "../ports/model-fleet.ts";
import { type Words, words } from "../words/words.ts";
import { replyKey } from "./finish-turn.ts";
import type { ConversationDeps, Scene } from "./scene.ts";

/** The fleet, as one turn uses it. */
export interface NoticingFleet {
  readonly fleet: ModelFleet;
  /** A notice lies in the chat as a message that something must take the place of. */
  isShown(): boolean;
}

/** A shorter wait is not worth a word. */
const QUIET_MS = 3_000;
/** How often what is left of a guess is looked at; it is shown again only when it reads otherwise. */
const LOOK_EVERY_MS = 5_000;
const LONGEST_NAME = 80;

/**
 * Tells the person who waits for a PC what for and about how long, in the place where the answer will be. Faces that
 * cannot show notices get none. The notice counts down by itself between two guesses of the fleet.
 */
export function noticeWaits({ chat, message }: Pick<Scene, "chat" | "message">, deps: ConversationDeps): NoticingFleet {
  const { fleet, platforms, logger } = deps;
  const platform = platforms.find(({ face, notice }) => face === faceOf(chat.id) && notice !== undefined);
  if (!platform) return { fleet, isShown: () => false };
  let isShown = false;
  const show = (text: string) => {
    try {
      isShown = platform.notice?.(chat.id, text, replyKey(message.id)) || isShown;
    } catch (error) {
      logger.warn({ chatId: chat.id, error }, "It could not be shown what a message waits for.");
    }
  };
  const say = words(chat.language).fleet;
  const noticing: ModelFleet = {
    models: () => fleet.models(),
    nodes: () => fleet.nodes(),
    embed: (request, signal) => fleet.embed(request, signal),
    async chat(request, signal) {
      const wait = beginWait(show, say, deps);
      const onText = request.onText;
      const heard = (piece: string) => {
        wait.end();
        onText?.(piece);
      };
      try {
        return await fleet.chat({ ...request, onWaiting: wait.onWaiting, onText: heard }, signal);
      } finally {
        wait.end();
      }
    },
  };
  return { fleet: noticing, isShown: () => isShown };
}

interface Wait {
  onWaiting(wait: FleetWait): void;
  end(): void;
}

function beginWait(
  show: (text: string) => void,
  say: Words["fleet"],
  { clock }: Pick<ConversationDeps, "clock">,
): Wait {
  const over = new AbortController();
  let last: { readonly wait: FleetWait; readonly atMs: number } | undefined;
  let shown: string | undefined;

  function look(): void {
    if (!last || over.signal.aborted) return;
    const text = tellWait(last.wait, clock.nowMs() - last.atMs, say);
    if (text === shown) return;
    shown = text;
    show(text);
  }

  async function keepLooking(): Promise<void> {
    await clock.sleep(QUIET_MS, over.signal);
    while (!over.signal.aborted) {
      look();
      await clock.sleep(LOOK_EVERY_MS, over.signal);
    }
  }

  return {
    onWaiting(wait) {
      const isFirst = last === undefined;
      last = { wait, atMs: clock.nowMs() };
      if (isFirst) void keepLooking();
      else if (shown !== undefined) look();
    },
    end() {
      if (over.signal.aborted) return;
      over.abort();
      if (shown !== undefined) show(say.atWork);
    },
  };
}

function tellWait({ why, model, node, ahead, aboutMs }: FleetWait, sinceMs: number, say: Words["fleet"]): string {
  const leftMs = aboutMs === undefined ? undefined : Math.max(0, aboutMs - sinceMs);
  if (why === "no-pc") return say.noPc;
  // PCs tell the names of models: a face draws this as it comes.
  const name = plainLine(model, LONGEST_NAME);
  const where = node === undefined ? undefined : plainLine(node, LONGEST_NAME);
  return why === "loading" ? say.loading(name, where, leftMs) : say.busy(name, ahead, leftMs);
}

import type { ChatId } from "../../../core/domain/ids.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { DISCORD } from "../discord-ids.ts";
import { drawPreview } from "../show/draw-say.ts";
import type { Drawn } from "../show/message-body.ts";
import type { ChannelMessages } from "./channel-messages.ts";
import type { Counts } from "./counts.ts";
import { postNames } from "./message-marker.ts";
import { troubleOf } from "./trouble.ts";
import type { Typing } from "./typing.ts";

export interface PreviewDeps {
  readonly messages: ChannelMessages;
  readonly typing: Typing;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: Counts;
}

/** Answers while they are being written: one message each, edited now and then, finished by the final text. */
export interface Previews {
  show(chatId: ChatId, channel: string, text: string, key: string): void;
  /**
   * Puts the final text into the message that showed the unfinished one, of this process or an earlier one, and
   * returns its id; `undefined` when there is none, or a person deleted it.
   */
  finish(channel: string, key: string, drawn: Drawn): Promise<string | undefined>;
}

interface Shown {
  readonly channel: string;
  text: string;
  shownText?: string;
  message?: string;
  readonly ending: AbortController;
  work?: Promise<void>;
}

const EVERY_MS = 1500;
/** One that never got its final text is forgotten after so many newer ones. */
const KEPT = 500;
const DAY_MS = 86_400_000;
const PREFIX = "preview/";
const noteKey = (key: string) => PREFIX + postNames(key).nonce;

export function createPreviews({ messages, typing, stores, clock, logger, counts }: PreviewDeps): Previews {
  const all = new Map<string, Shown>();

  async function once(preview: Shown, key: string): Promise<void> {
    const names = postNames(key);
    const { text, channel } = preview;
    if (preview.message === undefined) {
      // Written before the message exists: a later process finishes what this one may leave half told.
      await stores.atomically(async (tx) => {
        await tx.faceNotes.forget(DISCORD, PREFIX, clock.nowMs() - DAY_MS);
        await tx.faceNotes.put(DISCORD, noteKey(key), channel, clock.nowMs());
      });
      preview.message = await messages.send(channel, drawPreview(text), names);
    } else {
      await messages.edit(channel, preview.message, drawPreview(text), names.marker);
    }
    counts.add("previews");
    preview.shownText = text;
  }

  async function keepShowing(preview: Shown, key: string): Promise<void> {
    const { signal } = preview.ending;
    try {
      while (!signal.aborted && preview.text !== preview.shownText) {
        await once(preview, key);
        if (!signal.aborted) await clock.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      // Best effort: the final text comes in any case, through the outbox.
      preview.ending.abort();
      logger.debug({ trouble: troubleOf(error) ?? String(error) }, "An unfinished answer could not be shown.");
    } finally {
      preview.work = undefined;
    }
  }

  /** Whether something may lie there that this process does not know of. */
  const isNoted = (key: string) =>
    stores.read(async (tx) => (await tx.faceNotes.get(DISCORD, noteKey(key))) !== undefined);

  async function replace(channel: string, message: string, drawn: Drawn, key: string): Promise<string | undefined> {
    try {
      await messages.edit(channel, message, drawn, postNames(key).marker);
      return message;
    } catch (error) {
      if (troubleOf(error) !== "no-message") throw error;
      return undefined;
    }
  }

  async function end(key: string): Promise<Shown | undefined> {
    const preview = all.get(key);
    if (!preview) return undefined;
    // Ends the pause; what is on its way is waited for.
    preview.ending.abort();
    all.delete(key);
    await preview.work;
    return preview;
  }

  return {
    show(chatId, channel, text, key) {
      if (text.trim() === "") return;
      let preview = all.get(key);
      if (!preview) {
        typing.end(chatId);
        preview = { channel, text, ending: new AbortController() };
        all.set(key, preview);
        if (all.size > KEPT) all.delete(all.keys().next().value ?? key);
      }
      preview.text = text;
      if (!preview.ending.signal.aborted) preview.work ??= keepShowing(preview, key);
    },
    async finish(channel, key, drawn) {
      const preview = await end(key);
      if (!preview && !(await isNoted(key))) return undefined;
      const message = preview?.message ?? (await messages.find(channel, postNames(key).marker));
      const finished = message && (await replace(channel, message, drawn, key));
      await stores.atomically((tx) => tx.faceNotes.remove(DISCORD, noteKey(key)));
      return finished;
    },
  };
}

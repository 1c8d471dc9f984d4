import type { ChatId } from "../domain/ids.ts";
import type { ChatPlatform } from "../ports/chat-platform.ts";
import { createPlatformPoster, type PlatformPoster, type PosterPorts } from "./platform-poster.ts";

export interface ProgressPosterPorts extends PosterPorts {
  readonly platforms: readonly ChatPlatform[];
}

export interface ProgressPoster {
  /** Delivers what is due now and from now on, what an earlier process left included. A second start does nothing. */
  start(): void;
  /** Begins no delivery any more and waits for those under way, at most `withinMs` (default 5 s). */
  stop(withinMs?: number): Promise<void>;
  /** Resolves when nothing is left to be told (in this chat, or on any platform); what waits after a failure counts. */
  idle(chatId?: ChatId): Promise<void>;
}

/**
 * Facts to chat: delivers the outbox. Every platform for itself, every chat for itself, in order within a chat.
 * A card is rendered only when it is about to be delivered, so that many changes cost one rendering.
 * Chat messages of a face that has no platform here stay due.
 */
export function createProgressPoster(ports: ProgressPosterPorts): ProgressPoster {
  const { stores, platforms } = ports;
  const posters: PlatformPoster[] = platforms.map((platform) => createPlatformPoster(platform, ports));
  let unsubscribe: (() => void) | undefined;
  return {
    start() {
      if (unsubscribe) return;
      unsubscribe = stores.onCommit(() => {
        for (const poster of posters) poster.wake();
      });
      for (const poster of posters) poster.start();
    },
    async stop(withinMs = 5_000) {
      unsubscribe?.();
      unsubscribe = undefined;
      await Promise.all(posters.map((poster) => poster.stop(withinMs)));
    },
    async idle(chatId) {
      await Promise.all(posters.map((poster) => poster.idle(chatId)));
    },
  };
}

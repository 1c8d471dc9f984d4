import type { Outgoing } from "../domain/card.ts";
import type { ChatId } from "../domain/ids.ts";

/** Where a card or message lies on a platform: opaque to core, stored as text. */
export type MessageRef = string;

/**
 * One face, outward. Rate limits are waited out inside. What a platform cannot show in full it shortens,
 * visibly. Errors that a later try may heal are thrown; `gone` is for what no try will heal.
 */
export interface ChatPlatform {
  /** The part of chat ids before the colon: `terminal`, `slack`, `discord`, `web`. */
  readonly face: string;
  /**
   * Posts once for one `key`: a repeated call with the same key (after a crash between posting and
   * recording) gives the first post's reference where the platform can tell.
   */
  post(chatId: ChatId, what: Outgoing, key: string, how?: PostHow): Promise<Posted>;
  /**
   * Replaces what a reference shows. `gone` when a person deleted it: core then posts afresh. The reference that
   * comes back may be another one: a platform that limits edits of old messages goes on in a new one.
   */
  edit(chatId: ChatId, ref: MessageRef, what: Outgoing): Promise<Posted>;
  readonly limits: PlatformLimits;
  /**
   * An answer while it is being written: the whole text so far, each call replaces the one before. Best effort and
   * never awaited; the `post` with the same key ends it, and what comes later is ignored. A face that cannot show
   * unfinished text leaves it out.
   */
  preview?(chatId: ChatId, text: string, key: string): void;
  /**
   * What an answer waits for, in the place where its preview will be: each call replaces the one before. Best effort
   * and never awaited; a preview or the `post` with the same key takes its place. `true`: it lies in the chat as a
   * message, so something must take its place. A face that leaves it out shows that Piloto is typing, as ever.
   */
  notice?(chatId: ChatId, text: string, key: string): boolean;
  /** What it showed is gone when its process ends (a terminal): open cards are shown again at the next start. */
  readonly forgetsOnExit?: boolean;
}

export interface PostHow {
  /** An earlier try with this key may have reached the platform: look there first. */
  readonly mayBeThere?: boolean;
}

export type Posted =
  /** `isRepeat`: a post with a known key; the message still shows what it showed then, and core edits it. */
  | { readonly kind: "ok"; readonly ref: MessageRef; readonly isRepeat?: boolean }
  | { readonly kind: "gone"; readonly why: string };

export interface PlatformLimits {
  /** Edits of one message closer together than this are coalesced; the latest wins. */
  readonly editEveryMs: number;
  /** How often a card with a running step is shown again, so that its elapsed time goes on. Absent: never. */
  readonly showElapsedEveryMs?: number;
}

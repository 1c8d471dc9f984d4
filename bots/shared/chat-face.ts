import type { Language } from "../../core/domain/chat.ts";
import type { AccountId, ProjectId } from "../../core/domain/ids.ts";
import type { Core } from "../../core/index.ts";
import type { ChatPlatform } from "../../core/ports/chat-platform.ts";
import type { Clock, IdSource } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import type { Stores } from "../../core/ports/stores.ts";

/**
 * A face on a chat platform. Made first; its platform goes into `createCore`; then `attach`, `core.start`, `start`.
 * Its death or its platform's never stops a run: what must be told waits in the outbox.
 */
export interface ChatFace {
  readonly platform: ChatPlatform;
  attach(core: Core): void;
  /**
   * Connects, and keeps connected from then on with growing pauses. Resolves when the first connection stands, or
   * when it turned out that it will take longer. Rejects only for settings that can never work (PilotoError).
   */
  start(): Promise<void>;
  /** Takes nothing new, finishes what it has begun within `withinMs`, disconnects. Twice does no harm. */
  stop(withinMs: number): Promise<void>;
  health(): FaceHealth;
}

export interface FaceHealth {
  readonly face: string;
  readonly state: "off" | "connecting" | "connected" | "down";
  /** When not connected: what was found, and what to do. No secrets. */
  readonly why?: string;
  readonly sinceMs: number;
  /** Counters since the start: `reconnects`, `received`, `duplicates`, `refused`, `posts`, `edits`, `rateLimited`… */
  readonly counts: Readonly<Record<string, number>>;
}

/** What every chat face is made of. */
export interface ChatFaceDeps {
  readonly stores: Stores;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly language: Language;
}

/**
 * Where a face listens and for which project. The most exact entry wins (channel before server before face). A place
 * that no entry names is not listened to, except that a face without any entry listens everywhere for the default
 * project: a permission is needed there as everywhere.
 */
export interface Place {
  /** A server (Discord guild) or workspace (Slack team); absent: all. */
  readonly server?: string;
  readonly channel?: string;
  readonly project?: ProjectId;
  /** `false`: Piloto keeps silent there. Default `true`. */
  readonly listen?: boolean;
  /** Replies in Piloto's threads need no mention (where the app may read them). Default `true`. */
  readonly threads?: boolean;
}

/** Names of a person and of a group on a face, as settings and permissions write them. */
export const accountOf = (face: string, ...parts: string[]): AccountId => `${face}:${parts.join("/")}` as AccountId;

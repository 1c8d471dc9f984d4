import type { WebClient } from "@slack/web-api";
import type { Language } from "../../../core/domain/chat.ts";
import type { ChatPlatform } from "../../../core/ports/chat-platform.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";

export interface SlackPlatformDeps {
  /** The client of a workspace, by `slackClient`; `undefined` when Piloto is not installed there (any more). */
  readonly clientFor: (team: string) => Promise<WebClient | undefined>;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly language: Language;
  /** Instead of the usual pauses: for tests. */
  readonly pace?: Partial<SlackPace>;
}

/** How fast Piloto may write to one workspace. */
export interface SlackPace {
  /** Posts in one channel: `burst` at once, then one each `postEveryMs`. */
  readonly postEveryMs: number;
  readonly burst: number;
  /** Edits in a workspace a minute (Tier 3). */
  readonly editsAMinute: number;
  /** The same for everything together. */
  readonly callsAMinute: number;
  /** Previews of one answer are shown this often at most. */
  readonly previewEveryMs: number;
  readonly editEveryMs: number;
}

export interface SlackPlatform extends ChatPlatform {
  /** Counters since the start: `posts`, `edits`, `rateLimited`, `readBacks`, `repeats`, `previews`, `files`, `gone`, `failures`. */
  counts(): Readonly<Record<string, number>>;
  /** Resolves when no preview and no status is on its way: before the process ends. */
  settled(): Promise<void>;
}

/** Slack, outward. Opens nothing: every call asks `clientFor`. */
export function createSlackPlatform(deps: SlackPlatformDeps): SlackPlatform {
  throw new Error(`not there yet in ${deps.language}`);
}

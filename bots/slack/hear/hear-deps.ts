import type { Language } from "../../../core/domain/chat.ts";
import type { ChatId } from "../../../core/domain/ids.ts";
import type { Core } from "../../../core/index.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import type { FewAtOnce } from "../../shared/few-at-once.ts";
import type { FaceState } from "../connect/face-state.ts";
import type { SlackBots } from "../install/slack-bots.ts";
import type { Groups } from "../people/groups.ts";
import type { Names } from "../people/names.ts";
import { languageOf as languageOfChat } from "../post/chat-words.ts";
import type { SlackLimits, SlackSettings } from "../slack-settings.ts";
import type { HeldThreads } from "./held-threads.ts";
import type { Once } from "./once.ts";
import type { RecentKeys } from "./recent-keys.ts";

/** What everything that listens to Slack works with. */
export interface HearDeps {
  readonly settings: SlackSettings;
  readonly limits: SlackLimits;
  readonly core: Core;
  readonly bots: SlackBots;
  readonly names: Names;
  readonly groups: Groups;
  readonly once: Once;
  readonly held: HeldThreads;
  readonly recent: RecentKeys;
  /** Turns of messages that bring files. */
  readonly fileTurns: FewAtOnce;
  readonly state: FaceState;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly language: Language;
}

/** What a conversation speaks; what the settings say where there is none. */
export async function languageOf(
  chatId: ChatId | undefined,
  { stores, language }: Pick<HearDeps, "stores" | "language">,
): Promise<Language> {
  return chatId === undefined ? language : languageOfChat(chatId, stores, language);
}

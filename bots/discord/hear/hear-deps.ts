import type { Client } from "discord.js";
import type { Core } from "../../../core/index.ts";
import type { ChatFaceDeps } from "../../shared/chat-face.ts";
import type { FewAtOnce } from "../../shared/few-at-once.ts";
import type { DiscordSettings } from "../discord-settings.ts";
import type { AskedLast } from "../post/asked-last.ts";
import type { ChannelMessages } from "../post/channel-messages.ts";
import type { Counts } from "../post/counts.ts";
import type { DiscordRest } from "../post/discord-rest.ts";
import type { Typing } from "../post/typing.ts";
import type { Channels } from "./channels.ts";
import type { HeldChats } from "./held-chats.ts";
import type { Presence } from "./presence.ts";

/** What everything that comes in works with. */
export interface HearDeps extends Omit<ChatFaceDeps, "secrets"> {
  readonly core: Core;
  readonly settings: DiscordSettings;
  readonly rest: DiscordRest;
  readonly messages: ChannelMessages;
  readonly typing: Typing;
  readonly askedLast: AskedLast;
  readonly counts: Counts;
  readonly channels: Channels;
  readonly held: HeldChats;
  readonly presence: Presence;
  /** Turns of messages that bring files. */
  readonly fileTurns: FewAtOnce;
  /** The client of the connection that stands, for what it keeps in memory. */
  readonly client: () => Client | undefined;
  /** Piloto's own user id; `undefined` before the first connection. */
  readonly ownId: () => string | undefined;
}

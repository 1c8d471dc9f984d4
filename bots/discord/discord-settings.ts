import type { ProjectId } from "../../core/domain/ids.ts";
import type { Place } from "../shared/chat-face.ts";

/** Everything the Discord face is told by the house. */
export interface DiscordSettings {
  /** The bot token, as a value. It is never logged. */
  readonly token: string;
  /** Discord's API without its version: `https://discord.com/api` when absent. */
  readonly apiUrl?: string;
  /** Asks for the privileged intent that lets replies in Piloto's threads go without a mention. */
  readonly messageContent: boolean;
  readonly places: readonly DiscordPlace[];
  /** Of places that name none. */
  readonly defaultProject: ProjectId;
  /** Hosts that attachments may be read from; Discord's own CDN when absent. `host` or `host:port`. */
  readonly fileHosts?: readonly string[];
}

/** The `server` of places that stand for direct messages, which belong to none. */
export const DIRECT_MESSAGES = "dm";

/** `server` is a guild's id or `dm`, `channel` a channel's. */
export interface DiscordPlace extends Place {
  /** A mention in a channel is answered in a thread of its own. Default `true`; else in the channel itself. */
  readonly startThreads?: boolean;
}

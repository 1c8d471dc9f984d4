import type { Language } from "../domain/chat.ts";
import type { BootId, ProjectId } from "../domain/ids.ts";
import type { ChatPlatform } from "./chat-platform.ts";
import type { Clock, IdSource } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { ModelFleet } from "./model-fleet.ts";
import type { Stores } from "./stores.ts";
import type { ToolProvider } from "./tool-provider.ts";

/** Everything core needs from outside. Rooms take the few they use. */
export interface CorePorts {
  readonly stores: Stores;
  readonly fleet: ModelFleet;
  readonly tools: readonly ToolProvider[];
  readonly platforms: readonly ChatPlatform[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Writes a signed checkpoint of the audit chain outside the database: called every minute, and when it stops. */
  readonly checkpoint?: () => Promise<unknown>;
  /** Strikes known secrets out of a text: for what tools brought back, before people see all of it. */
  readonly redact?: (text: string) => string;
  /** What a chat speaks until a person writes in the other language; English when absent. */
  readonly language?: Language;
  /** Where a chat belongs that names no project; the first by its id when absent. */
  readonly defaultProject?: ProjectId;
  /** This start of this process. */
  readonly boot: { readonly id: BootId; readonly processName: string };
}

import type { Faults } from "./faults.ts";
import type { Dispatch, Gateway } from "./gateway.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Records } from "./records.ts";
import type { World } from "./world.ts";

/** All that a route or a person needs: what exists, and ways to tell the bot about it. */
export interface Discord {
  readonly world: World;
  readonly gateway: Gateway;
  readonly records: Records;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly random: () => number;
  readonly baseUrl: () => string;
  /** Finds the marker of a post whose duplicates are counted. */
  readonly marker: ((text: string) => string | undefined) | undefined;
  token: string;
  /** Privileged intents that the portal has toggled on. */
  readonly privileged: () => number;
  /** Tells the bot, if it may see the channel. */
  tell(event: Dispatch, channelId?: string): void;
}

import type { BootId } from "../domain/ids.ts";
import type { ChatPlatform } from "../ports/chat-platform.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Due, Stores } from "../ports/stores.ts";

export type DueCard = Extract<Due, { kind: "card" }>;
export type DueSay = Extract<Due, { kind: "say" }>;

/** What a delivery needs. */
export interface DeliveryPorts {
  readonly stores: Stores;
  readonly platform: ChatPlatform;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly owner: BootId;
  /** Strikes secrets out of what tools brought back; the text itself when absent. */
  readonly redact?: (text: string) => string;
}

import type { Actor } from "../../../core/domain/chat.ts";
import type { PlaceRules } from "../../shared/place-of.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import type { PrivateLine } from "./tell-privately.ts";

/** A command on its way through: who gave it, where, and how the answer gets to them alone. */
export interface Commanded {
  readonly bot: SlackBot;
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  /** Slack makes one for every use of a command: what comes twice with it is done once. */
  readonly trigger: string;
  readonly rules: PlaceRules;
  readonly actor: Actor;
  readonly line: PrivateLine;
}

import { PilotoError } from "../../core/domain/errors.ts";
import type { ChatFace, ChatFaceDeps } from "../shared/chat-face.ts";
import type { SlackSettings } from "./slack-settings.ts";

/** Piloto in Slack: opens nothing before `start`. @throws PilotoError SETTINGS_INVALID when a token is missing. */
export function createSlackFace(settings: SlackSettings, _deps: ChatFaceDeps): ChatFace {
  throw new PilotoError("SETTINGS_INVALID", `Slack (${settings.mode} mode) cannot be opened yet.`);
}

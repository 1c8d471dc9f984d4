import { PilotoError } from "../../core/domain/errors.ts";
import type { Core } from "../../core/index.ts";
import type { ChatFace, ChatFaceDeps, FaceHealth } from "../shared/chat-face.ts";
import { DISCORD } from "./discord-ids.ts";
import type { DiscordSettings } from "./discord-settings.ts";

/** Discord as a face: the gateway inward, the bot token outward. Opens nothing before `start`. */
export function createDiscordFace(settings: DiscordSettings, deps: ChatFaceDeps): ChatFace {
  let core: Core | undefined;
  let state: FaceHealth["state"] = "off";
  const sinceMs = deps.clock.nowMs();
  return {
    platform: {
      face: DISCORD,
      limits: { editEveryMs: 1500 },
      async post() {
        throw new PilotoError("CALL_NOT_SENT", "Discord is not connected.");
      },
      async edit() {
        throw new PilotoError("CALL_NOT_SENT", "Discord is not connected.");
      },
    },
    attach(made) {
      core = made;
    },
    async start() {
      if (!core || settings.token === "") {
        throw new PilotoError("SETTINGS_INVALID", "The Discord bot needs a token.");
      }
      state = "connecting";
    },
    async stop() {
      state = "off";
    },
    health: () => ({ face: DISCORD, state, sinceMs, counts: {} }),
  };
}

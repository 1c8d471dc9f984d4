import type { ChatPlatform } from "../core/ports/chat-platform.ts";

/** The face of chats that one command opens. The command reads the facts itself, so there is nothing to show. */
export const COMMAND_FACE = "command";

export function commandPlatform(): ChatPlatform {
  return {
    face: COMMAND_FACE,
    post: async (_chatId, _what, key) => ({ kind: "ok", ref: key }),
    edit: async (_chatId, ref) => ({ kind: "ok", ref }),
    limits: { editEveryMs: 0 },
  };
}

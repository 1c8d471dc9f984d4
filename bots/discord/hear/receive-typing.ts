import type { IncomingMessage } from "../../../core/domain/chat.ts";
import type { Received } from "../../../core/index.ts";
import { receivePatiently } from "../../shared/receive-patiently.ts";
import type { HearDeps } from "./hear-deps.ts";

type Deps = Pick<HearDeps, "core" | "clock" | "logger" | "language" | "typing">;

/** Hands a message to the core, and shows that Piloto is at it until the first word of the answer. */
export async function receiveTyping(message: IncomingMessage, deps: Deps): Promise<Received> {
  const { typing } = deps;
  let received: Received | undefined;
  typing.begin(message.chatId);
  try {
    received = await receivePatiently(message, deps);
    return received;
  } finally {
    if (received?.kind !== "accepted") typing.end(message.chatId);
  }
}

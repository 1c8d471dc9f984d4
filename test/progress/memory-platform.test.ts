import type { Outgoing } from "../../core/domain/card.ts";
import { asId } from "../../core/domain/ids.ts";
import { plainText } from "../../core/domain/plain-text.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { chatPlatformContract } from "./chat-platform-contract.ts";

chatPlatformContract("the chat in memory", async () => {
  const platform = memoryPlatform();
  const text = (what: Outgoing) =>
    what.kind === "say"
      ? plainText(what.text)
      : [what.headline, what.goal, ...what.steps.flatMap((s) => [s.title, s.operation, s.args]), ...what.notes].join(
          "\n",
        );
  return {
    platform,
    remove: platform.remove,
    loseAnswer: () => platform.faults(asId("memory:main"), { kind: "after" }),
    seen: (chatId) => platform.seen(chatId).map(text).join("\n"),
  };
});

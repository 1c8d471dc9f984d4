import { readRef } from "../../bots/slack/post/message-ref.ts";
import { threadOf } from "../../bots/slack/slack-ids.ts";
import { chatPlatformContract } from "../progress/chat-platform-contract.ts";
import { shownText } from "./shown-text.ts";
import { slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();

for (const [where, channel] of [
  ["a channel", "C0OPS"],
  ["a direct message", "D"],
] as const) {
  chatPlatformContract(`Slack, in ${where},`, async () => {
    const [chat, other] = [house.chat(channel), house.chat("C0GENERAL")];
    const platform = house.platform();
    return {
      platform,
      chats: [chat.chatId, other.chatId],
      seen: (chatId) => house.ours(threadOf(chatId)!).map(shownText).join("\n"),
      remove: (ref) => house.slack.deleteMessage(readRef(ref)!),
      loseAnswer: () => house.slack.failNext({ method: "chat.postMessage", how: "cut-after" }),
      end: () => platform.settled(),
    };
  });
}

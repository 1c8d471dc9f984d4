import { beforeEach, describe, expect, test } from "vitest";
import type { SlackThread } from "../../bots/slack/slack-ids.ts";
import { shownText } from "./shown-text.ts";
import { say, slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();

beforeEach(() => {
  house.timeoutMs = 5_000;
});
/** Slack falls silent: nobody waits for long. */
const brief = (how: string) => {
  if (how.startsWith("hang")) house.timeoutMs = 300;
};
const SOON = 3_000;

const ours = (thread: SlackThread) => house.ours(thread);
const seen = (thread: SlackThread) => ours(thread).map(shownText);
const until = (what: string, isSo: () => boolean) => house.slack.until(what, isSo, SOON);

describe("an answer in a direct message", () => {
  test("streams while it is written, and ends as it was meant, in the same message", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    platform.preview?.(chatId, "The stock of", "s1");
    await until("a stream", () => ours(thread)[0]?.streaming === true);
    platform.preview?.(chatId, "The stock of M8 is", "s1");
    await until("more of it", () => seen(thread)[0] === "The stock of M8 is");
    const posted = await platform.post(chatId, say("The stock of **M8** is 400."), "s1");
    expect(posted).toEqual({ kind: "ok", ref: `${thread.channel}/${ours(thread)[0]?.ts}` });
    expect(ours(thread)).toHaveLength(1);
    expect(ours(thread)[0]).toMatchObject({ streaming: false, metadata: { event_payload: { key: "s1" } } });
    expect(seen(thread)[0]?.replaceAll("\n", "")).toBe("The stock of M8 is 400.");
  });

  test("whose notice of a wait came first takes the notice's place, word by word", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    expect(platform.notice?.(chatId, "About 40 s: m is loading on pc2.", "n1")).toBe(true);
    await until("a notice", () => seen(thread)[0] === "About 40 s: m is loading on pc2.");
    platform.notice?.(chatId, "About 30 s: m is loading on pc2.", "n1");
    await until("the newer one", () => seen(thread)[0] === "About 30 s: m is loading on pc2.");
    platform.preview?.(chatId, "The stock of", "n1");
    await until("the answer", () => seen(thread)[0] === "The stock of");
    await platform.post(chatId, say("The stock is 400."), "n1");
    expect(seen(thread)).toEqual(["The stock is 400."]);
  });

  test("cannot call anybody while it streams", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    platform.preview?.(chatId, "<!channel> <@U0BEN> [bank](https://evil.example)", "s2");
    await until("a stream", () => ours(thread).length === 1);
    expect(ours(thread)[0]?.text).toBe("&lt;!channel&gt; &lt;@U0BEN&gt; [bank] (https://evil.example)");
    await platform.post(chatId, say("over"), "s2");
  });

  test("that took words back shows the final ones alone", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    platform.preview?.(chatId, "I think it is 300", "s3");
    await until("a stream", () => ours(thread).length === 1);
    platform.preview?.(chatId, "It is 400", "s3");
    await platform.post(chatId, say("It is 400."), "s3");
    expect(seen(thread)).toEqual(["It is 400."]);
  });

  test("whose stream Slack closed is finished in the same message", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    platform.preview?.(chatId, "Thinking about", "s4");
    await until("a stream", () => ours(thread).length === 1);
    house.slack.advance(6 * 60_000);
    platform.preview?.(chatId, "Thinking about it took", "s4");
    await until("an edit", () => seen(thread)[0] === "Thinking about it took");
    await platform.post(chatId, say("Thinking about it took long."), "s4");
    expect(seen(thread)).toEqual(["Thinking about it took long."]);
  });

  test.each(["cut-after", "hang-after", "5xx-after"] as const)(
    "whose stream began although Slack did not say so (%s) is one message",
    async (how) => {
      brief(how);
      const { thread, chatId } = house.chat("D");
      const platform = house.platform();
      house.slack.failNext({ method: "chat.startStream", how });
      platform.preview?.(chatId, "Half an", `orphan-${how}`);
      await until("a stream", () => ours(thread).length === 1);
      await platform.post(chatId, say("Half an answer, and the other half."), `orphan-${how}`);
      expect(seen(thread)).toEqual(["Half an answer, and the other half."]);
    },
  );

  test("that a dead process left half shown is finished by the next one", async () => {
    const { thread, chatId } = house.chat("D");
    house.platform().preview?.(chatId, "Half an", "dead");
    await until("a stream", () => ours(thread).length === 1);
    await house.platform().post(chatId, say("A whole answer."), "dead", { mayBeThere: true });
    expect(seen(thread)).toEqual(["A whole answer."]);
  });

  test("whose unfinished message a person deleted is posted anew", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    platform.preview?.(chatId, "Half an", "deleted");
    await until("a stream", () => ours(thread).length === 1);
    house.slack.deleteMessage(ours(thread)[0]!);
    await platform.post(chatId, say("A whole answer."), "deleted");
    expect(seen(thread)).toEqual(["A whole answer."]);
  });

  test("late words of a finished answer change nothing", async () => {
    const { thread, chatId } = house.chat("D");
    const platform = house.platform();
    await platform.post(chatId, say("Done."), "late");
    platform.preview?.(chatId, "Do", "late");
    await platform.settled();
    expect(seen(thread)).toEqual(["Done."]);
  });
});

test("where a workspace has no streams, one message is edited, in a channel as well", async () => {
  const direct = house.chat("D");
  const channel = house.chat("C0OPS");
  const platform = house.platform();
  house.slack.team().features.streams = "feature_not_enabled";
  for (const { thread, chatId } of [direct, channel]) {
    const key = `edited-${thread.channel}`;
    platform.preview?.(chatId, "Half", key);
    await until("a message", () => ours(thread).length === 1);
    platform.preview?.(chatId, "Half of it", key);
    await until("an edit", () => seen(thread)[0] === "Half of it");
    await platform.post(chatId, say("All of it."), key);
    expect(seen(thread)).toEqual(["All of it."]);
  }
  house.slack.team().features.streams = true;
});

import { expect, test } from "vitest";
import { readMessage } from "../../bots/slack/hear/message-event.ts";

const SAID = { type: "message", channel: "C1", user: "U1", ts: "1700000000.000100", text: "hello" };

test("a message is read whatever Slack leaves empty beside its words", () => {
  const empty = { subtype: null, thread_ts: null, files: null, user_team: null, source_team: null, channel_type: null };
  const attachments = [{ text: null, fallback: null }];
  expect(readMessage({ ...SAID, ...empty, attachments })).toEqual({
    channel: "C1",
    user: "U1",
    ts: SAID.ts,
    root: SAID.ts,
    isReply: false,
    isDirect: false,
    isMention: false,
    text: "hello",
    files: [],
  });
});

test("a forwarded message speaks with the words that it carries", () => {
  const attachments = [{ text: "the printer is broken" }, { fallback: "a picture" }];
  expect(readMessage({ ...SAID, text: null, attachments })?.text).toBe("the printer is broken\na picture");
});

test.each([
  { subtype: "message_changed" },
  { subtype: "channel_topic" },
  { subtype: "slackbot_response" },
  { bot_id: "B1" },
  { user: undefined },
  { channel: "#general" },
])("%o is nothing that a person said", (change) => {
  expect(readMessage({ ...SAID, ...change })).toBeUndefined();
});

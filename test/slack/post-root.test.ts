import { expect, test } from "vitest";
import { postRoot } from "../../bots/slack/hear/post-root.ts";
import type { SlackBot } from "../../bots/slack/install/slack-bots.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";

test("a post that Slack did not answer in time is looked for, and not repeated when it is there", async () => {
  const posts: unknown[] = [];
  const client = {
    chat: {
      postMessage: async (message: { metadata: object }) => {
        posts.push({ ts: "1.1", ...message });
        throw new DOMException("The operation timed out.", "TimeoutError");
      },
    },
    conversations: { history: async () => ({ messages: posts }) },
  };
  const bot = { home: "T1", user: "U0", token: "x", client } as unknown as SlackBot;
  const clock = manualClock();
  const wanted = { bot, team: "T1", channel: "C1", user: "U1", says: " asked: ", text: "hello", cause: "trigger" };
  const posted = postRoot(wanted, clock);
  await until("it waits", () => clock.sleepers > 0);
  await clock.advance(1_000);
  expect(await posted).toEqual({ team: "T1", channel: "C1", root: "1.1", isElsewhere: false });
  expect(posts).toHaveLength(1);
});

import { afterAll, expect, test } from "vitest";
import type { ChatFaceDeps } from "../../bots/shared/chat-face.ts";
import { createSlackFace } from "../../bots/slack/slack-face.ts";
import { timeOrderedIds } from "../../src/ids.ts";
import { shownText } from "./shown-text.ts";
import { say, slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();
const faces: ReturnType<typeof createSlackFace>[] = [];

/** A face that nobody has started: Slack has not said yet whose token it is. */
function unstarted(token: string) {
  const { stores, clock, logger } = house;
  const deps: ChatFaceDeps = {
    stores,
    clock,
    logger,
    ids: timeOrderedIds(),
    language: "en",
    secrets: undefined as never,
  };
  const face = createSlackFace(
    {
      mode: "socket",
      botToken: token,
      appToken: "xapp-1",
      apiUrl: house.slack.apiUrl,
      listen: { host: "127.0.0.1", port: 0 },
      places: [],
    },
    deps,
  );
  faces.push(face);
  return face.platform;
}

afterAll(async () => {
  await Promise.all(faces.map((face) => face.stop(100)));
});

test("what waits from an earlier life is told before Slack said whose token it is", async () => {
  const { thread, chatId } = house.chat();
  const posted = await unstarted(house.slack.botToken()).post(chatId, say("left over"), "left-over");
  expect(posted.kind).toBe("ok");
  expect(house.ours(thread).map(shownText)).toEqual(["left over"]);
});

test("what is to be told while the token is of no use waits, and is told when it is good again", async () => {
  const { thread, chatId } = house.chat();
  const platform = unstarted(house.slack.botToken());
  const { installation } = house.slack.team();
  installation!.refused = "token_revoked";
  await expect(platform.post(chatId, say("the outcome"), "outcome")).rejects.toThrow(/token_revoked.*tried again/);
  installation!.refused = undefined;
  await platform.post(chatId, say("the outcome"), "outcome", { mayBeThere: true });
  expect(house.ours(thread).map(shownText)).toEqual(["the outcome"]);
});

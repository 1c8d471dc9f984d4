import { expect, test } from "vitest";
import { createSendLanes } from "../../bots/shared/send-lanes.ts";
import { exampleCard } from "../support/example-run.ts";
import { card, done, slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();

test("within a lane the more urgent goes first, and no more than the pace lets begin", async () => {
  const lanes = createSendLanes({ burst: 100, everyMs: 1_000 });
  const pace = { burst: 1, everyMs: 250 };
  const order: string[] = [];
  const send = (name: string, priority: number) => lanes.run("edit", pace, priority, async () => void order.push(name));
  await Promise.all([send("first", 5), send("progress", 6), send("final", 1)]);
  expect(order).toEqual(["first", "final", "progress"]);
  expect(lanes.waiting("edit")).toBe(0);
});

test("what is over is told before what goes on", async () => {
  const platform = house.platform({ pace: { editsAMinute: 240, burst: 100 } });
  const chats = await Promise.all(
    Array.from({ length: 51 }, async (_none, at) => {
      const { chatId } = house.chat();
      const posted = await platform.post(chatId, card(), `pace-${at}`);
      return { chatId, ref: posted.kind === "ok" ? posted.ref : "" };
    }),
  );
  const before = house.slack.callsOf("chat.update").length;
  const [over, ...going] = chats;
  const running = card({ state: "running", headline: "Running · 1 of 2" });
  const progress = going.map(({ chatId, ref }) => platform.edit(chatId, ref, running));
  const final = platform.edit(over!.chatId, over!.ref, done());
  await final;
  const sent = house.slack.callsOf("chat.update").slice(before);
  expect(sent.length).toBeLessThan(51);
  expect(sent.at(-1)?.args.text).toContain("Done · 2 steps in 4 s");
  await Promise.all(progress);
});

test("Slack's own sign of work follows the card, and a workspace without it is not asked again", async () => {
  const { thread, chatId } = house.chat();
  const platform = house.platform();
  const status = () => house.slack.sessionOf(thread.channel, thread.root)?.status;
  const posted = await platform.post(chatId, card(), "status");
  await platform.settled();
  expect(status()).toBe("suspended");
  const ref = posted.kind === "ok" ? posted.ref : "";
  await platform.edit(chatId, ref, card({ state: "running", buttons: exampleCard().buttons.slice(0, 1) }));
  await platform.settled();
  expect(status()).toBe("processing");
  house.slack.team().features.sessions = "unknown_method";
  await platform.edit(chatId, ref, done());
  await platform.settled();
  const asks = () =>
    house.slack.callsOf("agents.sessions.setStatus").filter(({ args }) => args.thread_ts === thread.root).length;
  const asked = asks();
  await platform.edit(chatId, ref, card());
  await platform.settled();
  expect(asks()).toBe(asked);
});

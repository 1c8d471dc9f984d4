import { expect, test } from "vitest";
import { createSendLanes } from "../../bots/shared/send-lanes.ts";
import { createSessionStatus } from "../../bots/slack/post/session-status.ts";
import type { ThreadCalls } from "../../bots/slack/post/thread-calls.ts";
import { exampleCard } from "../support/example-run.ts";
import { until } from "../support/until.ts";
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

test("Slack's own sign of work is set one after the other, so that the latest stays", async () => {
  const set: string[] = [];
  let answer: () => void = () => undefined;
  const other: ThreadCalls["other"] = async (_team, _method, { status }) => {
    set.push(String(status));
    if (set.length === 1) await new Promise<void>((resolve) => (answer = resolve));
    return { kind: "ok", data: { ok: true } };
  };
  const features = { has: async () => true, off: async () => undefined };
  const sessions = createSessionStatus({ other } as ThreadCalls, features, house.logger);
  const thread = { team: "T1", channel: "C1", root: "1.1" };
  for (const state of ["running", "draft", "done"] as const) {
    sessions.follow(thread, { ...exampleCard(), state });
    await until("the first is asked for", () => set.length === 1);
  }
  answer();
  await sessions.settled();
  expect(set).toEqual(["processing", "active"]);
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

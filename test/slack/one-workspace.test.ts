import { afterAll, beforeAll, expect, test } from "vitest";
import { oneWorkspace } from "../../bots/slack/install/one-workspace.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";

let slack: SlackServer;

beforeAll(async () => {
  slack = await startSlackServer();
});
afterAll(() => slack.close());

test("a workspace whose token was revoked and is taken again is heard again, without a new start", async () => {
  const clock = manualClock();
  const told: string[] = [];
  const bots = oneWorkspace({
    botToken: slack.botToken(),
    apiUrl: slack.apiUrl,
    logger: silentLogger(),
    clock,
    onGone: () => told.push("gone"),
    onBack: () => told.push("back"),
  });
  await bots.learn();
  const { installation } = slack.team();
  installation!.refused = "token_revoked";
  await bots.drop("T0ACME", "its token was revoked");
  await clock.advance(31_000);
  expect(await bots.find({ team: "T0ACME" })).toBeUndefined();
  installation!.refused = undefined;
  expect(await bots.find({ team: "T0ACME" })).toBeUndefined();
  await clock.advance(31_000);
  expect(await bots.find({ team: "T0ACME" })).toMatchObject({ home: "T0ACME" });
  expect(told).toEqual(["gone", "back"]);
  expect(slack.callsOf("auth.test")).toHaveLength(3);
});

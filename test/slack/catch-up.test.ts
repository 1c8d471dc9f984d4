import { afterAll, beforeAll, expect, test } from "vitest";
import { buttonLabels, type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { until } from "../support/until.ts";
import { openSlackWorld, type SlackLife, type SlackWorld, wakeInSlack } from "./slack-house.ts";

const ASK = "set the stock of M8 bolts to 400";

let world: SlackWorld;
let slack: SlackServer;
let life: SlackLife;

beforeAll(async () => {
  world = await openSlackWorld();
  slack = await startSlackServer({ retryDelaysMs: [0] });
  life = await wakeInSlack(world, slack);
  await slack.connected(2);
});
afterAll(async () => {
  await life.stop();
  expect([...slack.violations, ...slack.bugs].filter((one) => !/switched off/.test(String(one)))).toEqual([]);
  await slack.close();
  await world.stop();
});

const isPlanned = ({ channel, ts }: { channel: string; ts: string }) =>
  slack.thread(channel, ts).some(({ bot_id, blocks }) => bot_id && buttonLabels(blocks ?? []).includes("Confirm"));
const mention = (channel = "C0OPS") => slack.mention({ channel, user: "U0ANA", text: ASK });

test("what was missed is heard although Slack is tired of questions and fails in between", async () => {
  const first = mention();
  await slack.until("it is planned", () => isPlanned(first), 8_000);
  slack.link.disconnect("link_disabled");
  await until("Piloto knows that it is cut off", () => life.face.health().state === "down", 5_000);
  const missed = mention();
  await slack.quiet();
  slack.failNext({ method: "conversations.history", how: "429", retryAfterSec: 1 });
  slack.failNext({ method: "conversations.history", how: "5xx-before" });
  slack.link.enable();
  await slack.until("it is planned", () => isPlanned(missed), 8_000);
  expect(life.count("catchUpFailures")).toBe(0);
});

test("a mention that was lost shortly before another one was heard is found by the next process", async () => {
  // As one that was acknowledged by a process that died before it had saved it: Slack does not tell it again.
  const { events } = slack.team().installation!;
  const told = [...events];
  events.clear();
  const lost = mention("C0GENERAL");
  for (const event of told) events.add(event);
  const heard = mention("C0GENERAL");
  await slack.until("the later one is planned", () => isPlanned(heard), 8_000);
  expect(isPlanned(lost)).toBe(false);
  await life.stop();
  life = await wakeInSlack(world, slack);
  await slack.until("the lost one is planned", () => isPlanned(lost), 8_000);
});

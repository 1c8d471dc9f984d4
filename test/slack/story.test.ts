import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  buttonLabels,
  type SlackMessage,
  type SlackServer,
  startSlackServer,
} from "../support/slack-server/slack-server.ts";
import { openSlackWorld, type SlackLife, type SlackWorld, shownText, wakeInSlack } from "./slack-house.ts";

const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";

let world: SlackWorld;
let slack: SlackServer;
let life: SlackLife;

beforeAll(async () => {
  world = await openSlackWorld();
  slack = await startSlackServer({
    teams: [{ id: "T0ACME", name: "Acme", groups: [{ id: "S0LEADS", handle: "leads", users: ["U0CLEO"] }] }],
    rateLimits: { off: true } as never,
  });
  life = await wakeInSlack(world, slack);
  await slack.connected(2);
});
afterAll(async () => {
  await life.stop();
  await slack.close();
  await world.stop();
});
beforeEach(() => world.workshop.control.reset());
afterEach(() => {
  expect(slack.violations).toEqual([]);
  expect(slack.bugs).toEqual([]);
});

const stockOf = (name: string) => world.workshop.state.parts.find((part) => part.name === name)?.stock;

/** The card of a thread, once it offers (or no longer offers) what is wanted. */
async function card(channel: string, thread: string, label: string): Promise<SlackMessage> {
  const found = () =>
    slack
      .thread(channel, thread)
      .find((message) => message.bot_id && buttonLabels(message.blocks ?? []).includes(label));
  await slack.until(`a card offers ${label}`, () => found() !== undefined, 8_000);
  return found()!;
}

const until = (what: string, channel: string, thread: string, text: RegExp) =>
  slack.until(what, () => slack.thread(channel, thread).some((m) => m.bot_id && text.test(shownText(m))), 8_000);

test("a mention is planned, confirmed by another person, run and reported in its thread", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const draft = await card("C0OPS", said.ts, "Confirm");
  expect(stockOf("M8 bolt")).toBe(240);
  await slack.press(draft, "Confirm", { user: "U0ANA" });
  await slack.until("ana is refused", () => slack.ephemeralsTo("U0ANA").length > 0);
  expect(stockOf("M8 bolt")).toBe(240);
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await until("the run is done", "C0OPS", said.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(400);
  expect(life.count("heard")).toBe(1);
});

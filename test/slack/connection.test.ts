import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createSlackFace } from "../../bots/slack/slack-face.ts";
import type { SlackSettings } from "../../bots/slack/slack-settings.ts";
import {
  buttonLabels,
  type SlackMessage,
  type SlackServer,
  startSlackServer,
} from "../support/slack-server/slack-server.ts";
import { until } from "../support/until.ts";
import { openSlackWorld, type SlackLife, type SlackWorld, shownText, wakeInSlack } from "./slack-house.ts";

const ASK = "set the stock of M8 bolts to 400";

let world: SlackWorld;
let slack: SlackServer;
let life: SlackLife;

beforeAll(async () => {
  world = await openSlackWorld();
  slack = await startSlackServer({ retryDelaysMs: [0, 20], pingEveryMs: 100, ackTimeoutMs: 300 });
  life = await wakeInSlack(world, slack, { limits: { silenceMs: 400 } });
  await slack.connected(2);
});
afterAll(async () => {
  await life.stop();
  await slack.close();
  await world.stop();
});
afterEach(() => {
  slack.calm();
  expect(slack.violations.filter((one) => !/switched off/.test(one))).toEqual([]);
  expect(slack.bugs).toEqual([]);
});

const isOffered = (message: SlackMessage) => message.bot_id && buttonLabels(message.blocks ?? []).includes("Confirm");
const cardIn = (channel: string, thread: string) => slack.thread(channel, thread).find(isOffered);

async function planned(channel = "C0OPS", user = "U0ANA"): Promise<SlackMessage> {
  const said = slack.mention({ channel, user, text: ASK });
  await slack.until("a card is there", () => cardIn(channel, said.ts) !== undefined, 8_000);
  return slack.snapshot(cardIn(channel, said.ts)!);
}

test("while one connection is renewed, the other one hears", async () => {
  const opened = slack.link.openedInAll;
  slack.link.disconnect("refresh_requested");
  await planned();
  await slack.until("it is renewed", () => slack.link.openedInAll > opened && slack.link.open === 2);
  slack.link.cut("oldest");
  await planned();
  await slack.connected(2);
});

test("what was said to Piloto while nothing was connected is heard afterwards, once", async () => {
  const card = await planned();
  const direct = slack.directMessage({ user: "U0BEN", text: ASK });
  await slack.until("the direct message is planned", () => cardIn(direct.channel, direct.ts) !== undefined);
  await slack.quiet();

  slack.link.disconnect("link_disabled");
  await until("Piloto knows that it is cut off", () => life.face.health().state === "down", 5_000);
  expect(life.face.health().why).toMatch(/Socket Mode/);
  const heard = life.count("heard");
  slack.reply(card, { user: "U0BEN", text: "confirm" });
  slack.directMessage({ user: "U0BEN", text: "/whoami" });
  const mention = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  slack.say({ channel: "C0OPS", user: "U0ANA", text: "talk among people" });
  await slack.quiet();
  expect(life.count("heard")).toBe(heard);

  slack.link.enable();
  await slack.until("the run is done", () =>
    slack.thread("C0OPS", card.thread_ts!).some((message) => /Done/.test(shownText(message))),
  );
  await until("all three are heard", () => life.count("heard") === heard + 3);
  await slack.until("the missed mention is planned", () => cardIn("C0OPS", mention.ts) !== undefined);
  expect(life.face.health().state).toBe("connected");

  slack.link.disconnect("refresh_requested", "all");
  const places = () => life.logger.lines.filter(({ text }) => /Caught up/.test(text)).length;
  const before = places();
  await until("it looks again", () => places() > before, 5_000);
  expect(life.count("heard")).toBe(heard + 3);
});

test("what people said under a message before its plan was wanted is no request after a gap either", async () => {
  const root = slack.say({ channel: "C0OPS", user: "U0BEN", text: ASK });
  slack.reply(root.message, { user: "U0BEN", text: "delete everything" });
  await slack.quiet();
  await slack.shortcut(root.message, { callbackId: "plan_from_message", user: "U0ANA" });
  await slack.until("a card is there", () => cardIn("C0OPS", root.ts) !== undefined, 8_000);
  const heard = life.count("heard");
  const caughtUp = life.count("caughtUp");
  const looks = () => life.logger.lines.filter(({ text }) => /Caught up/.test(text)).length;
  const before = looks();
  slack.link.disconnect("refresh_requested", "all");
  await until("it looks again", () => looks() > before, 5_000);
  expect([life.count("heard"), life.count("caughtUp")]).toEqual([heard, caughtUp]);
});

test("a line that is dead without a word is noticed", async () => {
  // Long enough for a ping or two.
  await planned();
  const opened = slack.link.openedInAll;
  slack.link.silence(true);
  await slack.until("both are given up and opened again", () => slack.link.openedInAll >= opened + 2, 8_000);
  slack.link.silence(false);
});

test("malformed envelopes end nothing, and those that can be are acknowledged", async () => {
  await slack.connected(2);
  const events = [
    "{broken",
    "null",
    JSON.stringify({ type: "events_api", envelope_id: "e1" }),
    JSON.stringify({ type: "events_api", envelope_id: "e2", payload: { event: { type: "close" } } }),
    JSON.stringify({
      type: "events_api",
      envelope_id: "e3",
      payload: { type: "event_callback", event: { type: "message" } },
    }),
    JSON.stringify({ type: "interactive", envelope_id: "e4", payload: { type: "hologram" } }),
    JSON.stringify({ type: "slash_commands", envelope_id: "e5", payload: { command: "/piloto" } }),
  ];
  for (const text of events) slack.link.sendRaw(text);
  await until("they are counted", () => life.count("unreadable") >= 4 && life.count("unknown") >= 1, 5_000);
  expect(slack.link.open).toBe(2);
  await planned();
});

test("messages from long ago and from the future are refused, and bots are not heard", async () => {
  const heard = life.count("heard");
  const ts = (offsetSec: number) => `${Math.floor(slack.nowMs() / 1000) + offsetSec}.000100`;
  const said = (more: object) => slack.directMessage({ user: "U0ANA", text: ASK, more: more as never }).told;
  for (const more of [
    { ts: ts(-700) },
    { ts: ts(900) },
    { bot_id: "B0OTHER" },
    { subtype: "message_changed" },
    { subtype: "channel_join" },
    { user: slack.botUserId() },
    { ts: "yesterday" },
  ]) {
    await said(more);
  }
  const stop = {
    type: "agent_session_stopped",
    channel: "C0OPS",
    user: "U0BEN",
    thread_ts: ts(-800),
    event_ts: ts(-700),
  };
  const payload = { type: "event_callback", team_id: "T0ACME", event_id: "EvOldStop", event: stop };
  await slack.redeliver({ kind: "events_api", team: "T0ACME", payload });
  await until("they are counted", () => life.count("stale") === 2 && life.count("future") === 1);
  // What comes after them has been heard, so they have been looked at.
  await said({});
  await until("a good one is heard", () => life.count("heard") > heard);
  expect(life.count("heard")).toBe(heard + 1);
});

test("an unanswered database of user groups gives nobody a permission, and names are a kindness", async () => {
  slack.failNext({ method: "usergroups.list", how: "ok-false", error: "missing_scope", times: 3 });
  slack.failNext({ method: "users.info", how: "5xx-before", times: 3 });
  const card = await planned("C0OPS", "U0BEN");
  await slack.press(card, "Confirm", { user: "U0BEN" });
  await slack.until("it runs all the same", () =>
    slack.thread("C0OPS", card.thread_ts!).some((message) => /Done/.test(shownText(message))),
  );
  expect(life.logger.lines.some(({ text }) => /User groups are not known/.test(text))).toBe(true);
});

test("a form that cannot be worked on stays open and says so", async () => {
  const card = await planned("C0OPS", "U0BEN");
  await slack.press(card, "Edit", { user: "U0BEN" });
  await slack.until("the form is open", () => slack.modalOf("U0BEN") !== undefined);
  const core = life.house.core as { showRun: unknown };
  const { showRun } = core;
  core.showRun = () => Promise.reject(new Error("the disk is away"));
  await slack.submitView(slack.modalOf("U0BEN")!);
  core.showRun = showRun;
  expect(JSON.stringify(slack.modalOf("U0BEN")?.view)).toMatch(/The plan was not changed.*went wrong/);
  await slack.closeView(slack.modalOf("U0BEN")!);
});

test("a token that Slack does not take is told in health, and the process goes on", async () => {
  const { stores, secrets, clock, ids } = life.house;
  const deps = { stores, secrets, clock, ids, logger: life.logger, language: "en" as const };
  const settings = {
    mode: "socket",
    apiUrl: slack.apiUrl,
    listen: { host: "127.0.0.1", port: 0 },
    places: [],
  } as const;
  const face = createSlackFace({ ...settings, botToken: "xoxb-wrong", appToken: "xapp-wrong" }, deps);
  face.attach(life.house.core);
  await face.start();
  expect(face.health()).toMatchObject({
    state: "down",
    why: expect.stringMatching(/does not take the token.*invalid_auth/),
  });
  await face.stop(500);
  await face.stop(500);
  expect(face.health().state).toBe("off");

  const half = createSlackFace({ ...settings, botToken: slack.botToken(), appToken: "xapp-wrong" }, deps);
  half.attach(life.house.core);
  await half.start();
  expect(half.health()).toMatchObject({ state: "down", why: expect.stringMatching(/invalid_auth/) });
  await half.stop(500);
  for (const missing of [
    {},
    { botToken: "xoxb-1" },
    { appToken: "xapp-1", clientId: "1" },
    { mode: "http", botToken: "xoxb-1" },
  ]) {
    expect(() => createSlackFace({ ...settings, ...missing } as SlackSettings, deps)).toThrow(/wants/);
  }
});

test("a revoked token is told in health, and events are acknowledged all the same", async () => {
  for (const delivery of slack.revokeToken("T0ACME")) expect(await delivery.settled).toMatchObject({ acked: true });
  await until("health says so", () => life.face.health().state === "down");
  expect(life.face.health().why).toMatch(/taken off its Slack workspace: its token was revoked/);
  await slack.slash({ text: "help", user: "U0ANA", channel: "C0OPS" });
  await until("it is counted", () => life.count("notInstalled") > 0);
});

test("nothing that looks like a token stands in the log", () => {
  const log = JSON.stringify(life.logger.lines);
  expect(log).not.toMatch(/xoxb-|xapp-/);
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  buttonLabels,
  type SlackMessage,
  type SlackServer,
  startSlackServer,
} from "../support/slack-server/slack-server.ts";
import { openSlackWorld, type SlackLife, type SlackWorld, shownText, wakeInSlack } from "./slack-house.ts";

const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";
const CROWD = Array.from({ length: 100 }, (_, index) => `U0CROWD${index}`);

let world: SlackWorld;
let slack: SlackServer;
let life: SlackLife;

beforeAll(async () => {
  world = await openSlackWorld({ accounts: CROWD.map((user) => `slack:T0ACME/${user}`) });
  slack = await startSlackServer({
    teams: [
      {
        id: "T0ACME",
        name: "Acme",
        users: ["U0ANA", "U0BEN", "U0CLEO", "U0DAN", ...CROWD].map((id) => ({ id, name: id.slice(2).toLowerCase() })),
        groups: [{ id: "S0LEADS", handle: "leads", users: ["U0CLEO"] }],
        channels: [
          { id: "C0OPS", name: "ops" },
          { id: "C0FAR", name: "far", withApp: false },
        ],
      },
    ],
  });
  life = await wakeInSlack(world, slack);
  await slack.connected(2);
});
afterAll(async () => {
  await life.stop();
  await slack.close();
  await world.stop();
});
beforeEach(() => {
  world.workshop.control.reset();
  slack.world.ephemerals.length = 0;
});
afterEach(() => {
  expect(slack.violations).toEqual([]);
  expect(slack.bugs).toEqual([]);
  expect(life.count("failed")).toBe(0);
});

const stockOf = (name: string) => world.workshop.state.parts.find((part) => part.name === name)?.stock;

/** The card of a thread, once it offers what is wanted. */
async function card(channel: string, thread: string, label = "Confirm"): Promise<SlackMessage> {
  const offers = (message: SlackMessage) => buttonLabels(message.blocks ?? []).includes(label);
  const found = () => slack.thread(channel, thread).find((message) => message.bot_id && offers(message));
  await slack.until(`a card offers ${label}`, () => found() !== undefined, 8_000);
  return slack.snapshot(found()!);
}

/** A message of the app in the thread that shows this. */
async function shows(channel: string, thread: string, text: RegExp): Promise<SlackMessage> {
  const found = () => slack.thread(channel, thread).find((m) => m.bot_id && text.test(shownText(m)));
  await slack.until(`the thread shows ${text}`, () => found() !== undefined, 8_000);
  return found()!;
}

async function privately(user: string, text: RegExp): Promise<void> {
  const told = () => slack.ephemeralsTo(user).map((message) => shownText(message));
  await slack.until(`${user} is told ${text}`, () => told().some((one) => text.test(one)), 5_000);
}

test("a mention is planned, confirmed by another person, run and reported in its thread", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const draft = await card("C0OPS", said.ts);
  await slack.press(draft, "Confirm", { user: "U0ANA" });
  await privately("U0ANA", /confirm/i);
  expect(stockOf("M8 bolt")).toBe(240);
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await shows("C0OPS", said.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(400);
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await privately("U0BEN", /Too late.*decided by ben,/);
  expect(shownText(slack.message("C0OPS", draft.ts)!)).toMatch(/Asked by ana, .*Confirmed by ben, /s);
});

test("a mention and its message event are heard once, and a redelivery changes nothing", async () => {
  const heard = life.count("heard");
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  await card("C0OPS", said.ts);
  expect(said.deliveries).toHaveLength(2);
  for (const delivery of said.deliveries) await slack.redeliver(delivery);
  await slack.until("duplicates are counted", () => life.count("duplicates") >= 3);
  expect(life.count("heard")).toBe(heard + 1);
});

test("a slash command begins a thread in the channel, without letting its words mention anybody", async () => {
  const before = slack.history("C0OPS").length;
  await slack.slash({ text: `ask ${ASK} <!channel>`, user: "U0ANA", channel: "C0OPS" });
  await slack.until("the thread begins", () => slack.history("C0OPS").length > before);
  const root = slack.history("C0OPS").at(-1)!;
  expect(root.text).toContain("<@U0ANA> asked: ");
  expect(root.text).not.toContain("<!channel>");
  const draft = await card("C0OPS", root.ts);
  await slack.press(draft, "Confirm", { user: "U0CLEO" });
  await shows("C0OPS", root.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(400);
});

test("in a channel without Piloto the conversation goes on in the direct message, and says so", async () => {
  await slack.slash({ text: `plan ${ASK}`, user: "U0ANA", channel: "C0FAR" });
  await privately("U0ANA", /direct messages/);
  const direct = slack.dmOf("U0ANA");
  const root = slack.history(direct).at(-1)!;
  await card(direct, root.ts);
});

test("an exact call becomes a plan of one step, and a wrong one is explained and leaves nothing behind", async () => {
  await slack.slash({
    text: 'call workshop "PUT /parts/{partId}/stock" partId=p-101 quantity=77',
    user: "U0ANA",
    channel: "C0OPS",
  });
  await slack.until("the call is announced", () => /wrote a call/.test(slack.history("C0OPS").at(-1)?.text ?? ""));
  const root = slack.history("C0OPS").at(-1)!;
  await slack.press(await card("C0OPS", root.ts), "Confirm", { user: "U0BEN" });
  await shows("C0OPS", root.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(77);

  await slack.slash({ text: 'call workshop "PUT /nowhere"', user: "U0ANA", channel: "C0OPS" });
  await privately("U0ANA", /not possible/);
  expect(slack.history("C0OPS").at(-1)!.ts).toBe(root.ts);
});

test("commands of the menu answer at once and to one person alone", async () => {
  const before = slack.history("C0OPS", { all: true }).length;
  const expected = {
    help: /\/piloto call makes a plan/,
    whoami: /U0ANA/,
    services: /workshop/,
    fleet: /pc-north/,
    staus: /no command/,
  };
  for (const [text, told] of Object.entries(expected)) {
    await slack.slash({ text, user: "U0ANA", channel: "C0OPS" });
    await privately("U0ANA", told);
  }
  expect(slack.history("C0OPS", { all: true })).toHaveLength(before);
});

test("a direct message is a conversation of its own thread", async () => {
  const said = slack.directMessage({ user: "U0BEN", text: ASK });
  const draft = await card(said.channel, said.ts);
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await shows(said.channel, said.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(400);
});

test("replies in a thread of Piloto's need no mention, and talk to somebody else is left alone", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const draft = await card("C0OPS", said.ts);
  const heard = life.count("heard");
  slack.reply(draft, { user: "U0ANA", text: "<@U0DAN> what do you think?" });
  slack.reply(draft, { user: "U0BEN", text: "confirm" });
  await shows("C0OPS", said.ts, /Done/);
  expect(life.count("heard")).toBe(heard + 1);
});

test("in the middle of a foreign thread, earlier words are context and no request", async () => {
  const root = slack.say({ channel: "C0OPS", user: "U0DAN", text: "M8 bolts: we have 400 on the shelf" });
  slack.reply(root.message, { user: "U0DAN", text: "delete all parts" });
  const call = slack.reply(root.message, { user: "U0ANA", text: `<@${slack.botUserId()}> ${ASK}` });
  await card("C0OPS", root.ts);
  const messages = await life.house.stores.read((tx) =>
    tx.messages.page(`slack:T0ACME/C0OPS/${root.ts}` as never, { limit: 20 }),
  );
  const kinds = messages.items.map(({ origin, text, key }) => [origin, origin === "person" ? key : text]);
  expect(kinds).toContainEqual(["thread", "delete all parts"]);
  expect(kinds.filter(([origin]) => origin === "person")).toEqual([["person", `slack:T0ACME/C0OPS/${call.ts}`]]);
});

test("the shortcut plans from somebody else's message, in its thread", async () => {
  const said = slack.say({ channel: "C0OPS", user: "U0DAN", text: ASK });
  await slack.shortcut(said.message, { callbackId: "plan_from_message", user: "U0ANA" });
  await privately("U0ANA", /in the thread/);
  const draft = await card("C0OPS", said.ts);
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await shows("C0OPS", said.ts, /Done/);
});

test("the form changes the plan, shows mistakes at their fields, and says when somebody was first", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const draft = await card("C0OPS", said.ts);
  await slack.press(draft, "Edit", { user: "U0ANA" });
  await slack.until("the form is open", () => slack.modalOf("U0ANA") !== undefined);
  const form = slack.modalOf("U0ANA")!;
  const fields = (form.view.blocks as { block_id?: string; label?: { text: string } }[]).filter((b) => b.label);
  const quantity = fields.find(({ label }) => /quantity/.test(label!.text))!.block_id!;

  const wrong = await slack.submitView(form, { [quantity]: "many" });
  expect(wrong.errors).toHaveProperty([quantity]);
  await slack.submitView(slack.modalOf("U0ANA")!, { [quantity]: "300" });
  expect(slack.modalOf("U0ANA")).toBeUndefined();
  const revised = await shows("C0OPS", said.ts, /revision 2/);

  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await privately("U0BEN", /changed by/);
  await slack.press(revised, "Edit", { user: "U0BEN" });
  await slack.until("the second form is open", () => slack.modalOf("U0BEN") !== undefined);
  await slack.press(revised, "Confirm", { user: "U0BEN" });
  await shows("C0OPS", said.ts, /Done/);
  expect(stockOf("M8 bolt")).toBe(300);
  await slack.submitView(slack.modalOf("U0BEN")!, { [quantity]: "5" });
  expect(JSON.stringify(slack.modalOf("U0BEN")!.view)).toMatch(/Too late|not possible now/);
  await slack.closeView(slack.modalOf("U0BEN")!);
});

test("Slack's own Stop ends the run", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0BEN", text: ASK });
  const draft = await card("C0OPS", said.ts);
  world.workshop.control.delayMs = 10_000;
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await card("C0OPS", said.ts, "Stop");
  const stopped = slack.stopSession({ channel: "C0OPS", thread: said.ts, user: "U0BEN" })!;
  await shows("C0OPS", said.ts, /Stopped/);
  await slack.redeliver(stopped);
  await slack.until("the session is not at work", () => slack.sessionOf("C0OPS", said.ts)?.status !== "processing");
  expect(world.workshop.state.changes).toEqual([]);
});

test("/piloto stop ends the one run of the channel", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0BEN", text: ASK });
  const draft = await card("C0OPS", said.ts);
  world.workshop.control.delayMs = 10_000;
  await slack.press(draft, "Confirm", { user: "U0BEN" });
  await card("C0OPS", said.ts, "Stop");
  await slack.slash({ text: "stop", user: "U0BEN", channel: "C0OPS" });
  await shows("C0OPS", said.ts, /Stopped/);
  await slack.slash({ text: "stop", user: "U0BEN", channel: "C0OPS" });
  await privately("U0BEN", /Nothing is running/);
});

test("a hundred people press Confirm at once: one run, and ninety-nine are told the truth", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const draft = await card("C0OPS", said.ts);
  await Promise.all(CROWD.map((user) => slack.press(draft, "Confirm", { user })));
  await shows("C0OPS", said.ts, /Done/);
  const late = () => slack.world.ephemerals.filter((one) => CROWD.includes(one.to) && /Too late/.test(shownText(one)));
  await slack.until("ninety-nine are told", () => late().length === 99, 8_000);
  expect(new Set(late().map((one) => /decided by ([^,]+),/.exec(shownText(one))?.[1])).size).toBe(1);
  expect(world.workshop.state.changes.map((change) => change.operation)).toEqual([
    "PUT /parts/p-101/stock",
    "POST /notices",
  ]);
});

test("the home page shows what waits, and follows what happens", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "set the stock of M8 bolts to 123" });
  await card("C0OPS", said.ts);
  slack.openHome("U0BEN");
  await slack.until("the plan is on the page", () => /123|M8/.test(JSON.stringify(slack.homeOf("U0BEN")?.view ?? "")));
  const page = slack.homeOf("U0BEN")!;
  const offers = () =>
    buttonLabels(slack.homeOf("U0BEN")!.view.blocks as unknown[]).filter((label) => label === "Confirm").length;
  const before = offers();
  expect(before).toBeGreaterThan(0);
  await slack.pressInView(page, "Confirm");
  await shows("C0OPS", said.ts, /Done/);
  await slack.until("the page no longer offers it", () => offers() < before);
  expect(stockOf("M8 bolt")).toBe(123);
});

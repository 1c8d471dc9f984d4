import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ChatId } from "../../core/domain/ids.ts";
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
  slack = await startSlackServer();
  life = await wakeInSlack(world, slack, {
    places: [
      { server: "T0ACME" },
      { channel: "D00CLEO", listen: false },
      { channel: "C0GENERAL", listen: false },
      { channel: "C0SECRET", threads: false },
    ],
  });
  await slack.connected(2);
});
afterAll(async () => {
  await life.stop();
  await slack.close();
  await world.stop();
});
beforeEach(() => {
  slack.world.ephemerals.length = 0;
});
afterEach(() => {
  slack.calm();
  expect(slack.violations).toEqual([]);
  expect(slack.bugs).toEqual([]);
  expect(life.count("failed")).toBe(0);
});

const cardIn = (channel: string, thread: string) =>
  slack.thread(channel, thread).find((m) => m.bot_id && buttonLabels(m.blocks ?? []).includes("Confirm"));

async function planned(channel = "C0OPS", user = "U0ANA"): Promise<SlackMessage> {
  const said = slack.mention({ channel, user, text: ASK });
  await slack.until("a card is there", () => cardIn(channel, said.ts) !== undefined, 8_000);
  return slack.snapshot(cardIn(channel, said.ts)!);
}

async function privately(user: string, text: RegExp): Promise<void> {
  const told = () => slack.ephemeralsTo(user).map((message) => shownText(message));
  await slack.until(`${user} is told ${text}`, () => told().some((one) => text.test(one)), 5_000);
}

test("a button of an older Piloto, and one of a plan that is gone, get a private answer; a foreign one is left", async () => {
  const card = await planned();
  const press = (action: object) =>
    slack.pressRaw("T0ACME", {
      user: { id: "U0BEN", team_id: "T0ACME" },
      channel: { id: "C0OPS" },
      container: { type: "message", message_ts: card.ts, channel_id: "C0OPS", thread_ts: card.thread_ts },
      actions: [action],
    } as never);
  await press({ type: "button", action_id: "piloto:levitate", value: "x" });
  await privately("U0BEN", /older Piloto/);
  await press({ type: "button", action_id: "piloto:confirm", value: "no-such-run:1" });
  await privately("U0BEN", /do not know that plan/);
  await press({ type: "button", action_id: "someone-elses", value: "1" });
  await until("it is counted", () => life.count("foreignActions") === 1);
});

test("a form that this Piloto did not make is answered in the form", async () => {
  const card = await planned();
  await slack.press(card, "Edit", { user: "U0ANA" });
  await slack.until("the form is open", () => slack.modalOf("U0ANA") !== undefined);
  const form = slack.modalOf("U0ANA")!;
  form.view.private_metadata = "damaged";
  await slack.submitView(form);
  expect(JSON.stringify(slack.modalOf("U0ANA")!.view)).toMatch(/older Piloto/);
});

test("where Piloto is told not to listen it is silent, and a command there is answered privately", async () => {
  const heard = life.count("heard");
  slack.mention({ channel: "C0GENERAL", user: "U0ANA", text: ASK });
  await slack.slash({ text: `ask ${ASK}`, user: "U0ANA", channel: "C0GENERAL" });
  await privately("U0ANA", /not set up to work in this place/);
  expect(life.count("heard")).toBe(heard);
});

test("who writes directly where Piloto does not listen is told so", async () => {
  slack.directMessage({ user: "U0CLEO", text: ASK });
  await privately("U0CLEO", /not set up to work in this place/);
});

test("where threads need a mention, a reply without one is left alone", async () => {
  const card = await planned("C0SECRET");
  const heard = life.count("heard");
  slack.reply(card, { user: "U0BEN", text: "confirm" });
  slack.reply(card, { user: "U0BEN", text: `<@${slack.botUserId()}> cancel` });
  await slack.until("the mention is heard", () =>
    slack.thread("C0SECRET", card.thread_ts!).some((m) => /Cancelled/.test(shownText(m))),
  );
  expect(life.count("heard")).toBe(heard + 1);
});

test("without the scope to read a thread, a mention in it is worked on all the same", async () => {
  slack.failNext({ method: "conversations.replies", how: "ok-false", error: "missing_scope" });
  const root = slack.say({ channel: "C0OPS", user: "U0DAN", text: "hello" });
  slack.reply(root.message, { user: "U0ANA", text: `<@${slack.botUserId()}> ${ASK}` });
  await slack.until("a card is there", () => cardIn("C0OPS", root.ts) !== undefined);
  expect(life.count("contextMissing")).toBe(1);
});

test("files come with the message; what cannot be read is told once, and the text goes on", async () => {
  const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(64)]);
  const said = slack.directMessage({
    user: "U0ANA",
    text: ASK,
    files: [
      { name: "list.csv", mimetype: "text/csv", bytes: Buffer.from("part,stock\nM8,400\n") },
      { name: "photo.jpg", mimetype: "image/jpeg", bytes: png },
      { name: "huge.bin", mimetype: "application/octet-stream", bytes: Buffer.alloc(5_000_001) },
    ],
  });
  await privately("U0ANA", /huge\\.bin|huge.bin/);
  await slack.until("a card is there", () => cardIn(said.channel, said.ts) !== undefined);
  const kept = await life.house.stores.read(async (tx) => {
    const { items } = await tx.messages.page(`slack:T0ACME/${said.channel}/${said.ts}` as ChatId, { limit: 10 });
    return tx.files.of(items.find(({ origin }) => origin === "person")!.id);
  });
  expect(kept.map(({ name, mediaType, bytes }) => [name, mediaType, bytes])).toEqual([
    ["list.csv", "text/csv", 18],
    ["photo.jpg", "image/png", 72],
  ]);
});

test("a file behind a login page, or on another host, is not taken, and the token goes nowhere else", async () => {
  slack.filesLiveAt = "http://localhost:9";
  slack.directMessage({
    user: "U0ANA",
    text: ASK,
    files: [{ name: "away.txt", mimetype: "text/plain", bytes: Buffer.from("x") }],
  });
  await privately("U0ANA", /away.txt/);
  slack.filesLiveAt = undefined;
  slack.team().installation!.scopes.delete("files:read");
  slack.directMessage({
    user: "U0BEN",
    text: ASK,
    files: [{ name: "secret.txt", mimetype: "text/plain", bytes: Buffer.from("x") }],
  });
  await privately("U0BEN", /secret.txt \(I may not read it\)/);
  slack.team().installation!.scopes.add("files:read");
});

test("a guest of another workspace is an account of their own workspace", async () => {
  const said = slack.directMessage({ user: "U0DAN", text: ASK, more: { user_team: "T0GUEST", team: "T0GUEST" } });
  const chat = `slack:T0ACME/${said.channel}/${said.ts}` as ChatId;
  await slack.until("it is answered", () => slack.thread(said.channel, said.ts).some((m) => m.bot_id));
  const { items } = await life.house.stores.read((tx) => tx.messages.page(chat, { limit: 5 }));
  expect(items.find(({ origin }) => origin === "person")?.account).toBe("slack:T0GUEST/U0DAN");
});

test("a paste of 40 kB is planned, one of 120 kB is refused with a sentence", async () => {
  const said = slack.directMessage({ user: "U0ANA", text: `${ASK}\n${"log line\n".repeat(4_500)}` });
  await slack.until("something is answered", () => slack.thread(said.channel, said.ts).some((m) => m.bot_id), 8_000);
  slack.directMessage({ user: "U0ANA", text: "x".repeat(120_000) });
  await privately("U0ANA", /too large/);
});

test.each(["5xx-after", "cut-after", "cut-before"] as const)(
  "a command begins one thread where its post meets %s",
  async (how) => {
    const before = slack.history("C0OPS").length;
    slack.failNext({ method: "chat.postMessage", how });
    await slack.slash({ text: `ask ${ASK}`, user: "U0ANA", channel: "C0OPS" });
    await slack.until("the thread begins", () => slack.history("C0OPS").length > before);
    const root = slack.history("C0OPS").at(-1)!;
    await slack.until("a card is there", () => cardIn("C0OPS", root.ts) !== undefined, 8_000);
    expect(slack.history("C0OPS").length).toBe(before + 1);
  },
);

test("a call that is not possible is explained although its announcement cannot be taken back", async () => {
  slack.failNext({ method: "chat.delete", how: "ok-false", error: "cant_delete_message" });
  await slack.slash({ text: 'call workshop "PUT /nowhere"', user: "U0ANA", channel: "C0OPS" });
  await privately("U0ANA", /not possible/);
});

test("a card that somebody deleted comes back with the next change, and the run is not disturbed", async () => {
  const card = await planned();
  slack.deleteMessage(card);
  slack.reply({ ...card, ts: card.thread_ts! }, { user: "U0BEN", text: "confirm" });
  await slack.until("a new card says that it is done", () =>
    slack.thread("C0OPS", card.thread_ts!).some((m) => m.bot_id && /Done/.test(shownText(m))),
  );
});

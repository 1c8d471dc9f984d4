import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
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
  world = await openSlackWorld({ accounts: ["slack:T0BETA/U0BEA"] });
  slack = await startSlackServer({
    transport: "http",
    retryDelaysMs: [0],
    teams: [
      { id: "T0ACME", name: "Acme", installed: false },
      { id: "T0BETA", name: "Beta", installed: false, users: [{ id: "U0BEA", realName: "Bea" }] },
    ],
  });
  const port = await freePort();
  life = await wakeInSlack(world, slack, {
    mode: "http",
    signingSecret: slack.signingSecret,
    clientId: slack.clientId,
    clientSecret: slack.clientSecret,
    authorizeUrl: slack.authorizeUrl,
    listen: { host: "127.0.0.1", port, publicUrl: `http://127.0.0.1:${port}` },
  });
  slack.requestUrl = `${life.face.listens}/slack/events`;
});
afterAll(async () => {
  await life.stop();
  await slack.close();
  await world.stop();
});
afterEach(() => {
  expect(slack.violations).toEqual([]);
  expect(slack.bugs).toEqual([]);
  expect(life.count("failed")).toBe(0);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A browser on the install page: the link behind its button, and the cookie that it keeps. */
async function beginInstall(): Promise<{ authorize: string; cookie: string }> {
  const page = await fetch(`${life.face.listens}/slack/install`);
  const authorize = /href="([^"]+)"/.exec(await page.text())![1]!.replaceAll("&amp;", "&");
  return { authorize, cookie: page.headers.get("set-cookie")!.split(";")[0]! };
}

const finish = (url: string, cookie?: string) => fetch(url, { headers: cookie ? { cookie } : {} });

async function install(team: string, user: string): Promise<Response> {
  const { authorize, cookie } = await beginInstall();
  return finish(slack.approveInstall(authorize, { team, user }), cookie);
}

async function card(channel: string, thread: string): Promise<SlackMessage> {
  const found = () =>
    slack.thread(channel, thread).find((m) => m.bot_id && buttonLabels(m.blocks ?? []).includes("Confirm"));
  await slack.until("a card offers Confirm", () => found() !== undefined, 8_000);
  return slack.snapshot(found()!);
}

const done = (channel: string, thread: string) =>
  slack.until("it is done", () => slack.thread(channel, thread).some((m) => /Done/.test(shownText(m))), 8_000);

function everythingOnDisk(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name));
  return files
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, "latin1"))
    .join("\n");
}

test("a workspace that has not installed Piloto is acknowledged and told in the log", async () => {
  const ghost = {
    kind: "events_api",
    payload: { type: "event_callback", team_id: "T0GHOST", event: { type: "app_mention", user: "U1" } },
  };
  const { status } = await slack.delivery.sendSpoilt(ghost as never, {});
  expect(status).toBe(200);
  await until("it is logged", () => life.logger.lines.some(({ text }) => /not installed/.test(text)));
});

test("two workspaces install Piloto, use it apart from each other, and their tokens are sealed at rest", async () => {
  for (const [team, user] of [
    ["T0ACME", "U0ANA"],
    ["T0BETA", "U0BEA"],
  ] as const) {
    const answer = await install(team, user);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Piloto is installed")]);
  }
  slack.inviteBot("C0OPS");
  slack.inviteBot("C0OPSBETA");
  const acme = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  const beta = slack.mention({ channel: "C0OPSBETA", user: "U0BEA", text: ASK });
  await slack.press(await card("C0OPS", acme.ts), "Confirm", { user: "U0BEN" });
  await slack.press(await card("C0OPSBETA", beta.ts), "Confirm", { user: "U0BEA" });
  await done("C0OPS", acme.ts);
  await done("C0OPSBETA", beta.ts);

  const disk = everythingOnDisk(world.folder);
  for (const team of ["T0ACME", "T0BETA"]) {
    expect(disk).toContain(`slack:${team}`);
    expect(disk).not.toContain(slack.botToken(team));
    expect(JSON.stringify(life.logger.lines)).not.toContain(slack.botToken(team));
  }
});

test("a state is good in the browser that got it, and once", async () => {
  const { authorize, cookie } = await beginInstall();
  const back = slack.approveInstall(authorize, { team: "T0ACME", user: "U0ANA" });
  expect((await finish(back)).status).toBe(400);
  expect((await finish(back.replace(/state=[0-9a-f]/, "state=x"), cookie)).status).toBe(400);
  expect((await finish(back, cookie)).status).toBe(200);
  const again = new URL(slack.approveInstall(authorize, { team: "T0ACME", user: "U0ANA" }));
  expect((await finish(again.href, cookie)).status).toBe(400);
  expect((await finish(`${life.face.listens}/slack/oauth_redirect?error=access_denied&state=x`)).status).toBe(400);
});

test("what nobody signed, or signed too long ago, too early or over something else, is refused for good", async () => {
  const delivery = { kind: "events_api", payload: { type: "event_callback", event: { type: "message" } } } as const;
  const spoilt = [
    { signature: "wrong" },
    { signature: "none" },
    { skewSec: -600 },
    { skewSec: 3_600 },
    { body: "{broken" },
    { body: "null" },
    { body: `{"a":"${"x".repeat(1_100_000)}"}` },
  ] as const;
  const statuses = [];
  for (const how of spoilt) statuses.push((await slack.delivery.sendSpoilt(delivery as never, how)).status);
  expect(statuses).toEqual([401, 401, 401, 401, 400, 400, 413]);
  expect(life.count("refused")).toBeGreaterThanOrEqual(7);

  const unsigned = await fetch(slack.requestUrl!, { method: "POST", body: "{}" });
  expect(unsigned.headers.get("x-slack-no-retry")).toBe("1");
  const challenge = { body: JSON.stringify({ type: "url_verification", challenge: "c4" }) };
  expect(await slack.delivery.sendSpoilt(delivery as never, challenge)).toMatchObject({
    status: 200,
    body: expect.stringContaining("c4"),
  });
});

test("the same signed request twice is acknowledged twice and worked on once", async () => {
  const received = life.count("received");
  const body = JSON.stringify({ type: "event_callback", team_id: "T0ACME", event: { type: "message", n: 1 } });
  const delivery = { kind: "events_api", payload: {} } as never;
  const both = await Promise.all([1, 2].map(() => slack.delivery.sendSpoilt(delivery, { body })));
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(life.count("received")).toBe(received + 1);
});

test("what Piloto does not know is acknowledged and logged", async () => {
  for (const payload of [
    { type: "hologram" },
    { type: "event_callback" },
    { type: "block_actions", actions: [] },
    { view: 1 },
  ]) {
    const answer = await slack.delivery.sendSpoilt({ kind: "interactive", payload } as never, {});
    expect(answer).toMatchObject({ status: 200, body: "" });
  }
  expect(life.count("unknown")).toBeGreaterThanOrEqual(4);
});

test("an end that is told late, after the workspace installed Piloto again, ends nothing", async () => {
  for (const event of [{ type: "app_uninstalled" }, { type: "tokens_revoked", tokens: { bot: ["U0PILOTO"] } }]) {
    const payload = { type: "event_callback", team_id: "T0BETA", event_id: `EvLate-${event.type}`, event };
    await slack.redeliver({ kind: "events_api", team: "T0BETA", payload });
  }
  const ofOver = () => life.logger.lines.filter(({ text }) => /an end that is over/.test(text)).length;
  await until("both are seen through", () => ofOver() === 2);
  expect(life.count("uninstalled")).toBe(0);
});

test("a workspace that takes Piloto off is forgotten, and the other one goes on", async () => {
  for (const delivery of slack.uninstall("T0BETA")) await delivery.settled;
  await until("it is forgotten", () => life.count("uninstalled") > 0);
  await until("the log says so", () => life.logger.lines.some(({ text }) => /no longer installed/.test(text)));
  const places = await life.house.stores.read((tx) => tx.secrets.list());
  expect(places.map(({ place }) => place)).toEqual(["slack:T0ACME"]);
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
  await card("C0OPS", said.ts);
});

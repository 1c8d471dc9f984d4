import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver } from "@slack/bolt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

let slack: SlackServer;
let app: App;
let http: Server;
const heard: { id: string; retry?: number; reason?: string }[] = [];
let failFirst = 0;
let forGood = false;

beforeAll(async () => {
  slack = await startSlackServer({ transport: "http", retryDelaysMs: [0, 5, 10], ackTimeoutMs: 1000 });
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silentSlackLogger });
  app = new App({
    receiver,
    token: slack.botToken(),
    logger: silentSlackLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.event("app_mention", async ({ body, context }) => {
    heard.push({
      id: body.event_id,
      ...(context.retryNum ? { retry: context.retryNum, reason: context.retryReason } : {}),
    });
  });
  app.command("/piloto", async ({ ack }) => {
    await ack("Working on it");
  });
  http = createServer((request, response) => {
    if (failFirst > 0) {
      failFirst--;
      response.writeHead(500, forGood ? { "x-slack-no-retry": "1" } : {}).end();
      return;
    }
    receiver.requestListener(request, response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  slack.requestUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/slack/events`;
});

afterAll(async () => {
  http.closeAllConnections();
  http.close();
  await slack.close();
});

test("a signed event is taken by the real receiver", async () => {
  const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "hi" });
  await said.told;
  expect(heard.map((h) => h.id)).toEqual(said.deliveries.filter((d) => eventType(d) === "app_mention").map(eventId));
});

function eventType({ payload }: { payload: object }): unknown {
  return (payload as { event: { type: string } }).event.type;
}

function eventId({ payload }: { payload: object }): unknown {
  return (payload as { event_id: string }).event_id;
}

test("what the app fails to take comes again with its number and the reason", async () => {
  slack.team().installation!.events.delete("message.channels");
  failFirst = 2;
  heard.length = 0;
  await slack.mention({ channel: "C0OPS", user: "U0ANA", text: "again" }).told;
  expect(heard).toMatchObject([{ retry: 2, reason: "http_error" }]);
});

test("a refusal for good stops the retries", async () => {
  failFirst = 1;
  forGood = true;
  const before = slack.deliveries.counts.sent;
  const { deliveries } = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "never" });
  expect(await deliveries[0]!.settled).toMatchObject({ acked: false, noRetry: true });
  expect(slack.deliveries.counts.sent - before).toBe(1);
  forGood = false;
});

test("unsigned, wrongly signed, stale and malformed deliveries are refused", async () => {
  const payload = { type: "event_callback", event: { type: "app_mention" } };
  const send = (spoilt: object) => slack.delivery.sendSpoilt({ kind: "events_api", payload }, spoilt);
  expect((await send({ signature: "none" })).status).toBeGreaterThanOrEqual(400);
  expect((await send({ signature: "wrong" })).status).toBe(401);
  expect((await send({ skewSec: -301 })).status).toBe(401);
  expect((await send({ body: "{not json" })).status).toBeGreaterThanOrEqual(400);
});

test("a command's answer in its acknowledgement is shown to the person alone", async () => {
  const taken = await slack.slash({ text: "status", user: "U0BEN", channel: "C0OPS" });
  expect(taken.ack.acked).toBe(true);
  expect(slack.ephemeralsTo("U0BEN")).toMatchObject([{ text: "Working on it", by: "ack" }]);
});

test("an interaction that nobody takes is given up after one attempt", async () => {
  failFirst = 1;
  const before = slack.deliveries.counts.sent;
  const ack = await slack.pressRaw("T0ACME", { actions: [] });
  expect(ack).toMatchObject({ acked: false, reason: "http_error" });
  expect(slack.deliveries.counts.sent - before).toBe(1);
});

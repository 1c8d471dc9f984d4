import { SocketModeClient } from "@slack/socket-mode";
import { afterEach, expect, test } from "vitest";
import WebSocket from "ws";
import { type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(options: Parameters<typeof startSlackServer>[0] = {}): Promise<SlackServer> {
  const slack = await startSlackServer({ retryDelaysMs: [0, 5, 10], ...options });
  closing.push(() => slack.close());
  return slack;
}

interface Heard {
  body: { event_id?: string; event?: { type: string } };
  retry_num?: number;
  ack: (response?: object) => Promise<void>;
}

/** The real socket client; `take` says what to do with each event. */
async function connect(slack: SlackServer, take: (heard: Heard) => unknown = ({ ack }) => ack()): Promise<Heard[]> {
  const heard: Heard[] = [];
  const client = new SocketModeClient({
    appToken: slack.appToken,
    clientPingTimeout: 300,
    logger: silentSlackLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  client.on("slack_event", (event: Heard) => {
    heard.push(event);
    void take(event);
  });
  await client.start();
  closing.push(() => client.disconnect());
  return heard;
}

test("each payload goes to one of the connections, and over time to every one", async () => {
  const slack = await server();
  const first = await connect(slack);
  const second = await connect(slack);
  expect(slack.link.open).toBe(2);

  const said = Array.from({ length: 30 }, (_, n) => slack.directMessage({ user: "U0ANA", text: `n ${n}` }));
  await Promise.all(said.map((s) => s.told));

  const ids = [...first, ...second].map((h) => h.body.event_id);
  expect(new Set(ids).size).toBe(30);
  expect(ids).toHaveLength(30);
  expect(first.length).toBeGreaterThan(5);
  expect(second.length).toBeGreaterThan(5);
});

test("an event that nobody acknowledges comes again, with its number and the reason", async () => {
  const slack = await server({ ackTimeoutMs: 200, retryDelaysMs: [0, 5, 5, 5] });
  const heard = await connect(slack, ({ retry_num, ack }) => ((retry_num ?? 0) >= 2 ? ack() : undefined));
  const { deliveries } = slack.directMessage({ user: "U0ANA", text: "hello" });

  expect(await deliveries[0]!.settled).toMatchObject({ acked: true });
  expect(heard.slice(0, 3).map((h) => h.retry_num)).toEqual([0, 1, 2]);
  expect(new Set(heard.map((h) => h.body.event_id)).size).toBe(1);
  expect(slack.deliveries.counts).toMatchObject({ acked: 1, lost: 0 });
});

test("a refresh makes the client come back over a new connection", async () => {
  const slack = await server();
  const heard = await connect(slack);
  slack.link.disconnect("refresh_requested");
  await slack.until("the client came back", () => slack.link.openedInAll === 2 && slack.link.open === 1);
  await slack.directMessage({ user: "U0ANA", text: "after" }).told;
  expect(heard).toHaveLength(1);
});

test("a cut connection loses its unacknowledged event to the next one", async () => {
  const slack = await server({ retryDelaysMs: [50, 400, 800, 1600] });
  const heard = await connect(slack, ({ retry_num, ack }) => {
    if ((retry_num ?? 0) > 0) return ack();
    return slack.link.cut();
  });
  const { deliveries } = slack.directMessage({ user: "U0ANA", text: "hello" });
  expect(await deliveries[0]!.settled).toMatchObject({ acked: true });
  expect(heard).toHaveLength(2);
  expect(heard[1]?.retry_num).toBeGreaterThan(0);
});

test("a link that is switched off refuses the client until it is on again", async () => {
  const slack = await server();
  await connect(slack);
  slack.link.disconnect("link_disabled");
  await slack.until("it was refused", () => slack.calls.some((c) => c.outcome === "forbidden_team"));
  expect(slack.link.open).toBe(0);
  slack.link.enable();
  await slack.until("the client came back", () => slack.link.open === 1);
  expect(await slack.directMessage({ user: "U0ANA", text: "after" }).deliveries[0]!.settled).toMatchObject({
    acked: true,
  });
});

test("an eleventh connection is told that there are too many", async () => {
  const slack = await server();
  const sockets = await Promise.all(
    Array.from({ length: 11 }, async () => {
      const socket = new WebSocket(slack.link.newUrl());
      closing.push(async () => socket.terminate());
      const [first] = await new Promise<[string]>((resolve) =>
        socket.once("message", (data) => resolve([String(data)])),
      );
      return JSON.parse(first) as { type: string; reason?: string };
    }),
  );
  expect(sockets.filter((s) => s.type === "hello")).toHaveLength(10);
  expect(sockets.filter((s) => s.reason === "too_many_websockets")).toHaveLength(1);
});

test("an acknowledgement that is no acknowledgement is a violation", async () => {
  const slack = await server();
  const socket = new WebSocket(slack.link.newUrl());
  await new Promise((resolve) => socket.once("message", resolve));
  socket.send("not json");
  socket.send("{}");
  await slack.until("both were seen", () => slack.violations.length === 2);
  socket.terminate();
  expect(slack.violations.join()).toMatch(/not JSON.*without envelope_id/);
});

test("in chaos every event arrives, some twice, out of order and over new connections", async () => {
  const slack = await server({ retryDelaysMs: [20, 100, 300, 600, 1200] });
  const heard = await connect(slack);
  await connect(slack);
  slack.chaos({ seed: 7, rates: { duplicate: 0.2, delayMs: 30, cut: 0.02, refresh: 0.02 } });
  const said = Array.from({ length: 100 }, (_, n) => slack.directMessage({ user: "U0ANA", text: `n ${n}` }));
  await slack.quiet(10_000);
  slack.calm();

  const acks = await Promise.all(said.map((s) => s.deliveries[0]!.settled));
  expect(acks.filter((ack) => !ack.acked)).toEqual([]);
  expect(slack.deliveries.counts.acked).toBeGreaterThan(100);
  expect(slack.link.openedInAll).toBeGreaterThan(2);
  const numbers = heard.map((h) => Number(h.body.event_id?.slice(2)));
  expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
});

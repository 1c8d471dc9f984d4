import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError, WebClient } from "@slack/web-api";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SLACK_LIMITS, type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { silentSlackLogger } from "./silent-slack-logger.ts";

let slack: SlackServer;

beforeAll(async () => {
  slack = await startSlackServer({ transport: "http" });
});

afterAll(() => slack.close());
beforeEach(() => slack.calm());

function client(more: object = {}, of = slack): WebClient {
  const retryConfig = { retries: 0 };
  return new WebClient(of.botToken(), { slackApiUrl: of.apiUrl, retryConfig, logger: silentSlackLogger, ...more });
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
const texts = (of = slack, channel = "C0OPS") => of.history(channel).map((m) => m.text);
const post = (text: string, more: object = {}) => client(more).chat.postMessage({ channel: "C0OPS", text });

test.each([
  ["5xx-before", false, WebAPIHTTPError],
  ["5xx-after", true, WebAPIHTTPError],
  ["cut-before", false, WebAPIRequestError],
  ["cut-after", true, WebAPIRequestError],
] as const)("a failure %s the effect leaves a message: %s", async (how, isThere, kind) => {
  slack.failNext({ method: "chat.postMessage", how });
  expect(await failureOf(post(how))).toBeInstanceOf(kind);
  expect(texts().includes(how)).toBe(isThere);
  await post(`${how} again`);
  expect(texts()).toContain(`${how} again`);
});

test("a hanging call runs into the client's time limit, with or without its effect", async () => {
  slack.failNext({ method: "chat.postMessage", how: "hang-before" });
  expect(await failureOf(post("hang-before", { timeout: 50 }))).toBeInstanceOf(WebAPIRequestError);
  slack.failNext({ method: "chat.postMessage", how: "hang-after" });
  expect(await failureOf(post("hang-after", { timeout: 50 }))).toBeInstanceOf(WebAPIRequestError);
  expect(texts()).toContain("hang-after");
  expect(texts()).not.toContain("hang-before");
});

test("a rate limit says how long to wait, as 429 or inside of a 200", async () => {
  slack.failNext({ method: "chat.postMessage", how: "429", retryAfterSec: 7 });
  const limited = await failureOf(post("x", { rejectRateLimitedCalls: true }));
  expect(limited).toBeInstanceOf(WebAPIRateLimitedError);
  expect(limited).toMatchObject({ retryAfter: 7 });
  slack.failNext({ method: "*", how: "ratelimited-200" });
  expect(await failureOf(post("x"))).toMatchObject({ data: { ok: false, error: "ratelimited" } });
  slack.failNext({
    method: "chat.postMessage",
    how: "ok-false",
    error: "fatal_error",
    when: (args) => args.text === "b",
  });
  await post("a");
  expect(await failureOf(post("b"))).toMatchObject({ data: { error: "fatal_error" } });
});

test("the default client posts twice when the answer of a successful post is lost, which the counts show", async () => {
  slack.failNext({ method: "chat.postMessage", how: "cut-after" });
  const careless = client({ retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 1 } });
  const metadata = { event_type: "card", event_payload: { id: "twice" } };
  await careless.chat.postMessage({ channel: "C0OPS", text: "twice", metadata });
  expect([...slack.postsByKey().values()].map((posts) => posts.length)).toEqual([2]);
});

test("chaos with the same seed strikes the same calls", async () => {
  const struckBy = async (seed: number) => {
    slack.chaos({ seed, rates: { calls: { "5xx-before": 0.2, "cut-after": 0.2, "429": 0.2 }, retryAfterSec: 1 } });
    const from = slack.calls.length;
    for (let n = 0; n < 30; n++) await failureOf(post(`n ${n}`, { rejectRateLimitedCalls: true }));
    return slack.calls.slice(from).map((c) => c.fault);
  };
  const first = await struckBy(4);
  expect(await struckBy(4)).toEqual(first);
  expect(await struckBy(5)).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set([undefined, "5xx-before", "cut-after", "429"]));
});

test("Slack's published limits are kept when they are asked for", async () => {
  const limited = await startSlackServer({ transport: "http", rateLimits: SLACK_LIMITS });
  const one = client({ rejectRateLimitedCalls: true }, limited);
  for (let n = 0; n < 5; n++) await one.chat.postMessage({ channel: "C0OPS", text: `n ${n}` });
  expect(await failureOf(one.chat.postMessage({ channel: "C0OPS", text: "too many" }))).toBeInstanceOf(
    WebAPIRateLimitedError,
  );
  await one.chat.postMessage({ channel: "C0GENERAL", text: "another channel" });
  limited.advance(5001);
  await one.chat.postMessage({ channel: "C0OPS", text: "later" });
  expect(texts(limited)).toHaveLength(6);
  await limited.close();
});

test("waiting in vain says what was waited for and what the server saw", async () => {
  const failure = await failureOf(slack.until("pigs fly", () => false, 20));
  expect(String(failure)).toMatch(/until pigs fly[\s\S]*The fake Slack saw/);
});

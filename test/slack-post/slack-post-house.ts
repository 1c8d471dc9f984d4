import { afterAll, beforeAll, expect } from "vitest";
import { slackClient } from "../../bots/slack/post/slack-client.ts";
import { createSlackPlatform, type SlackPlatformDeps } from "../../bots/slack/post/slack-platform.ts";
import { chatIdOf, type SlackThread } from "../../bots/slack/slack-ids.ts";
import type { Card, Outgoing } from "../../core/domain/card.ts";
import type { ChatId } from "../../core/domain/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";
import { exampleCard } from "../support/example-run.ts";
import { silentLogger } from "../support/silent-logger.ts";
import {
  type SlackMessage,
  type SlackServer,
  type SlackServerOptions,
  startSlackServer,
} from "../support/slack-server/slack-server.ts";

export const TEAM = "T0ACME";

/** Nothing waits for real: whoever sleeps moves the time, of Piloto and of Slack alike. */
export interface RestlessClock extends Clock {
  readonly slept: number[];
}

export interface SlackPostHouse {
  readonly slack: SlackServer;
  readonly stores: Stores;
  readonly clock: RestlessClock;
  readonly logger: ReturnType<typeof silentLogger>;
  /** A new process over the same Slack and the same database. */
  platform(change?: Partial<SlackPlatformDeps>): ReturnType<typeof createSlackPlatform>;
  /** How long a call may take: short where Slack falls silent on purpose. */
  timeoutMs: number;
  client(team: string): ReturnType<typeof slackClient>;
  /** A new conversation that Ana began in this channel, or with the bot alone. */
  chat(channel?: string): { thread: SlackThread; chatId: ChatId };
  /** The app's messages in a thread. */
  ours(thread: SlackThread): SlackMessage[];
}

/** One Slack for all tests of a file. At the end nothing may have been sent that the real one would refuse. */
export function slackPostHouse(options: SlackServerOptions = {}): SlackPostHouse {
  const held: { slack?: SlackServer; stores?: Stores } = {};
  const logger = silentLogger();
  const slept: number[] = [];
  let movedMs = 0;
  const clock: RestlessClock = {
    slept,
    nowMs: () => Date.now() + movedMs,
    async sleep(ms, signal) {
      if (ms <= 0 || signal?.aborted) return;
      slept.push(ms);
      movedMs += ms;
      held.slack?.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  beforeAll(async () => {
    held.slack = await startSlackServer(options);
    held.stores = await openSqlite({ folder: ":memory:" });
  });
  afterAll(async () => {
    const { violations = [], bugs = [] } = held.slack ?? {};
    await held.slack?.close();
    await held.stores?.close();
    expect([...violations, ...bugs]).toEqual([]);
  });
  const house: SlackPostHouse = {
    get slack() {
      return held.slack!;
    },
    get stores() {
      return held.stores!;
    },
    clock,
    logger,
    timeoutMs: 5_000,
    client: (team) =>
      slackClient(house.slack.botToken(team), { logger, apiUrl: house.slack.apiUrl, timeoutMs: house.timeoutMs }),
    platform: (change) =>
      createSlackPlatform({
        clientFor: async (team) => house.client(team),
        stores: house.stores,
        clock,
        logger,
        language: "en",
        pace: { burst: 1_000, editsAMinute: 5_000, readsAMinute: 5_000, callsAtOnce: 5_000 },
        ...change,
      }),
    chat(channel = "C0OPS") {
      const said =
        channel === "D"
          ? house.slack.directMessage({ user: "U0ANA", text: "hello" })
          : house.slack.say({ channel, user: "U0ANA", text: "hello" });
      const thread = { team: TEAM, channel: said.channel, root: said.ts };
      return { thread, chatId: chatIdOf(thread) };
    },
    ours: ({ channel, root }) =>
      house.slack.thread(channel, root).filter((message) => message.ts !== root && message.bot_id !== undefined),
  };
  return house;
}

export const card = (change: Partial<Card> = {}): Outgoing => ({ kind: "card", ...exampleCard(), ...change });
export const say = (text: string): Outgoing => ({ kind: "say", text });
export const done = (): Outgoing => card({ headline: "Done · 2 steps in 4 s", state: "done", buttons: [] });

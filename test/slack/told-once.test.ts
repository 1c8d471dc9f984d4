import { expect, test } from "vitest";
import type { HearDeps } from "../../bots/slack/hear/hear-deps.ts";
import { hearMessage } from "../../bots/slack/hear/hear-message.ts";
import { openHeldThreads } from "../../bots/slack/hear/held-threads.ts";
import { openOnce } from "../../bots/slack/hear/once.ts";
import { recentKeys } from "../../bots/slack/hear/recent-keys.ts";
import type { SlackBot } from "../../bots/slack/install/slack-bots.ts";
import { SLACK_LIMITS } from "../../bots/slack/slack-settings.ts";
import { openSqlite } from "../../storage/index.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";

test("a stranger whose mention reaches two processes is refused once, and without a database all the same", async () => {
  const stores = await openSqlite({ folder: ":memory:" });
  const clock = manualClock(1_700_000_000_000);
  const told: string[] = [];
  const client = { chat: { postEphemeral: async ({ text }: { text: string }) => told.push(text) } };
  const bot = { home: "T1", user: "UBOT", token: "x", client } as unknown as SlackBot;
  /** What a process of its own has: the database is shared. */
  const process = () =>
    ({
      ...{ stores, clock, bots: undefined, language: "en", limits: SLACK_LIMITS, settings: { places: [] } },
      logger: silentLogger(),
      core: {
        knowsChat: async () => false,
        receiveMessage: async () => ({ kind: "refused", reply: "I do not know you." }),
      },
      names: { of: async () => undefined },
      groups: { of: async () => [] },
      once: openOnce({ stores, clock }),
      held: openHeldThreads({ stores, clock }),
      recent: recentKeys(10),
      state: { count: () => undefined },
    }) as unknown as HearDeps;
  const said = { channel: "C1", user: "U1", ts: "1700000000.000100", text: "<@UBOT> hello" };
  const where = { team: "T1", bot };
  await hearMessage({ type: "app_mention", ...said }, where, process());
  await hearMessage({ type: "message", ...said }, where, process());
  expect(told).toEqual(["I do not know you."]);
  await stores.close();
  await hearMessage({ type: "app_mention", ...said, ts: "1700000001.000100" }, where, process());
  expect(told).toHaveLength(2);
});

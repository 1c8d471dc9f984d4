import { expect, test } from "vitest";
import type { HearDeps } from "../../bots/slack/hear/hear-deps.ts";
import { openHomes } from "../../bots/slack/hear/homes.ts";
import type { SlackBot } from "../../bots/slack/install/slack-bots.ts";
import { SLACK_LIMITS } from "../../bots/slack/slack-settings.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/until.ts";

const NOBODY = { language: "en", waiting: [], active: [], finished: [], nodes: [] };

test("a home page that is opened twice in a moment ends with the newer picture", async () => {
  const published: string[] = [];
  const answers: (() => void)[] = [];
  const publish = async ({ view }: { view: unknown }) => {
    const drawn = JSON.stringify(view);
    await new Promise<void>((resolve) => answers.push(resolve));
    published.push(drawn.includes("do not know you") ? "older" : "newer");
  };
  let isKnown = false;
  const homes = openHomes({
    clock: manualClock(),
    limits: SLACK_LIMITS,
    logger: silentLogger(),
    state: { count: () => undefined },
    groups: { of: async () => [] },
    core: { overview: async () => ({ ...NOBODY, isKnown }) },
  } as unknown as HearDeps);
  const where = { team: "T1", bot: { client: { views: { publish } } } as unknown as SlackBot };
  const first = homes.open({ user: "U1", tab: "home" }, where);
  await until("the older picture is on its way", () => answers.length === 1);
  isKnown = true;
  const second = homes.open({ user: "U1", tab: "home" }, where);
  // Whatever waits at Slack is answered, the latest first.
  const answering = setInterval(() => answers.pop()?.(), 1);
  await Promise.all([first, second]);
  clearInterval(answering);
  expect(published).toEqual(["older", "newer"]);
  await homes.stop();
});

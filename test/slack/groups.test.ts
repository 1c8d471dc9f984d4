import { expect, test } from "vitest";
import type { SlackBot } from "../../bots/slack/install/slack-bots.ts";
import { openGroups } from "../../bots/slack/people/groups.ts";
import { SLACK_LIMITS } from "../../bots/slack/slack-settings.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";

/** A workspace with one user group; `users` may be changed, and `fails` says whether Slack answers. */
function leads() {
  const state = { users: ["U1"], fails: false, asked: 0 };
  const list = async () => {
    state.asked += 1;
    if (state.fails) throw new Error("no answer");
    return { usergroups: [{ id: "S1", users: [...state.users] }] };
  };
  const bot = { home: "T1", client: { usergroups: { list } } } as unknown as SlackBot;
  const clock = manualClock();
  const groups = openGroups(clock, SLACK_LIMITS.groupsMs, silentLogger());
  return { state, clock, held: () => groups.of(bot, "T1", "U1") };
}

test("who was taken out of a group holds nothing by it a few seconds later", async () => {
  const { state, clock, held } = leads();
  expect(await held()).toEqual(["slack:T1/S1"]);
  state.users = [];
  await clock.advance(6_000);
  expect(await held()).toEqual([]);
});

test("a crowd that presses at once costs one question", async () => {
  const { state, held } = leads();
  await Promise.all(Array.from({ length: 100 }, held));
  expect(state.asked).toBe(1);
});

test("while Slack does not answer, what it said within a minute counts, and then nothing", async () => {
  const { state, clock, held } = leads();
  await held();
  state.fails = true;
  await clock.advance(30_000);
  expect(await held()).toEqual(["slack:T1/S1"]);
  await clock.advance(31_000);
  expect(await held()).toEqual([]);
  state.fails = false;
  await clock.advance(6_000);
  expect(await held()).toEqual(["slack:T1/S1"]);
});

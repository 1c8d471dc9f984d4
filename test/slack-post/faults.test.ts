import { beforeEach, describe, expect, test } from "vitest";
import { slackClient } from "../../bots/slack/post/slack-client.ts";
import type { Outgoing } from "../../core/domain/card.ts";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import type { ChatPlatform, Posted } from "../../core/ports/chat-platform.ts";
import { shownText } from "./shown-text.ts";
import { card, done, say, slackPostHouse } from "./slack-post-house.ts";

const house = slackPostHouse();

beforeEach(() => {
  house.timeoutMs = 5_000;
});
/** Slack falls silent: nobody waits for long. */
const brief = (how: string) => {
  if (how.startsWith("hang")) house.timeoutMs = 300;
};

const KINDS = [
  "5xx-before",
  "5xx-after",
  "cut-before",
  "cut-after",
  "hang-before",
  "hang-after",
  "429",
  "ratelimited-200",
  "ok-false",
] as const;

/** As the outbox does it: again after a failure, and then with a warning that it may be there. */
async function delivered(post: (mayBeThere: boolean) => Promise<Posted>): Promise<Posted> {
  for (let tries = 0; tries < 5; tries += 1) {
    const posted = await post(tries > 0).catch(() => undefined);
    if (posted) return posted;
  }
  throw new Error("Not delivered after five tries.");
}

const postIn = (platform: ChatPlatform, chatId: ReturnType<typeof house.chat>["chatId"], key: string) =>
  delivered((mayBeThere) => platform.post(chatId, say("only once"), key, { mayBeThere }));

describe("whatever fails, a message is there once", () => {
  test.each(KINDS)("when a post meets %s", async (how) => {
    brief(how);
    const { thread, chatId } = house.chat();
    house.slack.failNext({ method: "chat.postMessage", how });
    const posted = await postIn(house.platform(), chatId, `post-${how}`);
    expect(house.ours(thread).map(shownText)).toEqual(["only once"]);
    expect(posted).toMatchObject({ kind: "ok", ref: `${thread.channel}/${house.ours(thread)[0]?.ts}` });
  });

  test.each(KINDS)("when a post and then the reading back meet %s", async (how) => {
    brief(how);
    const { thread, chatId } = house.chat();
    house.slack.failNext({ method: "chat.postMessage", how: "cut-after" });
    house.slack.failNext({ method: "conversations.replies", how, times: 2 });
    await postIn(house.platform(), chatId, `read-${how}`);
    expect(house.ours(thread)).toHaveLength(1);
  });

  test.each(KINDS)("when an edit meets %s", async (how) => {
    brief(how);
    const { thread, chatId } = house.chat();
    const platform = house.platform();
    const posted = await platform.post(chatId, card(), `edit-${how}`);
    if (posted.kind !== "ok") throw new Error(posted.why);
    house.slack.failNext({ method: "chat.update", how });
    await delivered(() => platform.edit(chatId, posted.ref, done()));
    expect(house.ours(thread).map(shownText)).toEqual([expect.stringContaining("Done · 2 steps in 4 s")]);
  });

  test("when Piloto dies between the post and its record, however much was said meanwhile", async () => {
    const { thread, chatId } = house.chat();
    const first = await house.platform().post(chatId, card(), "died");
    for (let i = 0; i < 450; i += 1)
      house.slack.say({ channel: thread.channel, user: "U0BEN", thread: thread.root, text: `chatter ${i}` });
    const again = await house.platform().post(chatId, card(), "died", { mayBeThere: true });
    expect(again).toEqual({ ...first, isRepeat: true });
  });

  test("when two ask for the same post at once", async () => {
    const { thread, chatId } = house.chat();
    const platform = house.platform();
    const both = await Promise.all([
      platform.post(chatId, say("x"), "twice"),
      platform.post(chatId, say("x"), "twice"),
    ]);
    expect(both.map((posted) => posted.kind === "ok" && posted.isRepeat === true)).toEqual([false, true]);
    expect(house.ours(thread)).toHaveLength(1);
  });
});

test("a first try that arrives late, after Piloto looked for it, leaves one message all the same", async () => {
  const { thread, chatId } = house.chat();
  const late: (() => Promise<unknown>)[] = [];
  let tries = 0;
  const client = slackClient(house.slack.botToken(), {
    logger: house.logger,
    apiUrl: house.slack.apiUrl,
    fetch: async (url, init) => {
      const isPost = String(url).endsWith("chat.postMessage");
      if (isPost && tries++ === 0) {
        late.push(() => fetch(url, init as RequestInit));
        throw new Error("no answer in time");
      }
      if (isPost) await late.pop()?.();
      return fetch(url, init as RequestInit);
    },
  });
  const platform = house.platform({ clientFor: async () => client });
  await delivered((mayBeThere) => platform.post(chatId, say("only once"), "late", { mayBeThere }));
  expect(house.ours(thread).map(shownText)).toEqual(["only once"]);
  expect(platform.counts().healed).toBe(1);
});

test("a rate limit is waited out as long as Slack says", async () => {
  const { thread, chatId } = house.chat();
  house.slack.failNext({ method: "chat.postMessage", how: "429", retryAfterSec: 30 });
  const platform = house.platform();
  await platform.post(chatId, say("patience"), "patient");
  expect(Math.max(...house.clock.slept)).toBeGreaterThan(29_000);
  expect(house.ours(thread)).toHaveLength(1);
  expect(platform.counts().rateLimited).toBe(1);
});

describe("what no try will heal is gone", () => {
  test.each([
    ["the channel was archived", () => house.slack.archive("C0SECRET"), () => house.slack.unarchive("C0SECRET")],
    ["the bot was removed", () => house.slack.removeBot("C0SECRET"), () => house.slack.inviteBot("C0SECRET")],
  ])("when %s", async (_name, breakIt, mendIt) => {
    const { chatId } = house.chat("C0SECRET");
    const platform = house.platform();
    const posted = await platform.post(chatId, card(), `gone-${_name}`);
    if (posted.kind !== "ok") throw new Error(posted.why);
    breakIt();
    expect((await platform.post(chatId, say("hello?"), `after-${_name}`)).kind).toBe("gone");
    const lines = house.logger.lines.length;
    expect((await platform.edit(chatId, posted.ref, done())).kind).toBe("gone");
    expect(house.logger.lines.slice(lines).map(({ text }) => text)).toContain("Slack does not show this any more.");
    mendIt();
    expect((await platform.edit(chatId, posted.ref, done())).kind).toBe("ok");
  });

  test("when Piloto is not installed in the workspace any more", async () => {
    const { chatId } = house.chat();
    const platform = house.platform({ clientFor: async () => undefined });
    expect(await platform.post(chatId, say("x"), "uninstalled")).toEqual({
      kind: "gone",
      why: "Slack says: not_installed",
    });
  });

  test("when the message is too old to be edited, so that a new one takes its place", async () => {
    const { chatId } = house.chat();
    const platform = house.platform();
    const posted = await platform.post(chatId, card(), "old");
    if (posted.kind !== "ok") throw new Error(posted.why);
    house.slack.failNext({ method: "chat.update", how: "ok-false", error: "edit_window_closed" });
    expect((await platform.edit(chatId, posted.ref, done())).kind).toBe("gone");
  });

  test("when a chat is not one of Slack's", async () => {
    expect((await house.platform().post(asId("terminal:main"), say("x"), "elsewhere")).kind).toBe("gone");
  });
});

describe("what a workspace cannot show", () => {
  test("plans become plain text with signs, which is remembered for a week, over restarts", async () => {
    house.slack.team().features.plan = "invalid_blocks";
    const [first, second, third] = [house.chat(), house.chat(), house.chat()];
    await house.platform().post(first.chatId, card(), "no-plan-1");
    const refusedOnce = house.slack
      .callsOf("chat.postMessage")
      .filter(({ outcome }) => outcome === "invalid_blocks").length;
    expect(house.ours(first.thread).map(shownText)).toEqual([
      expect.stringContaining("workshop PUT /parts/{id}/stock"),
    ]);
    const reborn = house.platform();
    await reborn.post(second.chatId, card(), "no-plan-2");
    expect(house.slack.callsOf("chat.postMessage").filter(({ outcome }) => outcome === "invalid_blocks")).toHaveLength(
      refusedOnce,
    );
    house.slack.team().features.plan = true;
    await house.clock.sleep(8 * 24 * 3_600_000);
    await reborn.post(third.chatId, card(), "no-plan-3");
    expect(house.ours(third.thread)[0]?.blocks?.some((block) => block.type === "plan")).toBe(true);
  });
});

describe("a reply for one person", () => {
  const only: Outgoing = { kind: "say", text: "Too late.", onlyTo: asId<AccountId>("slack:T0ACME/U0BEN") };

  test("is seen by that person alone", async () => {
    const { thread, chatId } = house.chat();
    expect((await house.platform().post(chatId, only, "only-1")).kind).toBe("ok");
    expect(house.slack.ephemeralsTo("U0BEN", thread.channel).at(-1)).toMatchObject({
      text: "Too late.",
      thread_ts: thread.root,
    });
    expect(house.ours(thread)).toEqual([]);
  });

  test("that may have arrived is not repeated", async () => {
    const { thread, chatId } = house.chat();
    const before = house.slack.ephemeralsTo("U0BEN", thread.channel).length;
    house.slack.failNext({ method: "chat.postEphemeral", how: "cut-after" });
    await delivered((mayBeThere) => house.platform().post(chatId, only, "only-2", { mayBeThere }));
    await house.platform().post(chatId, only, "only-2", { mayBeThere: true });
    expect(house.slack.ephemeralsTo("U0BEN", thread.channel)).toHaveLength(before + 1);
  });

  test("who is not in the channel goes to their direct messages", async () => {
    const { chatId } = house.chat("C0SECRET");
    house.slack.world.teams.get("T0ACME")?.channels.get("C0SECRET")?.members.delete("U0BEN");
    await house.platform().post(chatId, only, "only-3");
    expect(house.slack.lastPost(house.slack.dmOf("U0BEN")).text).toBe("Too late.");
  });
});

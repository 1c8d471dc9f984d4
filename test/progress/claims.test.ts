import { expect, test } from "vitest";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceOpenRuns } from "../../core/progress/announce-open-runs.ts";
import { settle } from "../support/manual-clock.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { house, main, other } from "./poster-house.ts";

const never = new Promise<void>(() => {});

test("what was about to be posted when the process died may be there, and nothing else is looked for", async () => {
  const { propose, say, poster } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "slow", until: never });
  platform.faults(other, { kind: "slow", until: never });
  const first = poster(platform);
  const run = await propose();
  await say(other, "hello");
  await settle();
  await first.stop(0);
  await poster(platform).idle();
  const card = `card:${run.id}:${main}`;
  expect(platform.posts.map(({ key, mayBeThere }) => `${key} ${mayBeThere}`).sort()).toEqual(
    [`${card} false`, `${card} true`, "say:hello false", "say:hello true"].sort(),
  );
});

test("a try that failed may have got through: the next one looks, in the same process", async () => {
  const { say, poster, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "after" });
  const posting = poster(platform);
  await say(main, "hello");
  await settle();
  await clock.advance(2_000);
  await posting.idle();
  expect(platform.posts).toEqual([
    { key: "say:hello", mayBeThere: false },
    { key: "say:hello", mayBeThere: true },
  ]);
  expect(platform.said(main)).toEqual(["hello"]);
});

test("where one process works, a post costs two writes and an edit one", async () => {
  const { stores, propose, change, posterOf } = await house();
  let writes = 0;
  const counting: Stores = {
    ...stores,
    atomically: (work) => {
      writes += 1;
      return stores.atomically(work);
    },
  };
  const posting = posterOf({ stores: counting }, memoryPlatform());
  await posting.idle();
  writes = 0;
  const run = await propose();
  await posting.idle();
  expect(writes).toBe(2);
  await change(run, "queued");
  await posting.idle();
  expect(writes).toBe(3);
});

test("an edit that goes on in a new message is followed there", async () => {
  const { propose, change, poster } = await house();
  const platform = memoryPlatform({ editsOfOne: 1 });
  const posting = poster(platform);
  const run = await propose();
  for (const [from, to] of [
    ["draft", "queued"],
    ["queued", "running"],
    ["running", "waiting"],
  ] as const) {
    await posting.idle();
    await change(run, to, from);
  }
  await posting.idle();
  expect(platform.calls).toEqual({ posts: 1, edits: 3 });
  expect(platform.seen(main)).toMatchObject([{ kind: "card", state: "waiting" }]);
});

test("a sentence arrives at the platform with the key under which it was enqueued", async () => {
  const { stores, clock, poster } = await house();
  const platform = memoryPlatform();
  await stores.atomically((tx) => tx.outbox.say(main, "answer:message-1", { text: "400" }, clock.nowMs()));
  await poster(platform).idle();
  expect(platform.posts).toEqual([{ key: "answer:message-1", mayBeThere: false }]);
});

test("cards of open runs are shown again to a platform that was away, all of them, and those that just ended", async () => {
  const { stores, propose, change, poster, clock } = await house();
  const platform = memoryPlatform();
  const at = (n: number) => asId<ChatId>(`memory:chat-${n}`);
  for (let n = 0; n < 230; n++) await propose({ id: asId<RunId>(`run-${n}`), chatId: at(n) });
  await change(await propose({ id: asId<RunId>("long-ago") }), "cancelled");
  await clock.advance(3_600_001);
  await change(await propose({ id: asId<RunId>("lately"), chatId: other }), "cancelled");
  const first = poster(platform);
  await first.idle();
  await first.stop(0);
  await announceOpenRuns(stores, "memory", clock.nowMs());
  await poster(platform).idle();
  expect(platform.calls).toEqual({ posts: 232, edits: 231 });
  expect(platform.messages.find(({ chatId }) => chatId === main)?.versions).toHaveLength(1);
});

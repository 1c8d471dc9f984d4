import { expect, test } from "vitest";
import { asId, type RunId } from "../../core/domain/ids.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import type { ReadTx, Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { settle } from "../support/manual-clock.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { house, main, other } from "./poster-house.ts";

test("a run's card is posted once and edited after that", async () => {
  const { propose, change, poster } = await house();
  const platform = memoryPlatform();
  const posting = poster(platform);
  const run = await propose();
  await posting.idle();
  await change(run, "queued");
  await posting.idle();
  expect(platform.messages).toHaveLength(1);
  expect(platform.card(main)).toMatchObject({
    state: "queued",
    headline: "Confirmed · waiting for its turn · 2 steps",
  });
  expect(platform.card(main)?.notes).toContain("Asked by Ana Pérez, 09:00 UTC.");
});

test("what an earlier process left is told after a restart", async () => {
  const { propose, say, change, poster } = await house();
  await say(main, "left behind");
  const run = await propose();
  await change(run, "cancelled");
  const platform = memoryPlatform();
  await poster(platform).idle();
  expect(platform.said(main)).toEqual(["left behind"]);
  expect(platform.card(main)?.state).toBe("cancelled");
});

test("a face that forgets shows its open cards again after a restart, and no other ones", async () => {
  const { propose, change, poster } = await house();
  const run = await propose();
  const over = await propose({ id: asId<RunId>("run-over"), chatId: other });
  await change(over, "cancelled");
  const first = poster(memoryPlatform());
  await first.idle();
  await first.stop(0);
  const remembering = memoryPlatform();
  const second = poster(remembering);
  await second.idle();
  await second.stop(0);
  expect(remembering.calls).toEqual({ posts: 0, edits: 0 });
  const forgetting = { ...memoryPlatform(), forgetsOnExit: true };
  await poster(forgetting).idle();
  expect(forgetting.card(main)?.runId).toBe(run.id);
  expect(forgetting.seen(other)).toEqual([]);
});

test("an answer that was lost after posting does not post twice, a restart in between or not", async () => {
  const { propose, poster, clock, say } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "after" }, { kind: "after" });
  const first = poster(platform);
  await propose();
  await say(main, "hello");
  await settle();
  await first.stop(0);
  const second = poster(platform);
  await clock.advance(2_000);
  await second.idle();
  expect(platform.messages).toHaveLength(2);
  expect(platform.said(main)).toEqual(["hello"]);
  expect(platform.card(main)?.state).toBe("draft");
});

test("a post whose answer was lost does not keep showing what it showed: the retry brings it up to date", async () => {
  const { propose, change, poster, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "after" });
  const posting = poster(platform);
  const run = await propose();
  await settle();
  await change(run, "cancelled");
  await clock.advance(2_000);
  await posting.idle();
  expect(platform.messages).toHaveLength(1);
  expect(platform.card(main)?.state).toBe("cancelled");
});

test("a platform that fails is tried again with growing pauses until the final state shows", async () => {
  const { propose, change, poster, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, ...Array(5).fill({ kind: "before" }));
  const posting = poster(platform);
  const run = await propose();
  await change(run, "cancelled");
  await settle();
  const attempts: number[] = [];
  for (let second = 0; second < 40; second++) {
    attempts.push(platform.calls.posts);
    await clock.advance(1_000);
  }
  await posting.idle();
  expect(platform.calls.posts).toBe(6);
  expect(attempts[5]).toBeLessThan(6);
  expect(platform.card(main)?.state).toBe("cancelled");
});

test("sentences of a chat stay in order although the first one fails, restarts included", async () => {
  const { say, poster, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "before" }, { kind: "before" });
  const first = poster(platform);
  await say(main, "one");
  await settle();
  await say(main, "two");
  await settle();
  expect(platform.said(main)).toEqual([]);
  await first.stop(0);
  const second = poster(platform);
  await say(main, "three");
  await clock.advance(5_000);
  await second.idle();
  expect(platform.said(main)).toEqual(["one", "two", "three"]);
});

test("a chat that never answers holds up nobody else, not even behind a thousand sentences", async () => {
  const { say, poster, stores, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "slow", until: new Promise(() => {}) });
  await stores.atomically(async (tx) => {
    for (let n = 0; n < 1000; n++) await tx.outbox.say(main, `flood:${n}`, { text: `${n}` }, clock.nowMs());
  });
  await say(other, "me too");
  const posting = poster(platform);
  await posting.idle(other);
  expect(platform.said(other)).toEqual(["me too"]);
});

test("a sentence that is delivered while the outbox is being read is not delivered again", async () => {
  const { stores, say, posterOf } = await house();
  const platform = memoryPlatform({ honoursKeys: false });
  let deliver = () => {};
  const answered = new Promise<void>((resolve) => {
    deliver = resolve;
  });
  platform.faults(main, { kind: "slow", until: answered });
  let held: Promise<void> | undefined;
  const late = {
    ...stores,
    read: (async (work) => {
      const found = await stores.read(work);
      await held;
      return found;
    }) as typeof stores.read,
  };
  const posting = posterOf({ stores: late }, platform);
  await say(main, "once");
  await settle();
  let release = () => {};
  held = new Promise((resolve) => {
    release = resolve;
  });
  await say(other, "wakes the outbox");
  await settle();
  deliver();
  await settle();
  held = undefined;
  release();
  await posting.idle();
  expect(platform.said(main)).toEqual(["once"]);
});

test("a retry of one chat comes in time while another chat hangs", async () => {
  const { say, poster, clock } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "slow", until: new Promise(() => {}) });
  platform.faults(other, { kind: "before" });
  const posting = poster(platform);
  await say(main, "hangs");
  await say(other, "fails once");
  await settle();
  await clock.advance(1_000);
  await posting.idle(other);
  expect(platform.said(other)).toEqual(["fails once"]);
});

test("a platform that is broken does not hold up another one", async () => {
  const { stores, clock, poster } = await house();
  const broken = memoryPlatform({ face: "memory" });
  broken.faults(main, ...Array(50).fill({ kind: "before" }));
  const fine = memoryPlatform({ face: "fine" });
  poster(broken, fine);
  await stores.atomically(async (tx) => {
    await tx.outbox.say(main, "a", { text: "for the broken one" }, clock.nowMs());
    await tx.outbox.say(asId("fine:main"), "b", { text: "for the fine one" }, clock.nowMs());
  });
  await settle();
  expect(fine.said(asId("fine:main"))).toEqual(["for the fine one"]);
});

test("many changes within the platform's pause are one edit, and the last one wins", async () => {
  const { propose, change, poster, clock, stores } = await house();
  const platform = memoryPlatform({ editEveryMs: 1_000 });
  poster(platform);
  const run = await propose();
  await settle();
  await clock.advance(20);
  for (let n = 0; n < 50; n++) await stores.atomically((tx) => announceRun(tx, run, clock.nowMs()));
  await change(run, "queued");
  await change(run, "running", "queued");
  await clock.advance(900);
  expect(platform.calls).toEqual({ posts: 1, edits: 0 });
  await clock.advance(300);
  expect(platform.calls).toEqual({ posts: 1, edits: 1 });
  expect(platform.card(main)?.state).toBe("running");
});

test("an announcement that changes nothing a person sees sends nothing", async () => {
  const { propose, poster, stores, clock } = await house();
  const platform = memoryPlatform();
  const posting = poster(platform);
  const run = await propose();
  await posting.idle();
  await stores.atomically((tx) => announceRun(tx, run, clock.nowMs()));
  await posting.idle();
  expect(platform.calls).toEqual({ posts: 1, edits: 0 });
});

test("a card that a person deleted is posted afresh once", async () => {
  const { propose, change, poster } = await house();
  const platform = memoryPlatform();
  const posting = poster(platform);
  const run = await propose();
  await posting.idle();
  platform.remove("m1");
  await change(run, "queued");
  await posting.idle();
  expect(platform.messages).toHaveLength(2);
  expect(platform.card(main)?.state).toBe("queued");
  platform.remove("m2");
  await change(run, "running", "queued");
  await posting.idle();
  expect(platform.seen(main)).toEqual([]);
});

test("the post that replaces a deleted card is not doubled when its answer is lost and Piloto restarts", async () => {
  const { propose, change, poster, clock } = await house();
  const platform = memoryPlatform();
  const first = poster(platform);
  const run = await propose();
  await first.idle();
  platform.remove("m1");
  platform.faults(main, undefined, { kind: "after" });
  await change(run, "queued");
  await settle();
  await first.stop(0);
  const second = poster(platform);
  await clock.advance(2_000);
  await second.idle();
  expect(platform.seen(main)).toHaveLength(1);
});

test("what is said to a chat that is gone is given up, and the next chat is told", async () => {
  const { say, poster } = await house();
  const platform = memoryPlatform();
  platform.faults(main, { kind: "gone", why: "The channel was archived." });
  const posting = poster(platform);
  await say(main, "nobody hears this");
  await say(other, "somebody hears this");
  await posting.idle();
  expect(platform.said(main)).toEqual([]);
  expect(platform.said(other)).toEqual(["somebody hears this"]);
});

test("a database that does not answer is outlived", async () => {
  const { stores, clock, say, posterOf } = await house();
  let isBroken = true;
  const flaky = {
    ...stores,
    read: ((work) => (isBroken ? Promise.reject(new Error("down")) : stores.read(work))) as typeof stores.read,
  };
  const platform = memoryPlatform();
  await say(main, "after the outage");
  const posting = posterOf({ stores: flaky }, platform);
  await settle();
  isBroken = false;
  await clock.advance(5_000);
  await posting.idle();
  expect(platform.said(main)).toEqual(["after the outage"]);
});

test("sixty-four runs that change thousands of times are read and rendered once a pause each", async () => {
  const { stores, propose, clock, posterOf } = await house();
  let reads = 0;
  const counting = {
    ...stores,
    read: (work: Parameters<typeof stores.read>[0]) => stores.read((tx) => work(counted(tx))),
  };
  const countedGet = (tx: ReadTx) => (id: RunId) => {
    reads += 1;
    return tx.runs.get(id);
  };
  const counted = (tx: ReadTx): ReadTx =>
    new Proxy({} as ReadTx, {
      get: (_target, key) => (key === "runs" ? ({ get: countedGet(tx) } as ReadTx["runs"]) : Reflect.get(tx, key, tx)),
    });
  const platform = memoryPlatform({ editEveryMs: 1_000 });
  const posting = posterOf({ stores: counting as Stores }, platform);
  const runs: PlanRun[] = [];
  for (let n = 0; n < 64; n++) runs.push(await propose({ id: asId<RunId>(`run-${n}`) }));
  for (let round = 0; round < 50; round++) {
    await stores.atomically(async (tx) => {
      for (const run of runs) await announceRun(tx, run, clock.nowMs());
    });
    await clock.advance(40);
  }
  for (let pause = 0; pause < 60; pause++) await clock.advance(50);
  await posting.idle();
  expect(platform.messages).toHaveLength(64);
  // 3,200 changes in two seconds, a pause of one second: the post and three edits of a run at most.
  expect(reads).toBeGreaterThanOrEqual(2 * 64);
  expect(reads).toBeLessThanOrEqual(4 * 64);
});

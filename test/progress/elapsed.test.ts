import { expect, test } from "vitest";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { house, main } from "./poster-house.ts";

type Home = Awaited<ReturnType<typeof house>>;

/** A run whose first step has just begun, announced. */
async function working({ stores, clock, propose }: Home, change: Partial<PlanRun> = {}): Promise<PlanRun> {
  const run = await propose({ state: "running", startedAtMs: clock.nowMs(), ...change });
  await stores.atomically((tx) =>
    tx.steps.begin({ runId: run.id, number: 1, fence: 0, from: "pending", attempt: 1, atMs: clock.nowMs() }),
  );
  return run;
}

async function ends({ stores, clock }: Home, run: PlanRun): Promise<void> {
  await stores.atomically(async (tx) => {
    const end = { runId: run.id, number: 1, fence: 0, attempt: 1, state: "error", atMs: clock.nowMs() } as const;
    expect(await tx.steps.end(end)).toBe(true);
    await tx.runs.setState(run.id, { from: "running", to: "error", finishedAtMs: clock.nowMs() });
    await announceRun(tx, run, clock.nowMs());
  });
}

/** The stores, and how often they are written and read. */
function counting(stores: Stores) {
  const count = { writes: 0, reads: 0 };
  const counted: Stores = {
    ...stores,
    atomically: (work) => {
      count.writes += 1;
      return stores.atomically(work);
    },
    read: (work) => {
      count.reads += 1;
      return stores.read(work);
    },
  };
  return { count, counted };
}

const elapsed = (platform: ReturnType<typeof memoryPlatform>) => platform.card(main)?.steps[0]?.elapsed;

test("the time of a step that runs goes on, without a write, and stands when the run has ended", async () => {
  const home = await house();
  const { clock, posterOf, stores } = home;
  const platform = memoryPlatform({ showElapsedEveryMs: 5_000 });
  const { count, counted } = counting(stores);
  const run = await working(home);
  const posting = posterOf({ stores: counted }, platform);
  await posting.idle();
  count.writes = 0;
  const seen: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    await clock.advance(5_000);
    seen.push(elapsed(platform));
  }
  expect(seen).toEqual(["5 s", "10 s", "15 s", "20 s"]);
  expect(count.writes).toBe(0);
  await ends(home, run);
  await posting.idle();
  const { edits } = platform.calls;
  await clock.advance(60_000);
  expect(platform.card(main)?.state).toBe("error");
  expect(platform.calls.edits).toBe(edits);
});

test("the time goes on in the next process, from when its card is announced", async () => {
  const home = await house();
  const { clock, poster, stores } = home;
  const platform = memoryPlatform({ showElapsedEveryMs: 5_000 });
  const run = await working(home);
  const first = poster(platform);
  await first.idle();
  await first.stop(0);
  await clock.advance(60_000);
  expect(platform.calls.edits).toBe(0);
  const second = poster(platform);
  await stores.atomically((tx) => announceRun(tx, run, clock.nowMs()));
  await second.idle();
  await clock.advance(5_000);
  expect(elapsed(platform)).toBe("1 min 5 s");
});

test("a platform that does not want it is asked once, and one that fails is asked again in time", async () => {
  const quiet = await house();
  const calm = memoryPlatform();
  await working(quiet);
  await quiet.poster(calm).idle();
  await quiet.clock.advance(60_000);
  expect(calm.calls).toEqual({ posts: 1, edits: 0 });

  const home = await house();
  const platform = memoryPlatform({ showElapsedEveryMs: 5_000 });
  await working(home);
  await home.poster(platform).idle();
  platform.faults(main, { kind: "before" });
  await home.clock.advance(5_000);
  expect(platform.calls.edits).toBe(1);
  await home.clock.advance(5_000);
  expect(elapsed(platform)).toBe("10 s");
});

test("one card that its platform never takes costs the others a moment in each round", async () => {
  const home = await house();
  const { clock, poster } = home;
  const platform = memoryPlatform({ showElapsedEveryMs: 5_000 });
  const chats = Array.from({ length: 100 }, (_, n) => asId<ChatId>(`memory:chat-${n}`));
  for (const [n, chatId] of chats.entries()) await working(home, { id: asId<RunId>(`run-${n}`), chatId });
  await poster(platform).idle();
  platform.faults(chats[0]!, ...Array.from({ length: 50 }, () => ({ kind: "before" }) as const));
  for (let second = 0; second < 60; second++) await clock.advance(1_000);
  const shown = platform.messages.map(({ versions }) => versions.length).sort((a, b) => a - b);
  expect(shown).toHaveLength(100);
  expect(shown[0]).toBe(1);
  expect(shown[1]).toBeGreaterThanOrEqual(9);
});

test("a card that was shown again a moment ago keeps the platform's pause before its next edit", async () => {
  const home = await house();
  const { clock, poster } = home;
  const platform = memoryPlatform({ showElapsedEveryMs: 5_000, editEveryMs: 1_000 });
  const run = await working(home);
  await poster(platform).idle();
  await clock.advance(5_200);
  expect(platform.calls.edits).toBe(1);
  await ends(home, run);
  await clock.advance(500);
  expect(platform.calls.edits).toBe(1);
  await clock.advance(700);
  expect(platform.calls.edits).toBe(2);
  expect(platform.card(main)?.state).toBe("error");
});

test("many running runs take turns: no more than twenty of their cards a second, and none is forgotten", async () => {
  const clock = manualClock();
  const home = await house({ clock });
  const { posterOf, stores } = home;
  const platform = memoryPlatform({ showElapsedEveryMs: 1_000 });
  for (let n = 0; n < 60; n++) {
    await working(home, { id: asId<RunId>(`run-${n}`), chatId: asId<ChatId>(`memory:chat-${n}`) });
  }
  const { count, counted } = counting(stores);
  const posting = posterOf({ stores: counted }, platform);
  await posting.idle();
  await clock.advance(1_000);
  const before = platform.calls.edits;
  count.writes = 0;
  await clock.advance(6_000);
  expect(platform.calls.edits - before).toBeLessThanOrEqual(121);
  expect(platform.calls.edits - before).toBeGreaterThan(60);
  expect(platform.messages.filter(({ versions }) => versions.length < 2)).toEqual([]);
  expect(count.writes).toBe(0);
  await settle();
});

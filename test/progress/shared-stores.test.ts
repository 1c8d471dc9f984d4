import { afterAll, beforeAll, expect, test } from "vitest";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { announceRun } from "../../core/progress/announce.ts";
import type { ProgressPoster } from "../../core/progress/progress-poster.ts";
import { openPostgres, type PgPool, type PostgresOptions } from "../../storage/index.ts";
import { pgPool } from "../../storage/postgres/pg-pool.ts";
import { emptyPostgres } from "../storage/empty-postgres.ts";
import { pglitePool } from "../storage/pglite-pool.ts";
import { type PostgresServer, postgresServer } from "../storage/postgres-server.ts";
import { type ManualClock, manualClock, settle } from "../support/manual-clock.ts";
import { type MemoryPlatform, memoryPlatform } from "../support/memory-platform.ts";
import { house, main, other } from "./poster-house.ts";

/** A real server where there is one; else PostgreSQL in this process, whose transactions go one after another. */
let server: PostgresServer | undefined;
let pool: PgPool;
let source: PostgresOptions["source"];
beforeAll(async () => {
  server = await postgresServer();
  const url = await server?.newDatabase();
  pool = url ? pgPool(url, 1) : await pglitePool();
  source = url ? { url, connections: 4 } : { pool };
});
afterAll(async () => {
  await pool.end();
  server?.stop();
});

/** Two processes that serve one face on one PostgreSQL. Time waits for what they ask of it. */
async function two(platform: MemoryPlatform) {
  await emptyPostgres(pool);
  const life = { a: { isDead: false, asks: 0 }, b: { isDead: false, asks: 0 } };
  const clock = patient(manualClock(), () => life.a.asks + life.b.asks === 0);
  const home = await house({ clock, openStores: () => openPostgres({ source }) });
  const a = home.posterOf({ processName: "one", stores: dying(home.stores, life.a) }, platform);
  const b = home.posterOf({ processName: "two", stores: dying(home.stores, life.b) }, platform);
  return { ...home, life, a, b, all: () => untilTold(clock, a, b) };
}

/** A clock that is not ahead of a database on a busy computer: a claim of a minute would be over before it stands. */
function patient(clock: ManualClock, isQuiet: () => boolean): ManualClock {
  return {
    ...clock,
    async advance(ms) {
      await clock.advance(ms);
      while (!isQuiet()) await settle();
    },
  };
}

/** A process whose database went out of reach, until it comes back. */
function dying(stores: Stores, life: { isDead: boolean; asks: number }): Stores {
  async function unless<T>(work: () => Promise<T>): Promise<T> {
    if (life.isDead) throw new Error("out of reach");
    life.asks += 1;
    return work().finally(() => {
      life.asks -= 1;
    });
  }
  return {
    ...stores,
    atomically: (work) => unless(() => stores.atomically(work)),
    read: (work) => unless(() => stores.read(work)),
  };
}

/** Time goes on until everything is told. */
async function untilTold(clock: ManualClock, ...posters: ProgressPoster[]): Promise<void> {
  let isTold = false;
  const told = Promise.all(posters.map((poster) => poster.idle())).then(() => {
    isTold = true;
  });
  await until(clock, () => isTold);
  await told;
}

/** The platform, with the pace of a real one; counts edits of one message under way at once. */
function slowly(platform: MemoryPlatform) {
  const underWay = new Map<string, number>();
  const seen = { most: 0 };
  let turn = 0;
  return {
    ...platform,
    seen,
    async edit(...[chatId, ref, what]: Parameters<MemoryPlatform["edit"]>) {
      underWay.set(ref, (underWay.get(ref) ?? 0) + 1);
      seen.most = Math.max(seen.most, underWay.get(ref) ?? 0);
      turn += 1;
      await settle((turn * 7) % 40);
      const posted = await platform.edit(chatId, ref, what);
      underWay.set(ref, (underWay.get(ref) ?? 1) - 1);
      return posted;
    },
  };
}

test("two processes tell every sentence once, in order, with a platform that cannot tell repeats", async () => {
  const platform = memoryPlatform({ honoursKeys: false });
  const { stores, clock, all } = await two(platform);
  for (let n = 0; n < 12; n++) {
    await stores.atomically(async (tx) => {
      await tx.outbox.say(main, `a${n}`, { text: `a${n}` }, clock.nowMs());
      await tx.outbox.say(other, `b${n}`, { text: `b${n}` }, clock.nowMs());
    });
    if (n % 4 === 0) await clock.advance(10);
  }
  await all();
  const inOrder = (letter: string) => Array.from({ length: 12 }, (_, n) => `${letter}${n}`);
  expect(platform.said(main)).toEqual(inOrder("a"));
  expect(platform.said(other)).toEqual(inOrder("b"));
});

test("two processes show each card once, never edit it at the same time, and the latest facts stand", async () => {
  const platform = memoryPlatform({ honoursKeys: false });
  const slow = slowly(platform);
  const { propose, change, clock, all } = await two(slow as never);
  const chats = [main, other, asId<ChatId>("memory:third")];
  const runs = await Promise.all(chats.map((chatId, n) => propose({ id: asId<RunId>(`run-${n}`), chatId })));
  const road = ["draft", "queued", "running", "waiting", "queued", "running", "done"] as const;
  for (let at = 1; at < road.length; at++) {
    for (const run of runs) await change(run, road[at]!, road[at - 1]!);
    await clock.advance(1);
    await settle(at * 15);
  }
  await all();
  expect(platform.messages).toHaveLength(3);
  for (const chatId of chats) expect(platform.card(chatId)?.state).toBe("done");
  expect(slow.seen.most).toBe(1);
  for (const { versions } of platform.messages) {
    const states = versions.map((what) => road.lastIndexOf((what as { state: "draft" }).state));
    expect(states.at(-1)).toBe(road.length - 1);
  }
});

test("a process that hangs with an old picture loses the card, and what it shows late does not stay", async () => {
  const platform = memoryPlatform();
  const { propose, change, clock, life, a, b, all } = await two(platform);
  const run = await propose();
  await all();
  life.b.isDead = true;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  platform.faults(main, { kind: "slow", until: answered });
  await change(run, "queued");
  await until(clock, () => platform.calls.edits === 1);
  // The process with the old picture is cut off; the other one comes back when its claim is over.
  life.a.isDead = true;
  life.b.isDead = false;
  await change(run, "running", "queued");
  await until(clock, () => platform.card(main)?.state === "running");
  life.a.isDead = false;
  answer();
  await untilTold(clock, a, b);
  const shown = platform.messages[0]!.versions.map((what) => (what as { state: string }).state);
  expect(shown).toEqual(["draft", "running", "queued", "running"]);
});

test("what a process was telling when it died is told by the other one, who looks for it first", async () => {
  const platform = memoryPlatform();
  const { say, clock, life, b } = await two(platform);
  life.b.isDead = true;
  platform.faults(main, { kind: "slow", until: new Promise(() => {}) });
  await say(main, "hello");
  await until(clock, () => platform.calls.posts === 1);
  life.a.isDead = true;
  life.b.isDead = false;
  await untilTold(clock, b);
  expect(platform.posts).toEqual([
    { key: "say:hello", mayBeThere: false },
    { key: "say:hello", mayBeThere: true },
  ]);
  expect(platform.said(main)).toEqual(["hello"]);
});

test("a delivery that takes minutes stays with its process as long as that lives", async () => {
  const platform = memoryPlatform({ honoursKeys: false });
  const { say, clock, all } = await two(platform);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  platform.faults(main, { kind: "slow", until: answered });
  await say(main, "hello");
  await until(clock, () => platform.calls.posts === 1);
  for (let second = 0; second < 200; second += 5) await clock.advance(5_000);
  answer();
  await all();
  expect(platform.posts).toHaveLength(1);
});

test("the time of a running step goes on once, not once for each process", async () => {
  const platform = memoryPlatform({ showElapsedEveryMs: 1_000 });
  const { stores, propose, clock, all } = await two(platform);
  const run = await propose({ state: "running", startedAtMs: clock.nowMs() });
  await stores.atomically(async (tx) => {
    await tx.steps.begin({ runId: run.id, number: 1, fence: 0, from: "pending", attempt: 1, atMs: clock.nowMs() });
    // The card may stand already, without the step.
    await announceRun(tx, run, clock.nowMs());
  });
  await all();
  const times = () =>
    platform.messages[0]!.versions.flatMap((what) => (what.kind === "card" ? (what.steps[0]?.elapsed ?? []) : []));
  await until(clock, () => times().length >= 5);
  expect(new Set(times()).size).toBe(times().length);
  await stores.atomically(async (tx) => {
    await tx.steps.end({ runId: run.id, number: 1, fence: 0, attempt: 1, state: "error", atMs: clock.nowMs() });
    await tx.runs.setState(run.id, { from: "running", to: "error", finishedAtMs: clock.nowMs() });
    await announceRun(tx, run, clock.nowMs());
  });
  await all();
  const { edits } = platform.calls;
  for (let n = 0; n < 50; n++) await clock.advance(100);
  expect(platform.card(main)?.state).toBe("error");
  expect(platform.calls.edits).toBe(edits);
});

async function until(clock: ManualClock, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!isSo() && Date.now() < deadline) await clock.advance(20);
  expect(isSo()).toBe(true);
}

import { afterAll, describe, expect, test } from "vitest";
import { pglitePool } from "../storage/pglite-pool.ts";
import { sampled } from "../support/sampled.ts";
import { type Disk, pgliteDisk, sqliteDisk } from "./disks.ts";
import { busyForLong, handedBack, STORIES } from "./stories.ts";
import { sweep, sweepTwice } from "./sweep.ts";

const pool = await pglitePool();
/** A process takes five times as long to start there; going back to the queue is also what the hourly limit does. */
const ON_SQLITE_ALONE: readonly unknown[] = [busyForLong, handedBack];
const onPostgres = STORIES.filter((makeStory) => !ON_SQLITE_ALONE.includes(makeStory));

const points = new Map<string, number>();
afterAll(async () => {
  for (const [name, count] of points) console.info(`${name}: killed at ${count} points in all`);
  await pool.end();
});

describe.each([
  { name: "SQLite", makeDisk: async (): Promise<Disk> => sqliteDisk(), stories: STORIES, pairs: 10 },
  { name: "PostgreSQL (PGlite)", makeDisk: () => pgliteDisk(pool), stories: onPostgres, pairs: 2 },
])("a process killed on $name", ({ name, makeDisk, stories, pairs }) => {
  describe.each(stories.map((makeStory, at) => ({ story: makeStory().name, makeStory, at })))(
    "$story:",
    ({ story, makeStory, at }) => {
      const where = { makeDisk, name: `${name.slice(0, 1)}-${at}`, seed: at };

      test("before and after every commit and every effect loses and repeats nothing", {
        timeout: 60_000,
      }, async () => {
        const count = await sweep(makeStory, where);
        console.info(`${name}, ${story}: killed at ${count} points, both sides of every commit and effect`);
        points.set(name, (points.get(name) ?? 0) + count);
        expect(count).toBeGreaterThanOrEqual(sampled(6, 1));
      });

      test("and killed again while it recovers loses and repeats nothing", { timeout: 60_000 }, async () => {
        await sweepTwice(makeStory, pairs, where);
      });
    },
  );
});

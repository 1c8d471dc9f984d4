import { afterAll, describe, expect, test } from "vitest";
import { pglitePool } from "../storage/pglite-pool.ts";
import { holds, oneCase } from "./crash-sweep.ts";
import { type Disk, pgliteDisk, sqliteDisk } from "./disks.ts";

const MOST_POINTS = 400;
const pool = await pglitePool();
afterAll(() => pool.end());

describe.each([
  { name: "SQLite", makeDisk: async (): Promise<Disk> => sqliteDisk() },
  { name: "PostgreSQL (PGlite)", makeDisk: () => pgliteDisk(pool) },
])("a process killed on $name", ({ name, makeDisk }) => {
  test("before and after every commit and every effect loses and repeats nothing", { timeout: 20_000 }, async () => {
    let points = 0;
    let survived = 0;
    // Bursts share a commit, so the number of points moves a little: three that live in a row are the end.
    for (let at = 0; survived < 3; at++) {
      const disk = await makeDisk();
      const one = await oneCase(disk, `${name.slice(0, 1)}-${at}`, { first: at });
      const stores = await disk.open();
      await holds(stores, one);
      await stores.close();
      await disk.end();
      survived = one.hasDied ? 0 : survived + 1;
      if (one.hasDied) points += 1;
      expect(at).toBeLessThan(MOST_POINTS);
    }
    console.info(`${name}: killed at ${points} points, both sides of every commit and effect`);
    expect(points).toBeGreaterThanOrEqual(20);
  });

  test("and killed again while it recovers loses and repeats nothing", { timeout: 20_000 }, async () => {
    for (let n = 0; n < 30; n++) {
      const disk = await makeDisk();
      const one = await oneCase(disk, `${name.slice(0, 1)}-again-${n}`, { first: (n * 7) % 40, second: (n * 5) % 23 });
      const stores = await disk.open();
      await holds(stores, one);
      await stores.close();
      await disk.end();
    }
  });
});

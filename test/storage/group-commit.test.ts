import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";

let folder: string;
let stores: SqliteStores;
let commits: number;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-group-"));
  stores = await openSqlite({
    folder,
    onCommitPoint: (when) => {
      if (when === "after") commits += 1;
    },
  });
  commits = 0;
});
afterEach(async () => {
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

const set = (key: string) => stores.atomically((tx) => tx.settings.set(key, "1"));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("units that wait at the same time share a commit", async () => {
  await Promise.all(Array.from({ length: 64 }, (_, n) => set(`k${n}`)));
  // A group also ends when it took long, which it does where the processors are busy.
  expect(commits).toBeGreaterThan(0);
  expect(commits).toBeLessThanOrEqual(4);
});

test("a unit that only read costs no commit", async () => {
  await stores.atomically((tx) => tx.settings.get("a"));
  expect(commits).toBe(0);
});

test("a unit that waits for the outside is rolled back, and the others are written", async () => {
  const outcomes = await Promise.allSettled([
    set("before"),
    stores.atomically(async (tx) => {
      await tx.settings.set("never", "1");
      await pause(5);
      await tx.settings.set("never either", "1");
    }),
    set("after"),
  ]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(isPilotoError((outcomes[1] as PromiseRejectedResult).reason, "FOREIGN_AWAIT")).toBe(true);
  await pause(10);
  await stores.read(async (tx) => {
    expect(await tx.settings.get("before")).toBe("1");
    expect(await tx.settings.get("never")).toBeUndefined();
    expect(await tx.settings.get("never either")).toBeUndefined();
    expect(await tx.settings.get("after")).toBe("1");
  });
});

test("a transaction inside a transaction is refused, not waited for", async () => {
  const nested = stores.atomically(async () => {
    await set("inner");
  });
  await expect(nested).rejects.toMatchObject({ code: "FOREIGN_AWAIT" });
});

test("a read that waits for the outside is refused", async () => {
  await expect(stores.read(() => pause(5))).rejects.toMatchObject({ code: "FOREIGN_AWAIT" });
});

test("a unit that starts many statements without waiting for each has them all", async () => {
  await stores.atomically(async (tx) => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => tx.settings.set(`k${n}`, "1")));
  });
  expect(await stores.read((tx) => tx.settings.get("k19"))).toBe("1");
});

test("a reader beside a writer is not kept waiting by its transaction", async () => {
  const order: string[] = [];
  const writing = stores
    .atomically(async (tx) => {
      for (let n = 0; n < 500; n++) await tx.settings.set(`k${n}`, "1");
    })
    .then(() => order.push("written"));
  await stores.read((tx) => tx.settings.get("k0"));
  order.push("read");
  await writing;
  expect(order).toEqual(["read", "written"]);
});

test("dying before a shared commit loses the whole group, and everybody hears so", async () => {
  let isDying = false;
  const dying = await openSqlite({
    folder,
    onCommitPoint: (when) => {
      if (isDying && when === "before") throw new Error("died");
    },
  });
  isDying = true;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => dying.atomically((tx) => tx.settings.set(`k${n}`, "1"))),
  );
  expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
  expect(await stores.read((tx) => tx.settings.get("k0"))).toBeUndefined();
  await dying.close();
});

describe("with another process that writes to the same file", () => {
  test("a writer waits for its turn, without blocking the event loop, and then writes", async () => {
    const other = new BetterSqlite3(stores.file);
    other.exec("begin immediate");
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);
    const writing = set("patient");
    await pause(400);
    other.exec("commit");
    await writing;
    clearInterval(ticking);
    other.close();
    expect(await stores.read((tx) => tx.settings.get("patient"))).toBe("1");
    expect(ticks).toBeGreaterThan(2);
  });
});

test("the log gets its full length once, and nothing of it stays in the file", async () => {
  for (let n = 0; n < 60; n++) await set(`k${n}`);
  const { db } = stores.connection;
  const logBytes = statSync(`${stores.file}-wal`).size;
  expect(logBytes).toBeGreaterThan(8_000_000);
  expect(db.pragma("page_count", { simple: true })).toBeLessThan(200);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(await stores.read((tx) => tx.settings.get("log 0"))).toBeUndefined();
});

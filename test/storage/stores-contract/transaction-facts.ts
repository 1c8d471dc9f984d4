import { expect, test } from "vitest";
import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Stores, Tx } from "../../../core/ports/stores.ts";
import type { Subject } from "./subject.ts";

const value = (stores: Stores, key: string) => stores.read((tx) => tx.settings.get(key));

/** All or nothing, and what a crash leaves. */
export function transactionFacts({ fresh, again, isShared }: Subject): void {
  test("a transaction that throws leaves nothing", async () => {
    const stores = await fresh();
    const failing = stores.atomically(async (tx) => {
      await tx.settings.set("a", "1");
      await tx.audit.append({ atMs: 1, by: "x", did: "y", target: "z", detail: {} });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await value(stores, "a")).toBeUndefined();
    expect((await stores.read((tx) => tx.audit.head())).seq).toBe(0);
  });

  test("one of many waiting units fails and the others are written", async () => {
    const stores = await fresh();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        stores.atomically(async (tx) => {
          await tx.settings.set(`k${n}`, "1");
          await tx.audit.append({ atMs: n, by: "x", did: "y", target: `${n}`, detail: {} });
          if (n % 7 === 3) throw new Error("no");
          return n;
        }),
      ),
    );
    for (const [n, outcome] of outcomes.entries()) {
      expect(outcome.status).toBe(n % 7 === 3 ? "rejected" : "fulfilled");
      expect(await value(stores, `k${n}`)).toBe(n % 7 === 3 ? undefined : "1");
    }
    const written = outcomes.filter((outcome) => outcome.status === "fulfilled").length;
    expect((await stores.read((tx) => tx.audit.head())).seq).toBe(written);
  });

  test("the first of many waiting units fails and the others are written", async () => {
    const stores = await fresh();
    const outcomes = await Promise.allSettled(
      [0, 1, 2].map((n) =>
        stores.atomically(async (tx) => {
          await tx.settings.set(`k${n}`, "1");
          if (n === 0) throw new Error("no");
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(await value(stores, "k0")).toBeUndefined();
    expect(await value(stores, "k2")).toBe("1");
  });

  test("a transaction that is over can write nothing more", async () => {
    const stores = await fresh();
    let kept: Tx | undefined;
    await stores.atomically(async (tx) => {
      kept = tx;
    });
    await expect(kept!.settings.set("late", "1")).rejects.toThrow("over");
    expect(await value(stores, "late")).toBeUndefined();
  });

  test("a read cannot write", async () => {
    const stores = await fresh();
    await expect(stores.read((tx) => (tx as Tx).settings.set("a", "1"))).rejects.toThrow("read wanted to write");
    const entry = { atMs: 1, by: "x", did: "y", target: "z", detail: {} };
    await expect(
      stores.read(async (tx) => {
        await (tx as Tx).audit.append(entry);
        await tx.audit.head();
      }),
    ).rejects.toThrow("read wanted to write");
    expect(await value(stores, "a")).toBeUndefined();
  });

  test("a reader sees what was committed before it began, and nothing uncommitted", async () => {
    const stores = await fresh();
    await stores.atomically((tx) => tx.settings.set("a", "1"));
    const writing = stores.atomically((tx) => tx.settings.set("a", "2"));
    expect(["1", "2"]).toContain(await value(stores, "a"));
    await writing;
    expect(await value(stores, "a")).toBe("2");
  });

  test("listeners hear of a commit, once for a burst, and not after they left", async () => {
    const stores = await fresh();
    let heard = 0;
    const stop = stores.onCommit(() => {
      heard += 1;
    });
    await stores.atomically((tx) => tx.settings.set("a", "1"));
    await expect.poll(() => heard).toBeGreaterThan(0);
    stop();
    // A commit may still be noticed from outside for a moment; after leaving nothing is heard at all.
    const before = heard;
    await stores.atomically((tx) => tx.settings.set("a", "2"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toBe(before);
  });

  if (isShared) {
    test("a commit of another process is noticed", async () => {
      const stores = await fresh();
      const other = (await again(stores))!;
      let heard = 0;
      stores.onCommit(() => {
        heard += 1;
      });
      await other.atomically((tx) => tx.settings.set("a", "from elsewhere"));
      await expect.poll(() => heard, { timeout: 5_000 }).toBeGreaterThan(0);
      expect(await value(stores, "a")).toBe("from elsewhere");
      await other.close();
    });
  }

  test("dying before a commit leaves nothing, and everything after it is refused", async () => {
    let isDying = false;
    const stores = await fresh({
      onCommitPoint: (when) => {
        if (isDying && when === "before") throw new Error("died");
      },
    });
    isDying = true;
    await expect(stores.atomically((tx) => tx.settings.set("a", "1"))).rejects.toThrow("died");
    await expect(stores.atomically((tx) => tx.settings.set("b", "1"))).rejects.toThrow("died");
    await expect(value(stores, "a")).rejects.toThrow("died");
    const reopened = await again(stores);
    if (reopened) expect(await value(reopened, "a")).toBeUndefined();
    await reopened?.close();
  });

  test("dying after a commit keeps it, although nobody hears of it", async () => {
    let isDying = false;
    const stores = await fresh({
      onCommitPoint: (when) => {
        if (isDying && when === "after") throw new Error("died");
      },
    });
    isDying = true;
    await expect(stores.atomically((tx) => tx.settings.set("a", "1"))).rejects.toThrow("died");
    await expect(stores.atomically((tx) => tx.settings.set("b", "1"))).rejects.toThrow("died");
    const reopened = await again(stores);
    if (reopened) expect(await value(reopened, "a")).toBe("1");
    await reopened?.close();
  });

  test("closed stores refuse work in words, after finishing what was under way", async () => {
    const stores = await fresh();
    const underWay = stores.atomically((tx) => tx.settings.set("a", "1"));
    const closing = stores.close();
    await expect(underWay).resolves.toBeUndefined();
    await closing;
    const late = await stores.atomically((tx) => tx.settings.set("a", "2")).catch((error) => error);
    expect(isPilotoError(late, "STORE_UNREACHABLE")).toBe(true);
    await expect(stores.close()).resolves.toBeUndefined();
  });

  test("settings, secrets and call counts keep what they are told", async () => {
    const stores = await fresh();
    const place = "service:workshop/parts";
    await stores.atomically(async (tx) => {
      await tx.settings.set("language", "en");
      await tx.settings.set("language", "es");
      await tx.secrets.put({ place, sealed: "one", keyId: "k1" }, 1);
      await tx.secrets.put({ place, sealed: "two", keyId: "k2" }, 2);
    });
    await stores.read(async (tx) => {
      expect(await tx.settings.get("language")).toBe("es");
      expect(await tx.secrets.get(place)).toEqual({ place, sealed: "two", keyId: "k2" });
      expect(await tx.secrets.list()).toHaveLength(1);
    });
    expect(await stores.atomically((tx) => tx.secrets.remove(place))).toBe(true);
    expect(await stores.atomically((tx) => tx.secrets.remove(place))).toBe(false);
  });

  test("calls are counted by the hour and refused at the limit", async () => {
    const stores = await fresh();
    const take = (atMs: number, max = 2) => stores.atomically((tx) => tx.limits.takeCalls("p" as never, atMs, max, 1));
    expect(await take(10, 0)).toBe(0);
    expect([await take(10), await take(11), await take(12)]).toEqual([1, 1, 0]);
    expect(await take(3_600_000)).toBe(1);
  });

  test("several calls are taken at once far from the limit, one by one near it, and never more than it", async () => {
    const stores = await fresh();
    const take = (want: number) => stores.atomically((tx) => tx.limits.takeCalls("p" as never, 10, 100, want));
    expect([await take(4), await take(4)]).toEqual([4, 4]);
    let taken = 8;
    for (let got = await take(4); got > 0; got = await take(4)) taken += got;
    expect(taken).toBe(100);
    await stores.atomically((tx) => tx.limits.giveCallsBack("p" as never, 10, 2));
    expect([await take(4), await take(1), await take(1)]).toEqual([1, 1, 0]);
  });

  test("large and odd values come back as they were", async () => {
    const stores = await fresh();
    const odd = `é ñ 🛠 \u0001 ' " \\ ${"x".repeat(2_000_000)}`;
    await stores.atomically((tx) => tx.settings.set("odd", odd));
    expect(await value(stores, "odd")).toBe(odd);
  });

  test("a text with the character NUL is kept, if need be with its picture", async () => {
    const stores = await fresh();
    await stores.atomically((tx) => tx.settings.set("odd", "a\0b"));
    expect(["a\0b", "a\u2400b"]).toContain(await value(stores, "odd"));
  });
}

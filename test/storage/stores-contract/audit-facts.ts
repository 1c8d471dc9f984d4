import { expect, test } from "vitest";
import { AUDIT_GENESIS, auditHash } from "../../../core/domain/audit-chain.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import type { Subject } from "./subject.ts";

async function expectOneChain(stores: Stores, length: number): Promise<void> {
  const entries = await stores.read((tx) => tx.audit.after(0, 10_000));
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length }, (_, i) => i + 1));
  let hash = AUDIT_GENESIS;
  for (const entry of entries) {
    expect(entry.prevHash).toBe(hash);
    expect(entry.hash).toBe(auditHash(entry));
    hash = entry.hash;
  }
  expect(await stores.read((tx) => tx.audit.head())).toEqual({ seq: length, hash });
}

/** The audit chain. */
export function auditFacts({ fresh, again }: Subject): void {
  test("audit entries are one chain, in the order they were appended", async () => {
    const stores = await fresh();
    const entry = (n: number) => ({
      atMs: n,
      by: "terminal:ana",
      did: "begin-step",
      target: `run-${n}`,
      detail: { n, ñ: [1.5, null] },
    });
    await stores.atomically(async (tx) => {
      await tx.audit.append(entry(1), entry(2));
      expect((await tx.audit.head()).seq).toBe(2);
      await tx.audit.append(entry(3));
    });
    await stores.atomically((tx) => tx.audit.append(entry(4)));
    await expectOneChain(stores, 4);
    const later = await stores.read((tx) => tx.audit.after(2, 1));
    expect(later).toMatchObject([
      { seq: 3, by: "terminal:ana", did: "begin-step", target: "run-3", detail: entry(3).detail },
    ]);
  });

  test("many writers at once, some failing, in two processes, still make one chain", async () => {
    const stores = await fresh();
    const other = (await again(stores)) ?? stores;
    const writers = Array.from({ length: 60 }, (_, n) =>
      (n % 2 === 0 ? stores : other).atomically(async (tx) => {
        await tx.audit.append({ atMs: n, by: "piloto", did: "begin-step", target: `${n}`, detail: {} });
        if (n % 10 === 9) {
          await tx.audit.head();
          throw new Error("no");
        }
        await tx.audit.append({ atMs: n, by: "piloto", did: "end-step", target: `${n}`, detail: {} });
      }),
    );
    await Promise.allSettled(writers);
    await expectOneChain(stores, 54 * 2);
    if (other !== stores) await other.close();
  });
}

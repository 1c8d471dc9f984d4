import { expect, test } from "vitest";
import type { Stores } from "../../../core/ports/stores.ts";
import { ANA, BEN, bootId, CHAT, draft, enqueued, message, project, running, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

/** What must hold when several processes act in the same moment. */
export function raceFacts({ fresh, again }: Subject): void {
  /** Two processes on the same data, where the database allows that; else one process, twice. */
  async function pair(): Promise<[Stores, Stores, () => Promise<void>]> {
    const one = await fresh();
    const two = await again(one);
    return [one, two ?? one, async () => two?.close()];
  }

  test("of many who decide the same plan at once, one wins", async () => {
    const [one, two, end] = await pair();
    for (let round = 0; round < 10; round++) {
      const run = draft();
      await one.atomically((tx) => tx.runs.create(run));
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          (n % 2 === 0 ? one : two).atomically(async (tx) => {
            const to = n % 4 < 2 ? ("queued" as const) : ("cancelled" as const);
            const ok = await tx.runs.setState(run.id, { from: "draft", revision: 1, to, decidedBy: n % 2 ? ANA : BEN });
            if (ok && to === "queued") await tx.queue.enqueue({ ...run, runId: run.id, priority: 0, atMs: 1 });
            return ok;
          }),
        ),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
    }
    await end();
  });

  test("no item is claimed twice, and no project goes over its limit, by claimers in two processes", async () => {
    const [one, two, end] = await pair();
    await one.atomically((tx) => tx.projects.put(project(WORKSHOP, 5)));
    for (let n = 0; n < 12; n++) await enqueued(one, { proposedAtMs: n });
    const claims = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        (n % 2 === 0 ? one : two).atomically((tx) =>
          tx.queue.claim({ owner: bootId(`b${n}`), nowMs: 5_000, leaseMs: 1_000, limit: 3 }),
        ),
      ),
    );
    const ids = claims.flat().map((claim) => claim.runId);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(5);
    await end();
  });

  test("a step write and a claim in the same moment: a stale fence never gets through", async () => {
    const [one, two, end] = await pair();
    for (let round = 0; round < 15; round++) {
      const { run, fence } = await running(one);
      const [begun, claimed] = await Promise.all([
        one.atomically((tx) =>
          tx.steps.begin({ runId: run.id, number: 1, fence, from: "pending", attempt: 1, atMs: 1 }),
        ),
        two.atomically((tx) => tx.queue.claim({ owner: bootId("thief"), nowMs: 1e9, leaseMs: 1e12, limit: 1 })),
      ]);
      expect(claimed).toEqual([{ runId: run.id, fence: fence + 1 }]);
      const again = await one.atomically((tx) =>
        tx.steps.begin({ runId: run.id, number: 2, fence, from: "pending", attempt: 1, atMs: 2 }),
      );
      expect(again).toBe(false);
      // Whether the first write came before the claim or not, the record agrees with what it was told.
      const attempts = await one.read((tx) => tx.steps.attempts(run.id));
      expect(attempts).toHaveLength(begun ? 1 : 0);
      await two.atomically((tx) => tx.queue.settle({ runId: run.id, fence: fence + 1 }));
    }
    await end();
  });

  test("of many who want a chat's turn at once, one gets it", async () => {
    const [one, two, end] = await pair();
    await one.atomically((tx) => tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 }));
    const got = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? one : two).atomically((tx) => tx.chats.takeTurn(CHAT, bootId(`b${n}`), 0, 1_000)),
      ),
    );
    expect(got.filter(Boolean)).toHaveLength(1);
    await end();
  });

  test("a message that is delivered many times at once is taken once", async () => {
    const [one, two, end] = await pair();
    await one.atomically((tx) => tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 }));
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? one : two).atomically((tx) => tx.messages.add(message(n, { key: "the same" }))),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    await end();
  });

  test("calls taken by two processes at once never pass the limit", async () => {
    const [one, two, end] = await pair();
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? one : two).atomically((tx) => tx.limits.takeCalls(WORKSHOP, 1, 7, 1)),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(7);
    await end();
  });
}

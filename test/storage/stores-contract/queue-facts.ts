import { expect, test } from "vitest";
import { asId, type ProjectId } from "../../../core/domain/ids.ts";
import type { PlanRun } from "../../../core/domain/plan-run.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { bootId, enqueued, project, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

const [A, B] = [bootId("a"), bootId("b")];
const claim = (stores: Stores, by: { owner?: typeof A; nowMs?: number; limit?: number } = {}) =>
  stores.atomically((tx) => tx.queue.claim({ owner: A, nowMs: 5_000, leaseMs: 1_000, limit: 10, ...by }));
const boot = (stores: Stores, id: typeof A, processName = "piloto") =>
  stores.atomically((tx) => tx.queue.boot({ id, processName, atMs: 1 }));

/** The durable queue: claims, leases, fences, boots. */
export function queueFacts({ fresh }: Subject): void {
  test("a run is queued once", async () => {
    const stores = await fresh();
    const run = await enqueued(stores);
    const again = { ...run, runId: run.id, priority: 0, atMs: 1 };
    expect(await stores.atomically((tx) => tx.queue.enqueue(again))).toBe(false);
    expect(await stores.read((tx) => tx.queue.size())).toEqual({ waiting: 1, held: 0 });
    expect(await stores.read((tx) => tx.queue.get(run.id))).toEqual({
      runId: run.id,
      projectId: run.projectId,
      chatId: run.chatId,
      priority: 0,
      enqueuedAtMs: 1_000,
      availableAtMs: 1_000,
    });
  });

  test("higher priority is claimed first, then who came first, each once, with a raised fence", async () => {
    const stores = await fresh();
    const late = await enqueued(stores, { proposedAtMs: 300 });
    const early = await enqueued(stores, { proposedAtMs: 100 });
    const urgent = await enqueued(stores, { proposedAtMs: 400 }, 5);
    expect(await claim(stores, { limit: 2 })).toEqual([
      { runId: urgent.id, fence: 1 },
      { runId: early.id, fence: 1 },
    ]);
    expect(await claim(stores, { owner: B })).toEqual([{ runId: late.id, fence: 1 }]);
    expect(await claim(stores)).toEqual([]);
    expect((await stores.read((tx) => tx.runs.get(late.id)))?.fence).toBe(1);
    expect(await stores.read((tx) => tx.queue.size())).toEqual({ waiting: 0, held: 3 });
    expect(await stores.read((tx) => tx.queue.get(late.id))).toMatchObject({ owner: B, leaseUntilMs: 6_000 });
  });

  test("an item is not claimed before it is available, and a lease that ended is", async () => {
    const stores = await fresh();
    const run = await enqueued(stores);
    await claim(stores);
    const hold = { runId: run.id, fence: 1 };
    expect(await stores.read((tx) => tx.queue.nextDueMs())).toBe(6_000);
    expect(await stores.atomically((tx) => tx.queue.extend({ ...hold, owner: A, untilMs: 8_000 }))).toBe(true);
    expect(await stores.atomically((tx) => tx.queue.extend({ ...hold, owner: B, untilMs: 9_000 }))).toBe(false);
    expect(await claim(stores, { owner: B, nowMs: 7_999 })).toEqual([]);
    expect(await claim(stores, { owner: B, nowMs: 8_000 })).toEqual([{ runId: run.id, fence: 2 }]);
    expect(await stores.atomically((tx) => tx.queue.giveBack({ ...hold, availableAtMs: 1 }))).toBe(false);
    expect(await stores.atomically((tx) => tx.queue.giveBack({ runId: run.id, fence: 2, availableAtMs: 20_000 }))).toBe(
      true,
    );
    expect(await stores.atomically((tx) => tx.queue.giveBack({ runId: run.id, fence: 2, availableAtMs: 1 }))).toBe(
      false,
    );
    expect(await stores.read((tx) => tx.queue.nextDueMs())).toBe(20_000);
    expect(await claim(stores, { nowMs: 19_999 })).toEqual([]);
    expect(await claim(stores, { nowMs: 20_000 })).toEqual([{ runId: run.id, fence: 3 }]);
  });

  test("a settled item is gone, and can be queued again", async () => {
    const stores = await fresh();
    const run = await enqueued(stores);
    expect(await stores.atomically((tx) => tx.queue.settle({ runId: run.id, fence: 0 }))).toBe(false);
    await claim(stores);
    expect(await stores.atomically((tx) => tx.queue.settle({ runId: run.id, fence: 1 }))).toBe(true);
    expect(await stores.read((tx) => tx.queue.get(run.id))).toBeUndefined();
    expect(await stores.read((tx) => tx.queue.nextDueMs())).toBeUndefined();
    const again = { ...run, runId: run.id, priority: 0, atMs: 1 };
    expect(await stores.atomically((tx) => tx.queue.enqueue(again))).toBe(true);
    expect(await claim(stores)).toEqual([{ runId: run.id, fence: 2 }]);
  });

  test("an item that nobody holds can be withdrawn, a held one cannot", async () => {
    const stores = await fresh();
    const run = await enqueued(stores);
    const other = await enqueued(stores);
    expect(await stores.atomically((tx) => tx.queue.withdraw(run.id))).toBe(true);
    expect(await stores.atomically((tx) => tx.queue.withdraw(run.id))).toBe(false);
    expect(await claim(stores)).toEqual([{ runId: other.id, fence: 1 }]);
    expect(await stores.atomically((tx) => tx.queue.withdraw(other.id))).toBe(false);
  });

  test("no project works on more runs at once than it may, and full projects keep nobody waiting", async () => {
    const stores = await fresh();
    const busy = asId<ProjectId>("busy");
    await stores.atomically(async (tx) => {
      await tx.projects.put(project(busy, 2));
      await tx.projects.put(project(asId("paused"), 0));
    });
    const ofBusy: PlanRun[] = [];
    for (let n = 0; n < 20; n++) ofBusy.push(await enqueued(stores, { projectId: busy, proposedAtMs: n }, 9));
    await enqueued(stores, { projectId: asId("paused") }, 9);
    const other = await enqueued(stores, { projectId: WORKSHOP, proposedAtMs: 500 });
    const first = await claim(stores, { limit: 3 });
    expect(first.map((one) => one.runId)).toEqual([ofBusy[0]?.id, ofBusy[1]?.id, other.id]);
    expect(await claim(stores)).toEqual([]);
    await stores.atomically((tx) => tx.queue.settle({ runId: ofBusy[0]!.id, fence: 1 }));
    expect((await claim(stores)).map((one) => one.runId)).toEqual([ofBusy[2]?.id]);
    // Leases that ended count no more: their items are what is claimed next.
    const expired = await claim(stores, { nowMs: 100_000, owner: B });
    expect(expired).toHaveLength(3);
  });

  test("a new boot owns what an older boot of its name left, at once", async () => {
    const stores = await fresh();
    const run = await enqueued(stores);
    await boot(stores, A);
    await boot(stores, B, "another");
    await claim(stores);
    expect(await claim(stores, { owner: B })).toEqual([]);
    const next = bootId("next");
    await boot(stores, next);
    await boot(stores, next);
    expect(await stores.read((tx) => tx.queue.nextDueMs())).toBe(1_000);
    expect(await claim(stores, { owner: A })).toEqual([]);
    expect(await claim(stores, { owner: next })).toEqual([{ runId: run.id, fence: 2 }]);
    expect(await stores.atomically((tx) => tx.queue.extend({ runId: run.id, fence: 1, owner: A, untilMs: 9e6 }))).toBe(
      false,
    );
  });
}

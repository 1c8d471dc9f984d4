import { expect, test } from "vitest";
import { bootId, draft, running } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

const RESULT = { status: 200, headers: { "content-type": "application/json" }, body: { id: 7, name: "ñ" } };

/** Steps and their attempts, under a fence. */
export function stepFacts({ fresh }: Subject): void {
  test("a step is begun before its effect and ended after it, with its record", async () => {
    const stores = await fresh();
    const { run, fence } = await running(stores);
    const at = { runId: run.id, number: 1, fence, attempt: 1 };
    await stores.atomically(async (tx) => {
      expect(await tx.steps.begin({ ...at, from: "pending", atMs: 10, request: "PUT /parts" })).toBe(true);
    });
    const [begun] = await stores.read((tx) => tx.steps.of(run.id));
    expect(begun).toEqual({
      runId: run.id,
      number: 1,
      state: "running",
      attempt: 1,
      startedAtMs: 10,
      request: "PUT /parts",
    });
    await stores.atomically(async (tx) => {
      const ended = { ...at, state: "done" as const, atMs: 20, summary: "200 OK", result: RESULT };
      expect(await tx.steps.end({ ...ended, finishedAfterCancel: true })).toBe(true);
      expect(await tx.steps.end(ended)).toBe(false);
    });
    await stores.read(async (tx) => {
      const [done] = await tx.steps.of(run.id);
      expect(done).toEqual({
        ...begun,
        state: "done",
        finishedAtMs: 20,
        summary: "200 OK",
        result: RESULT,
        finishedAfterCancel: true,
      });
      const [lean] = await tx.steps.of(run.id, { results: false });
      expect(lean?.result).toBeUndefined();
      expect(lean?.state).toBe("done");
      expect(await tx.steps.attempts(run.id)).toEqual([
        {
          runId: run.id,
          step: 1,
          attempt: 1,
          fence,
          startedAtMs: 10,
          finishedAtMs: 20,
          outcome: "done",
          summary: "200 OK",
        },
      ]);
    });
  });

  test("a failed attempt stays in the record when the step is tried again", async () => {
    const stores = await fresh();
    const { run, fence } = await running(stores);
    const at = { runId: run.id, number: 1, fence };
    await stores.atomically(async (tx) => {
      await tx.steps.begin({ ...at, attempt: 1, from: "pending", atMs: 10 });
      await tx.steps.end({
        ...at,
        attempt: 1,
        state: "error",
        atMs: 11,
        errorCode: "CALL_FAILED",
        summary: "502",
        result: RESULT,
      });
    });
    expect((await stores.read((tx) => tx.steps.of(run.id)))[0]).toMatchObject({
      errorCode: "CALL_FAILED",
      result: RESULT,
    });
    await stores.atomically((tx) => tx.steps.begin({ ...at, attempt: 2, from: "error", atMs: 12 }));
    const [again] = await stores.read((tx) => tx.steps.of(run.id));
    expect(again).toEqual({ runId: run.id, number: 1, state: "running", attempt: 2, startedAtMs: 12 });
    await stores.atomically((tx) => tx.steps.end({ ...at, attempt: 2, state: "pending", atMs: 13, summary: "busy" }));
    const [waiting] = await stores.read((tx) => tx.steps.of(run.id));
    expect(waiting).toMatchObject({ state: "pending", attempt: 2, summary: "busy" });
    expect(waiting?.finishedAtMs).toBeUndefined();
    const attempts = await stores.read((tx) => tx.steps.attempts(run.id));
    expect(attempts.map(({ attempt, outcome, summary }) => ({ attempt, outcome, summary }))).toEqual([
      { attempt: 1, outcome: "error", summary: "502" },
      { attempt: 2, outcome: "error", summary: "busy" },
    ]);
  });

  test("a holder whose fence is stale can begin and end nothing", async () => {
    const stores = await fresh();
    const { run, fence } = await running(stores);
    const at = { runId: run.id, number: 1, attempt: 1 };
    await stores.atomically((tx) => tx.steps.begin({ ...at, fence, from: "pending", atMs: 10 }));
    const [newer] = await stores.atomically((tx) =>
      tx.queue.claim({ owner: bootId("other"), nowMs: 10_000_000, leaseMs: 1_000, limit: 1 }),
    );
    expect(newer).toEqual({ runId: run.id, fence: fence + 1 });
    await stores.atomically(async (tx) => {
      expect(await tx.steps.end({ ...at, fence, state: "done", atMs: 11 })).toBe(false);
      expect(await tx.steps.begin({ ...at, number: 2, fence, from: "pending", atMs: 11 })).toBe(false);
      expect(await tx.runs.setState(run.id, { from: "running", to: "done", fence })).toBe(false);
      expect(await tx.queue.extend({ runId: run.id, fence, owner: bootId("boot-1"), untilMs: 99 })).toBe(false);
      expect(await tx.queue.giveBack({ runId: run.id, fence, availableAtMs: 1 })).toBe(false);
      expect(await tx.queue.settle({ runId: run.id, fence })).toBe(false);
      expect(await tx.steps.end({ ...at, fence: fence + 1, state: "unknown", atMs: 12 })).toBe(true);
    });
    expect((await stores.read((tx) => tx.steps.of(run.id)))[0]?.state).toBe("unknown");
  });

  test("only the attempt that runs can be ended, and only a step in the expected state begun", async () => {
    const stores = await fresh();
    const { run, fence } = await running(stores);
    const at = { runId: run.id, number: 1, fence };
    await stores.atomically(async (tx) => {
      expect(await tx.steps.begin({ ...at, attempt: 1, from: "error", atMs: 1 })).toBe(false);
      expect(await tx.steps.begin({ ...at, attempt: 1, from: "pending", atMs: 1 })).toBe(true);
      expect(await tx.steps.begin({ ...at, attempt: 2, from: "pending", atMs: 1 })).toBe(false);
      expect(await tx.steps.end({ ...at, attempt: 2, state: "done", atMs: 2 })).toBe(false);
      expect(await tx.steps.end({ ...at, number: 9, attempt: 1, state: "done", atMs: 2 })).toBe(false);
    });
    expect(await stores.read((tx) => tx.steps.attempts(run.id))).toHaveLength(1);
  });

  test("steps that have not begun are skipped, cancelled and put back", async () => {
    const stores = await fresh();
    const run = draft();
    await stores.atomically((tx) => tx.runs.create(run));
    const mark = (
      ...args: [from: ("pending" | "skipped" | "cancelled")[], to: "skipped" | "cancelled" | "pending", only?: number]
    ) => stores.atomically((tx) => tx.steps.mark(run.id, ...args));
    const states = async () => (await stores.read((tx) => tx.steps.of(run.id))).map((step) => step.state);
    expect(await mark(["pending"], "skipped", 2)).toBe(1);
    expect(await states()).toEqual(["pending", "skipped"]);
    expect(await mark(["pending", "skipped"], "cancelled")).toBe(2);
    expect(await mark(["pending"], "cancelled")).toBe(0);
    expect(await mark(["cancelled", "pending"], "pending")).toBe(2);
    expect(await states()).toEqual(["pending", "pending"]);
  });
}

import { afterEach, beforeEach, expect, test } from "vitest";
import { asId, type BootId, faceOf } from "../../core/domain/ids.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { claimRuns } from "../../core/running/claim-runs.ts";
import { recordMove } from "../../core/running/record-move.ts";
import { RUNNER_DEFAULTS } from "../../core/running/settings.ts";
import { fakeTool } from "../support/fake-tools.ts";
import { manualClock } from "../support/manual-clock.ts";
import { sqliteDisk } from "./disks.ts";
import { ana, planOf, press, projectWith, propose } from "./world.ts";

const tool = fakeTool("order", { risk: "write", replay: "never" });
const owner = asId<BootId>("boot-1");
// A file: in memory, readers wait for writers.
const disk = sqliteDisk();
let stores: Stores;

beforeEach(async () => {
  stores = await disk.open();
  await stores.atomically((tx) => tx.projects.put(projectWith()));
});
afterEach(async () => {
  await stores.close();
  await disk.end();
});

test("Stop that shares a commit with the beginning of a step is known at once, and nothing begins", async () => {
  const clock = manualClock();
  const nowMs = clock.nowMs();
  const run = await propose(stores, { id: "r1", plan: planOf({ tool }), atMs: nowMs });
  await press({ stores, clock }, run, "confirm");
  await stores.atomically((tx) => tx.queue.boot({ id: owner, processName: "piloto", atMs: nowMs }));
  const [held] = await claimRuns(stores, { owner, nowMs, leaseMs: 30_000, limit: 1 });
  const [at] = held!.steps;

  const stopped = press({ stores, clock }, run, "stop");
  const move = { kind: "begin", at: at!, tool, args: {}, most: 100 } as const;
  const recorded = recordMove(held!, undefined, move, { stores, owner, settings: RUNNER_DEFAULTS, nowMs });

  // Others in the same commit, which is not over when the refusal is known.
  const others = Array.from({ length: 20 }, () => stores.atomically((tx) => tx.runs.page({}, { limit: 10 })));

  expect(await stopped).toMatchObject({ kind: "accepted" });
  expect(await recorded).toBe("stopped");
  expect(held!.stop).toMatchObject({ by: ana });
  await Promise.all(others);
  expect(await stores.read((tx) => tx.steps.attempts(run.id))).toEqual([]);
});

test("a long output is to be told in the commit that records its step, a short one is not", async () => {
  const clock = manualClock();
  const nowMs = clock.nowMs();
  let face = "";
  for (const [id, body] of [
    ["long", "x".repeat(2_000)],
    ["short", "x"],
  ] as const) {
    const run = await propose(stores, { id, plan: planOf({ tool }), atMs: nowMs });
    await press({ stores, clock }, run, "confirm");
    const [held] = await claimRuns(stores, { owner, nowMs, leaseMs: 30_000, limit: 1 });
    face = faceOf(run.chatId);
    const at = held!.steps[0]!;
    const deps = { stores, owner, settings: RUNNER_DEFAULTS, nowMs };
    await recordMove(held!, undefined, { kind: "begin", at, tool, args: {}, most: 100 }, deps);
    Object.assign(at, { attempt: 1 });
    const result = { status: 200, headers: {}, body };
    const ended = { at, state: "done", atMs: nowMs, summary: "200", result, isHarmless: false } as const;
    expect(await recordMove(held!, ended, { kind: "settle", to: "done" }, deps)).toBe("over");
  }
  const due = await stores.read((tx) => tx.outbox.due(face, nowMs, 50));
  const outputs = due.filter((one) => one.kind === "say" && one.say.outputOf);
  expect(outputs).toMatchObject([{ key: "output:long:1:1", say: { outputOf: { runId: "long", step: 1 } } }]);
});

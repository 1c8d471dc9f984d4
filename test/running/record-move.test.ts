import { afterEach, beforeEach, expect, test } from "vitest";
import { asId, type BootId } from "../../core/domain/ids.ts";
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

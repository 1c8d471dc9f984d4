import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Tool } from "../../core/domain/tool.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner, type Runner } from "../../core/running/runner.ts";
import type { RunnerSettings } from "../../core/running/settings.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { done, type FakeTools, fakeTool, fakeTools } from "../support/fake-tools.ts";
import { type ManualClock, manualClock, settle } from "../support/manual-clock.ts";
import { ana, bootOf, planOf, press, projectWith, propose, quietLogger, standing, told } from "./world.ts";

const read = fakeTool("read");
const write = fakeTool("write", { risk: "write", replay: "never" });

let stores: SqliteStores;
let clock: ManualClock;
let tools: FakeTools;
let runner: Runner;

async function boot(n: number, given: readonly Tool[] = [read, write], settings: Partial<RunnerSettings> = {}) {
  tools = fakeTools(...given);
  await recover({ stores, clock, boot: bootOf(n) });
  runner = createRunner({
    stores,
    tools: createToolCatalogue([tools]),
    clock,
    logger: quietLogger,
    boot: bootOf(n),
    settings: { lookMs: 0, stopLookMs: 0, ...settings },
    random: () => 1,
  });
  runner.start();
}

beforeEach(async () => {
  stores = await openSqlite({ folder: ":memory:" });
  clock = manualClock();
  await stores.atomically((tx) => tx.projects.put(projectWith()));
});
afterEach(async () => {
  const stopping = runner.stop(1_000);
  await clock.advance(2_000);
  await stopping;
  await stores.close();
});

describe("a confirmed plan", () => {
  test("runs each step once, in order, and says so in the record", async () => {
    await boot(1);
    const draft = await propose(stores, {
      id: "run-1",
      plan: planOf({ tool: read }, { tool: write }),
      atMs: clock.nowMs(),
    });
    const decision = await press({ stores, clock }, draft, "confirm");
    expect(decision.kind).toBe("accepted");
    await runner.idle();
    expect(await told(stores, draft.id)).toBe("done: done done");
    expect(tools.effects.map((effect) => effect.idempotencyKey)).toEqual(["run-1-1", "run-1-2"]);
  });
});

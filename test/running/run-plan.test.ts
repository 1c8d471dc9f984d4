import { expect, test } from "vitest";
import { asId, type BootId } from "../../core/domain/ids.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { claimRuns } from "../../core/running/claim-runs.ts";
import { createFreshFacts } from "../../core/running/fresh-facts.ts";
import { runPlan } from "../../core/running/run-plan.ts";
import { createServiceSlots, type ServiceSlots } from "../../core/running/service-slots.ts";
import { RUNNER_DEFAULTS } from "../../core/running/settings.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { openSqlite } from "../../storage/index.ts";
import { fakeTool, fakeTools } from "../support/fake-tools.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { planOf, press, projectWith, propose, quietLogger, told } from "./world.ts";

const tool = fakeTool("order", { risk: "write", replay: "never" });
const owner = asId<BootId>("boot-1");

test("a place that another run takes and leaves while a step's end is written is not waited for", async () => {
  const stores = await openSqlite({ folder: ":memory:" });
  const clock = manualClock();
  const nowMs = clock.nowMs();
  await stores.atomically((tx) => tx.projects.put(projectWith({ callsAtOncePerService: 1 })));
  const run = await propose(stores, { id: "r1", plan: planOf({ tool }, { tool }), atMs: nowMs });
  await press({ stores, clock }, run, "confirm");
  const [held] = await claimRuns(stores, { owner, nowMs, leaseMs: 30_000, limit: 1 });

  const real = createServiceSlots();
  let asked = 0;
  let leave: (() => void) | undefined;
  const slots: ServiceSlots = {
    ...real,
    tryTake(key, most) {
      asked += 1;
      if (asked === 2) leave = real.tryTake(key, most);
      return real.tryTake(key, most);
    },
  };
  const leaving: Stores = {
    ...stores,
    async atomically(work) {
      const value = await stores.atomically(work);
      leave?.();
      return value;
    },
  };
  const tools = createToolCatalogue([fakeTools(tool)]);
  const facts = createFreshFacts({ stores, tools, clock }, RUNNER_DEFAULTS.factsMs);
  const base = { tools, clock, logger: quietLogger, settings: RUNNER_DEFAULTS, random: () => 1 };
  const over = new AbortController().signal;
  void runPlan(held!, {
    ...base,
    stores: leaving,
    facts,
    slots,
    owner,
    over,
    checkArgs: () => [],
    isStopping: () => false,
  });
  await settle(60);
  expect(await told(stores, run.id)).toBe("done: done done");
  await stores.close();
});

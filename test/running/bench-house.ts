import { afterEach, beforeEach } from "vitest";
import type { Project } from "../../core/domain/project.ts";
import type { Tool, ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner, type Runner } from "../../core/running/runner.ts";
import type { RunnerSettings } from "../../core/running/settings.ts";
import { createToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { type FakeTools, fakeTools } from "../support/fake-tools.ts";
import { type ManualClock, manualClock, settle } from "../support/manual-clock.ts";
import { bootOf, projectWith, quietLogger } from "./world.ts";

/** A database in memory, time in the test's hand, and a runner with tools that keep a ledger. */
export interface House {
  stores: SqliteStores;
  clock: ManualClock;
  tools: FakeTools;
  runner: Runner;
  /** Another process takes over; the one before is stopped or, with `isZombie`, goes on. */
  boot(n: number, options?: { tools?: readonly Tool[]; settings?: Partial<RunnerSettings> }): Promise<void>;
  /** The runner is told to end; time moves on meanwhile. */
  stop(): Promise<void>;
  project(change: Partial<Project>): Promise<void>;
}

/** A house for each test of the file, closed after it. */
export function houseForEach(given: readonly Tool[]): House {
  const house = {} as House;
  const tools = [...given];
  const runners: Runner[] = [];
  beforeEach(async () => {
    house.stores = await openSqlite({ folder: ":memory:" });
    house.clock = manualClock();
    house.tools = fakeTools(...tools);
    await house.stores.atomically((tx) => tx.projects.put(projectWith()));
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) await ended(runner, house.clock);
    await house.stores.close();
  });
  house.boot = async (n, options = {}) => {
    const { stores, clock } = house;
    if (options.tools) house.tools = fakeTools(...options.tools);
    await recover({ stores, clock, boot: bootOf(n) });
    const settings = { lookMs: 0, stopLookMs: 0, factsMs: 0, backOffMs: 1_000, ...options.settings };
    const catalogue = createToolCatalogue([house.tools]);
    const base = { stores, clock, logger: quietLogger, boot: bootOf(n), random: () => 1 };
    house.runner = createRunner({ ...base, tools: catalogue, settings });
    runners.push(house.runner);
    house.runner.start();
  };
  house.stop = () => ended(house.runner, house.clock);
  house.project = (change) => house.stores.atomically((tx) => tx.projects.put(projectWith({}, change)));
  return house;
}

async function ended(runner: Runner, clock: ManualClock): Promise<void> {
  const stopping = runner.stop(3_000);
  // In steps shorter than the shortest wait, so that the work between two waits is not overtaken by time.
  for (let i = 0; i < 32; i++) {
    await clock.advance(100);
    await settle(20);
  }
  await stopping;
}

/** A call that stays open until the test ends it; it notices when it is told to end. */
export function openCall() {
  let answer: (outcome: ToolOutcome) => void = () => {};
  const outcome = new Promise<ToolOutcome>((resolve) => {
    answer = resolve;
  });
  const seen: { signal?: AbortSignal } = {};
  const call = (_call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> => {
    seen.signal = signal;
    return outcome;
  };
  return { call, seen, answer };
}

export function failed(change: Partial<Extract<ToolOutcome, { kind: "failed" }>>): ToolOutcome {
  return { kind: "failed", request: "POST /x", summary: "it failed", code: "CALL_FAILED", effect: "none", ...change };
}

/** Until everything is still. */
export const still = (): Promise<void> => settle(60);

import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import type { SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import { createAskModel } from "../../src/fleet/probe/ask-model.ts";
import { probeModel } from "../../src/fleet/probe/probe-model.ts";
import { createQuietProbing } from "../../src/fleet/probe/probe-quietly.ts";
import { createVerdicts } from "../../src/fleet/probe/verdicts.ts";
import { withPlanning } from "../../src/fleet/probe/with-planning.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/until.ts";
import { failureOf, model, pc, seenAt } from "./able-house.ts";
import { able, jsonOnly } from "./brains.ts";
import { noteMemory } from "./probe-house.ts";

const NEVER = new AbortController().signal;
const a = model("a:8b");
const b = model("b:8b");

/** The fleet as it runs, over simulated PCs. */
async function open(pcs: readonly SimulatedPc[], brain: Brain) {
  const clock = systemClock();
  const logger = silentLogger();
  const simulated = await startSimulatedPcs(pcs, { brain, clock, timeFactor: 0 });
  const fleet = createFleet({ nodes: simulated.nodes, clock, logger, timing: { probeEveryMs: 20 } });
  fleet.start();
  onTestFinished(async () => {
    await fleet.stop();
    await simulated.stop();
  });
  const { router, prepare } = fleet;
  const verdicts = createVerdicts(noteMemory(), clock);
  const quiet = createQuietProbing({ fleet, router, prepare, clock, verdicts, logger });
  /** Asks a model something, until it is seen in memory. */
  const hello = async (name: string) => {
    await fleet.chat({ model: name, messages: [{ role: "user", content: "hello" }], maxTokens: 20 }, NEVER);
    while (!(await fleet.nodes()).some(({ resident }) => resident.includes(name))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { fleet: withPlanning(fleet, verdicts), quiet, hello, control: simulated.control, clock };
}

test("with the real router a model is tested where it lies in memory, and nothing else is loaded", async () => {
  const { fleet, quiet, hello, control } = await open([pc("one", a, b), pc("two", a)], jsonOnly);
  await hello("a:8b");
  expect(await quiet.round()).toMatchObject({ name: "a:8b", planning: "format" });
  expect(await quiet.round()).toBeUndefined();
  expect(control("one").events).toEqual(["loading a:8b", "loaded a:8b"]);
  expect(control("two").events).toEqual([]);
  const planning = (await fleet.models()).map(({ name, planning }) => [name, planning]);
  expect(planning).toEqual([
    ["a:8b", "format"],
    ["b:8b", undefined],
  ]);
  const options = seenAt(control("one"), "/api/chat").map(({ body }) => (body as { options: object }).options);
  expect(new Set(options.map((one) => JSON.stringify({ ...one, num_predict: 0 }))).size).toBe(1);
});

test("with the real router a test on demand loads the model, and one that is broken off gives no verdict", async () => {
  const { fleet, control, clock } = await open([pc("one", a)], able);
  const ask = createAskModel({ ...fleet, clock }, { isQuiet: false });
  const probed = await probeModel({ ...a, abilities: ["completion", "tools"], digest: "d" }, { ask, clock }, NEVER);
  expect(probed).toMatchObject({ kind: "verdict", verdict: { planning: "tools" } });
  expect(control("one").events).toEqual(["loading a:8b", "loaded a:8b"]);
  control("one").overrides.set("/api/chat", { status: 503, body: '{"error":"server busy"}' });
  const leaving = new AbortController();
  const asked = seenAt(control("one"), "/api/chat").length;
  const failed = failureOf(
    probeModel({ ...a, abilities: ["completion", "tools"], digest: "d" }, { ask, clock }, leaving.signal),
  );
  await until("the PC said that it is busy", () => seenAt(control("one"), "/api/chat").length > asked);
  leaving.abort();
  expect(await failed).toMatchObject({ code: "CANCELLED" });
});

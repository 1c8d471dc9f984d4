import { expect, test } from "vitest";
import { createVerdicts } from "../../src/fleet/probe/verdicts.ts";
import { withPlanning } from "../../src/fleet/probe/with-planning.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { model, pc, seenAt } from "./able-house.ts";
import { able, words } from "./brains.ts";
import { noteMemory, probeHouse } from "./probe-house.ts";

const a = model("a:8b");
const b = model("b:8b", { sizeBytes: 4e9 });

test("a model that an idle PC holds in memory is tested, once for its digest, over restarts too", async () => {
  const memory = noteMemory();
  const pcs = [pc("one", a), pc("two", a)];
  const first = await probeHouse(pcs, able, { memory });
  await first.load("one", "a:8b");
  expect(await first.quiet.round()).toMatchObject({ name: "a:8b", planning: "tools" });
  expect(await first.quiet.round()).toBeUndefined();
  const second = await probeHouse(pcs, able, { memory });
  await second.load("two", "a:8b");
  expect(await second.quiet.round()).toBeUndefined();
  expect(memory.writes).toBe(1);
  expect((await withPlanning(second.fleet, second.verdicts).models())[0]).toMatchObject({ planning: "tools" });
});

test("no model is loaded for a test in the background", async () => {
  const { quiet, load, control } = await probeHouse([pc("one", a, b)], able);
  expect(await quiet.round()).toBeUndefined();
  await load("one", "b:8b");
  expect(await quiet.round()).toMatchObject({ name: "b:8b" });
  expect(await quiet.round()).toBeUndefined();
  expect(control("one").events).toEqual(["loading b:8b", "loaded b:8b"]);
});

test("a model that another program holds with another context is left alone", async () => {
  const { quiet, load, control } = await probeHouse([pc("one", a)], able);
  await load("one", "a:8b", 4096);
  expect(await quiet.round()).toBeUndefined();
  expect(control("one").events).toEqual(["loading a:8b", "loaded a:8b"]);
});

test("a test in the background gives up as soon as somebody else wants the PC, and no verdict comes of it", async () => {
  const memory = noteMemory();
  const house = await probeHouse(
    [pc("one", a)],
    (request) => {
      house.nodes[0]!.inFlight += 1; // somebody came while it answered
      return able(request);
    },
    { memory },
  );
  await house.load("one", "a:8b");
  expect(await house.quiet.round()).toBeUndefined();
  expect(seenAt(house.control("one"), "/api/chat")).toHaveLength(1);
  expect(memory.writes).toBe(0);
});

test("a PC that works is not tested on", async () => {
  const { quiet, load, nodes, control } = await probeHouse([pc("one", a)], able);
  await load("one", "a:8b");
  nodes[0]!.inFlight = 1;
  expect(await quiet.round()).toBeUndefined();
  expect(seenAt(control("one"), "/api/chat")).toHaveLength(0);
});

test("different models under one name are not tested: nobody knows which of them would answer", async () => {
  const other = model("a:8b", { sizeBytes: 6e9 });
  const { quiet, load, fleet, verdicts } = await probeHouse([pc("one", a), pc("two", other)], able);
  await load("one", "a:8b");
  expect(await quiet.round()).toBeUndefined();
  expect((await withPlanning(fleet, verdicts).models())[0]).not.toHaveProperty("planning");
});

test("the loop in the background tests what it finds and ends when it is told", async () => {
  const clock = manualClock();
  const memory = noteMemory();
  const { quiet, load } = await probeHouse([pc("one", a)], words, { memory, clock });
  await load("one", "a:8b");
  quiet.start();
  await clock.advance(60_000);
  await until("the model was tested", () => memory.writes === 1);
  await quiet.stop();
  expect(memory.value).toMatchObject({ verdicts: [{ name: "a:8b", planning: "neither" }] });
});

const verdict = (digest: string, tools: boolean, format: boolean) => ({
  ...{ digest, name: "a:8b", planning: "neither" as const, testedAtMs: 0 },
  tools: { works: tools, evidence: "" },
  format: { works: format, evidence: "" },
  thinking: { works: false, evidence: "" },
  vision: { works: false, evidence: "" },
});

test.each([
  undefined,
  7,
  "x",
  [],
  { version: 2 },
  { version: 1, verdicts: "none" },
  { version: 1, verdicts: [{}, null] },
])("nonsense in the memory (%j) is as good as nothing, and the next verdict replaces it", (value) => {
  const memory = noteMemory(value);
  const verdicts = createVerdicts(memory, manualClock());
  expect(verdicts.of("d1")).toBeUndefined();
  verdicts.keep(verdict("d1", true, true));
  expect(createVerdicts(memory, manualClock()).of("d1")).toMatchObject({ tools: { works: true } });
});

test("what a command beside it finds out is known to a running Piloto soon", async () => {
  const memory = noteMemory();
  const clock = manualClock();
  const running = createVerdicts(memory, clock);
  expect(running.of("d1")).toBeUndefined();
  createVerdicts(memory, clock).keep(verdict("d1", true, true));
  running.keep(verdict("d2", false, true));
  expect(running.of("d1")).toBeDefined();
  createVerdicts(memory, clock).keep(verdict("d3", false, false));
  await clock.advance(5_000);
  expect(running.of("d3")).toBeDefined();
});

test("copies that differ plan by what works for all of them", () => {
  const verdicts = createVerdicts(noteMemory(), manualClock());
  verdicts.keep(verdict("both", true, true));
  verdicts.keep(verdict("json", false, true));
  verdicts.keep(verdict("none", false, false));
  expect(verdicts.planningFor(["both"])).toBe("tools");
  expect(verdicts.planningFor(["both", "json"])).toBe("format");
  expect(verdicts.planningFor(["both", "none"])).toBe("neither");
  expect(verdicts.planningFor(["both", "new"])).toBeUndefined();
  expect(verdicts.planningFor(undefined)).toBeUndefined();
});

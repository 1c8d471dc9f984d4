import fc from "fast-check";
import { expect, test } from "vitest";
import { createPcCompute } from "../../scripts/bench/fleet/pc-compute.ts";
import { MODELS, onePc } from "./one-pc.ts";

test("headers leave with the first token: after the load and the prompt", () => {
  const { send, until, at, happened } = onePc();
  send("a:1b");
  until(60_000);
  expect(at("loaded a:1b")).toBe(2000);
  expect(at("first-token 1")).toBeCloseTo(3000, 6);
  expect(at("done 1")).toBeCloseTo(4000, 6);
  const done = happened.map(({ event }) => event).find((event) => event.kind === "done");
  expect(done?.kind === "done" && done.usage).toMatchObject({ promptTokens: 1000, answerTokens: 10, loadMs: 2000 });
});

test("a loaded model works on as many requests as it has slots; all others wait in line, however many", () => {
  const { send, until, pc } = onePc();
  for (let i = 0; i < 600; i++) send("a:1b");
  until(2001);
  expect(pc.load()).toEqual({ active: 2, waiting: 598, pending: 0 });
});

test("only requests for models that are not loaded are ever refused: when 512 wait already", () => {
  const { send, order } = onePc();
  send("a:1b");
  for (let i = 0; i < 513; i++) send("big:1b");
  send("a:1b");
  expect(order().filter((what) => what.startsWith("busy"))).toEqual(["busy 514"]);
});

test("the first that waits for a load holds up everybody behind it, but not requests for loaded models", () => {
  const { send, until, at } = onePc();
  send("a:1b", { answerTokens: 100 });
  until(2500);
  send("big:1b");
  send("b:1b");
  const late = send("a:1b");
  until(60_000);
  expect(at(`first-token ${late}`)).toBeLessThan(10_000);
  const gone = at("unloaded a:1b")!;
  expect(gone).toBeGreaterThan(10_000);
  expect(at("loading big:1b")).toBe(gone);
  expect(at("loading b:1b")).toBeGreaterThan(gone);
});

test("the idle model with the shortest keep-alive goes, whichever was used last", () => {
  const { send, until, at } = onePc();
  send("a:1b", { keepAliveMs: 600_000 });
  until(10_000);
  send("b:1b", { keepAliveMs: 100_000 });
  until(20_000);
  send("c:1b", { keepAliveMs: 900_000 });
  until(30_000);
  send("big:1b", { keepAliveMs: 60_000 });
  expect(at("unloaded b:1b")).toBe(30_000);
  until(31_000);
  expect(at("unloaded a:1b")).toBe(30_000);
  expect(at("unloaded c:1b")).toBe(30_000);
});

test("other load options load the model afresh", () => {
  const { send, until, order } = onePc();
  send("a:1b", { loadOptions: "num_ctx=4096" });
  until(10_000);
  send("a:1b", { loadOptions: "num_ctx=8192" });
  until(20_000);
  expect(order().filter((what) => what.endsWith("a:1b"))).toEqual([
    "loading a:1b",
    "loaded a:1b",
    "unloaded a:1b",
    "loading a:1b",
    "loaded a:1b",
  ]);
});

test("a client that goes away aborts the load that it caused, and frees its slot later on", () => {
  const { send, until, disconnect, at, pc } = onePc();
  const first = send("a:1b");
  until(1000);
  disconnect(first);
  expect(at("load-aborted a:1b")).toBe(1000);
  const [second, third, fourth] = [send("a:1b"), send("a:1b"), send("a:1b")];
  until(3500);
  expect(pc.load()).toMatchObject({ active: 2, waiting: 1 });
  disconnect(second);
  disconnect(third);
  expect(pc.load()).toMatchObject({ active: 1, waiting: 0 });
  until(60_000);
  expect([at(`done ${second}`), at(`done ${third}`)]).toEqual([undefined, undefined]);
  expect(at(`done ${fourth}`)).toBeDefined();
});

test("a bare request loads; keep_alive 0 unloads once the model is idle", () => {
  const { send, until, unload, at } = onePc();
  send("a:1b", { isBare: true });
  until(5000);
  expect([at("done 1"), at("first-token 1")]).toEqual([2000, undefined]);
  const busy = send("a:1b");
  unload("a:1b");
  until(20_000);
  expect(at("unloaded a:1b")).toBe(at(`done ${busy}`));
});

test("a prompt whose beginning is in the cache needs less work: 80 % by session, exactly by blocks", () => {
  const { send, until, at, pc } = onePc();
  send("a:1b", { session: "s" });
  until(10_000);
  send("a:1b", { session: "s" });
  until(20_000);
  expect(at("first-token 2")).toBeCloseTo(10_200, 6);
  send("a:1b", { hashIds: [1, 2, 3, 4] });
  until(30_000);
  send("a:1b", { hashIds: [1, 2, 9, 9] });
  until(40_000);
  expect(at("first-token 4")).toBeCloseTo(30_500, 6);
  expect(pc.counts).toMatchObject({ prefixHits: 2, prefixTokens: 1300 });
});

test("killed: everything is cut and refused, and its memory is empty when it returns", () => {
  const { send, until, fault, at, pc } = onePc();
  send("a:1b", { answerTokens: 1000 });
  until(5000);
  fault({ kind: "kill" });
  send("a:1b");
  expect([at("cut 1"), at("unreachable 2")]).toEqual([5000, 5000]);
  fault({ kind: "return" });
  expect(pc.resident()).toEqual([]);
  send("a:1b");
  until(60_000);
  expect(at("first-token 3")).toBeCloseTo(8000, 6);
});

test("hung: requests are taken and never answered, and cut when it is started again", () => {
  const { send, until, fault, at, order } = onePc();
  send("a:1b");
  until(2500);
  fault({ kind: "hang" });
  send("a:1b");
  until(100_000);
  expect(order()).toEqual(["loading a:1b", "loaded a:1b"]);
  fault({ kind: "return" });
  expect([at("cut 1"), at("cut 2")]).toEqual([100_000, 100_000]);
});

test("slow: what is under way and what comes takes as many times as long", () => {
  const { send, until, fault, at } = onePc();
  send("a:1b");
  until(2500);
  fault({ kind: "slow", factor: 4 });
  until(60_000);
  expect(at("first-token 1")).toBeCloseTo(4500, 6);
  expect(at("done 1")).toBeCloseTo(8500, 6);
});

test("an answer can break off after some tokens, or fail before the first", () => {
  const { send, until, fault, at } = onePc();
  fault({ kind: "error", afterTokens: 5 });
  fault({ kind: "error", afterTokens: 0 });
  send("a:1b");
  until(10_000);
  send("a:1b");
  until(20_000);
  expect(at("first-token 1")).toBeCloseTo(3000, 6);
  expect(at("error-line 1")).toBeCloseTo(3500, 6);
  expect([at("first-token 2"), at("broken 2")]).toEqual([undefined, 11_000]);
});

test("b answers at once are each made at b^-0.4 of the speed: together they still gain", () => {
  const { send, until, at } = onePc();
  send("a:1b", { isBare: true });
  send("b:1b", { isBare: true });
  until(10_000);
  for (const model of ["a:1b", "a:1b", "b:1b", "b:1b"]) send(model, { answerTokens: 1 });
  until(60_000);
  expect(at("first-token 3")).toBeCloseTo(10_000 + 1000 * 4 ** 0.4, 3);
});

test("however work comes and goes, the PC's computing power is neither lost nor made up", () => {
  const piece = fc.record({
    startMs: fc.integer({ min: 0, max: 20_000 }),
    workS: fc.double({ min: 0.01, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const compute = createPcCompute(0.75);
      const starts = pieces.map((one, id) => ({ ...one, id })).sort((a, b) => a.startMs - b.startMs);
      let given = 0;
      let nowMs = 0;
      let active = 0;
      const spend = (toMs: number) => {
        given += active === 0 ? 0 : (0.75 * active ** 0.6 * (toMs - nowMs)) / 1000;
        nowMs = toMs;
      };
      while (starts.length > 0 || active > 0) {
        const startMs = starts[0]?.startMs ?? Number.POSITIVE_INFINITY;
        spend(Math.max(nowMs, Math.min(startMs, compute.nextAtMs())));
        for (const id of compute.finished(nowMs)) {
          compute.stop(id, nowMs);
          active -= 1;
        }
        while (starts[0] && starts[0].startMs <= nowMs) {
          const { id, workS } = starts.shift()!;
          compute.start(id, workS, nowMs);
          active += 1;
        }
      }
      expect(given).toBeCloseTo(
        pieces.reduce((sum, { workS }) => sum + workS, 0),
        5,
      );
    }),
    { numRuns: 50 },
  );
});

test("whatever is asked of a PC, each request ends once and no slot stays taken", () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 4000 }),
    model: fc.constantFrom(...MODELS.map(({ name }) => name)),
    leaves: fc.boolean(),
    keepAliveMs: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { send, until, disconnect, happened, pc, nowMs } = onePc();
      const left = new Set<number>();
      steps.forEach(({ afterMs, model, leaves, keepAliveMs }) => {
        until(nowMs() + afterMs);
        const id = send(model, { keepAliveMs });
        if (leaves && id > 2) {
          left.add(id - 2);
          disconnect(id - 2);
        }
      });
      until(10_000_000);
      const done = happened.flatMap(({ event }) => (event.kind === "done" ? [event.id] : []));
      expect(new Set(done).size).toBe(done.length);
      for (let id = 1; id <= steps.length; id++) expect(left.has(id) || done.includes(id), `request ${id}`).toBe(true);
      expect(pc.load()).toEqual({ active: 0, waiting: 0, pending: 0 });
    }),
    { numRuns: 60 },
  );
});

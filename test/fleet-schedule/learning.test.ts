import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/fleet/schedule/shapes.ts";
import { Play, pc, request } from "./play.ts";

const learns = (name: string) => pc(name, { slots: undefined, holds: ["a"] });
const slotsOf = (play: Play) => play.scheduler.overview(play.nowMs).copies[0]!.slots;

/** A PC that works on `np` requests at once: the others' first tokens come when one before them ends. */
function work(play: Play, np: number, seconds: number): void {
  let id = 1_000;
  for (let second = 0; second < seconds; second += 1) {
    while (play.scheduler.overview(play.nowMs).queues.reduce((sum, one) => sum + one.interactive, 0) < 5) {
      play.add(request(id, { promptTokens: 100 }));
      id += 1;
    }
    play.wait(1000);
    const there = [...play.sent.keys()].sort((one, other) => one - other);
    for (const one of there.slice(0, np)) play.scheduler.firstToken(one, play.nowMs);
    if (second % 5 === 4 && there.length > 0)
      play.end(there[0]!, { kind: "done", promptTokens: 100, answerTokens: 200 });
  }
}

test.each([1, 2, 4])("a PC that works on %i at once is found out, and given no more than that for long", (np) => {
  const play = new Play({}, [learns("one")]);
  work(play, np, 600);
  expect(slotsOf(play)).toBe(np);
});

test.each(["qwen3vl", "nemotron_h_moe", "lfm2"])("a model of the family %s gets one request at a time", (family) => {
  const models = new Map([["a", { digest: "x", family }]]);
  const play = new Play({}, [pc("one", { slots: 4, holds: ["a"], models })]).add(request(1), request(2));
  expect(play.order).toEqual([1]);
});

test("the PC that answered sooner is preferred for the next request", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] }), pc("two", { holds: ["a"] })]);
  for (let id = 1; id <= 12; id += 2) {
    play.add(request(id), request(id + 1)).wait(100);
    for (const [one, { node }] of play.sent) if (node === "two") play.scheduler.firstToken(one, play.nowMs);
    play.wait(900);
    for (const [one, { node }] of play.sent) if (node === "one") play.scheduler.firstToken(one, play.nowMs);
    for (const [one, { node }] of [...play.sent]) if (node === "two") play.end(one);
    play.wait(4000);
    for (const one of [...play.sent.keys()]) play.end(one);
  }
  play.add(request(99));
  expect(play.sent.get(99)?.node).toBe("two");
});

test("a chat goes back to the PC that holds its prefix, while that is free", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] }), pc("two", { holds: ["a"] })]);
  play.add(request(1, { affinity: "x" }), request(2, { affinity: "y" }));
  const [x, y] = [play.sent.get(1)!.node, play.sent.get(2)!.node];
  play
    .end(1)
    .end(2)
    .add(request(3, { affinity: "y" }), request(4, { affinity: "x" }));
  expect([play.sent.get(4)?.node, play.sent.get(3)?.node]).toEqual([x, y]);
});

test("whatever a PC claims to have taken, what is predicted stays a number above nought", () => {
  const odd = fc.oneof(fc.double(), fc.constantFrom(0, -1, 1e300, Number.NaN, Number.POSITIVE_INFINITY), fc.nat());
  const usage = fc.record(
    { promptTokens: odd, answerTokens: odd, loadMs: odd, prefillMs: odd, decodeMs: odd, totalMs: odd },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(usage, fc.nat(60_000)), { maxLength: 12 }), (answers) => {
      const play = new Play({}, [learns("one")]);
      for (const [at, [told, ms]] of answers.entries()) {
        play.add(request(at + 1)).wait(ms);
        play.end(at + 1, { kind: "done", ...told } as Outcome);
      }
      const { verdicts, chosen } = play.scheduler.explain(request(99), play.nowMs);
      expect(chosen).toBe("one");
      expect(verdicts[0]!.firstTokenMs).toBeGreaterThan(0);
      expect(verdicts[0]!.firstTokenMs).toBeLessThan(1e7);
      expect(verdicts[0]!.total).toBeGreaterThan(Number.NEGATIVE_INFINITY);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test("what was learned is known after a restart, and nonsense is ignored", () => {
  const play = new Play({}, [learns("one")]);
  work(play, 2, 300);
  const memory = JSON.parse(JSON.stringify(play.scheduler.memory()));
  expect(slotsOf(new Play({ memory }, [learns("one")]))).toBe(2);
  for (const nonsense of [undefined, 7, "x", { version: 1 }, { ...memory, contention: 9 }]) {
    expect(slotsOf(new Play({ memory: nonsense }, [learns("one")]))).toBe(1);
  }
});

test("an estimate tells who goes before, and comes true when nothing else happens", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  const second = { kind: "done", promptTokens: 500, answerTokens: 100 } as const;
  for (let id = 1; id <= 30; id += 1) {
    play.add(request(id)).wait(200);
    play.scheduler.firstToken(id, play.nowMs);
    play.wait(1800).end(id, second);
  }
  for (let id = 31; id <= 41; id += 1) play.add(request(id));
  const last = play.scheduler.estimate(41, play.nowMs)!;
  expect(last).toMatchObject({ ahead: 9, why: "busy" });
  expect(last.aboutMs).toBeGreaterThan(20_000 / 2);
  expect(last.aboutMs).toBeLessThan(20_000 * 2);
  expect(play.scheduler.estimate(31, play.nowMs)).toBeUndefined();
});

test("an interactive request is told only of those that go before it, not of batch", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]).add(request(1));
  for (let id = 2; id <= 20; id += 1) play.add(request(id, { class: "batch" }));
  play.add(request(21));
  expect(play.scheduler.estimate(21, play.nowMs)).toMatchObject({ ahead: 0, why: "busy" });
});

test("a decision names every PC: who was filtered by what, who was scored, who was chosen", () => {
  const nodes = [
    pc("one", { holds: ["a"] }),
    pc("two"),
    pc("three", { health: "down" }),
    pc("four", { isDrained: true }),
  ];
  const play = new Play({}, nodes);
  const now = play.scheduler.explain(request(1), play.nowMs);
  expect(now.chosen).toBe("one");
  expect(now.verdicts.map((verdict) => [verdict.node, verdict.filteredBy])).toEqual([
    ["one", undefined],
    ["two", "resident"],
    ["three", "health"],
    ["four", "drained"],
  ]);
  play.add(request(1));
  expect(play.scheduler.decisions()[0]).toMatchObject({ chosen: "one", model: "a" });
  expect(play.scheduler.explain(request(2), play.nowMs).verdicts[0]).toMatchObject({ filteredBy: "slots" });
});

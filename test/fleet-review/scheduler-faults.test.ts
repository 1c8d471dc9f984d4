import { expect, test } from "vitest";
import type { Fault } from "../../src/fleet/schedule/shapes.ts";
import { Play, pc, request } from "../fleet-schedule/play.ts";

const failed = (fault: Fault, isBeforeFirstToken = true) =>
  ({ kind: "failed", fault, isBeforeFirstToken, why: "so it went" }) as const;

test("a PC that came back is tried at once, though a long answer from before still runs there", () => {
  const play = new Play({}, [pc("one", { slots: 2, holds: ["a"] })]).add(request(1));
  play.scheduler.firstToken(1, play.nowMs);
  play.set(pc("one", { slots: 2, health: "down" })).set(pc("one", { slots: 2, holds: ["a"] }));
  play.add(request(2), request(3));
  expect(play.order).toEqual([1, 2]);
  play.wait(2000);
  expect(play.order).toEqual([1, 2]);
  play.scheduler.firstToken(2, play.nowMs);
  play.end(2);
  expect(play.order).toEqual([1, 2, 3]);
});

test("PCs that are full when they should load are asked again, and the request is not given up", () => {
  const play = new Play({}, [pc("one"), pc("two")]);
  play.add(request(1));
  for (let s = 0; s < 60; s += 1) {
    for (const load of play.loads.splice(0)) {
      play.scheduler.loadEnded(load.node, load.model, { isLoaded: false, isBusy: true, why: "full" }, play.nowMs);
    }
    play.step();
    play.wait(1000 - 1);
    expect(play.gaveUp.size).toBe(0);
  }
  expect(play.commands.filter(({ kind }) => kind === "load").length).toBeLessThan(60);
  play.wait(20_000);
  expect(play.sent.has(1)).toBe(true);
});

test("a load that failed last week does not make one failure of today look like the second", () => {
  const play = new Play({}, [pc("one")]);
  play.loadsFail = "not enough memory";
  play.add(request(1)).wait(1500);
  expect(play.scheduler.cancel(1, play.nowMs)).toBe(true);
  play
    .wait(7 * 86_400_000)
    .add(request(2))
    .wait(2500);
  expect(play.gaveUp.size).toBe(0);
  play.loadsFail = undefined;
  play.wait(20_000);
  expect(play.sent.has(2)).toBe(true);
});

test("a model that was put right on its PC is loaded at once, however often its load had failed", () => {
  const play = new Play({}, [pc("one")]);
  play.loadsFail = "the file is damaged";
  for (let id = 1; id < 8; id += 1) play.add(request(id)).wait(60_000);
  expect(play.gaveUp.size).toBeGreaterThan(0);
  play.loadsFail = undefined;
  play.set(pc("one", { models: new Map([["a", { sizeBytes: 5e9, digest: "pulled again" }]]) }));
  play.add(request(99)).wait(3000);
  expect(play.sent.has(99)).toBe(true);
});

test("a model whose keep_alive ran out was not pushed out: its PC may hold both again", () => {
  const both = { has: ["a", "b"], vramBytes: undefined };
  const play = new Play({ keepAtMostS: 10 }, [pc("one", { ...both, holds: ["a"] })]);
  play.add(request(1)).wait(500).end(1);
  // b comes anew, for a person beside us, just before a's ten seconds are over; then a is gone.
  play.wait(9000).set(pc("one", { ...both, holds: ["a", "b"] }));
  play.wait(10_000).set(pc("one", { ...both, holds: ["b"] }));
  play.add(request(2)).wait(30_000);
  expect(play.sent.has(2)).toBe(true);
  expect(play.commands.filter(({ kind }) => kind === "unload")).toEqual([]);
});

test("with a keep_alive of nought a load keeps its model until the request that it is for is there", () => {
  const play = new Play({ keepAtMostS: 0 }, [pc("one")]).add(request(1)).wait(2000);
  expect(play.commands.find(({ kind }) => kind === "load")).toMatchObject({ keepAliveS: 30 });
  expect(play.commands.find(({ kind }) => kind === "send")).toMatchObject({ keepAliveS: 0 });
});

test("a load that waits for a model to go does not wait for ever when somebody else brings that model back", () => {
  const all = { has: ["a", "b", "c"], vramBytes: 11e9 };
  const play = new Play({}, [pc("one", { ...all, holds: ["b", "c"] })]);
  play.add(request(1)).wait(120_000);
  expect(play.sent.has(1)).toBe(true);
});

test("a storm of 503 on every PC is not answered by a storm of requests", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] }), pc("two", { holds: ["a"] })]);
  for (let id = 1; id <= 50; id += 1) play.add(request(id));
  for (let ms = 0; ms < 60_000; ms += 100) {
    for (const id of [...play.sent.keys()]) play.end(id, failed("busy"));
    play.wait(100);
  }
  expect(play.order.length).toBeLessThan(40);
  expect(play.gaveUp.size).toBe(0);
});

import { expect, test } from "vitest";
import { Play, pc, request } from "./play.ts";

/** One slot, answers of 300 tokens in three seconds; then eight requests wait. Returns what the last, a long one, is told. */
function toldTheLong(beforeEachS: number): number {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  for (let id = 1; id <= 40; id += 1) {
    play.add(request(id)).wait(3000);
    const usage = { promptTokens: 500, answerTokens: 300, prefillMs: 100, decodeMs: 2900, totalMs: 3000 };
    play.scheduler.firstToken(id, play.nowMs - 2900);
    play.end(id, { kind: "done", ...usage }).wait(1000 * beforeEachS);
  }
  for (let id = 100; id < 108; id += 1) play.add(request(id));
  play.add(request(200, { promptTokens: 8_000 }));
  return play.scheduler.estimate(200, play.nowMs)!.aboutMs!;
}

test("a long request is told to wait longer where shorter ones come often, for they will go first", () => {
  expect(toldTheLong(0)).toBeGreaterThan(1.1 * toldTheLong(60));
});

test("who comes behind a long queue is told at once what a second later is worked out afresh", () => {
  const play = new Play({ maxWaiting: 10_000 }, [pc("one", { slots: 2, holds: ["a"] })]);
  for (let id = 1; id <= 2_000; id += 1) play.scheduler.add(request(id, { share: `s${id % 3}` }), 0);
  play.step();
  const waits = [5, 500, 1_000, 2_000].map((id) => play.scheduler.estimate(id, 10)!.aboutMs!);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  for (const [id, more] of [
    [3_001, {}],
    [3_002, { promptTokens: 4_000 }],
    [3_003, { promptTokens: 20 }],
  ] as const) {
    play.scheduler.add(request(id, { share: "s1", ...more }), 20);
  }
  for (const id of [3_001, 3_002, 3_003]) {
    const atOnce = play.scheduler.estimate(id, 30)!;
    const afresh = play.scheduler.estimate(id, 30 + 1_500 * (id - 3_000))!;
    expect(atOnce.aboutMs! / afresh.aboutMs!).toBeGreaterThan(0.5);
    expect(atOnce.aboutMs! / afresh.aboutMs!).toBeLessThan(2);
    expect(atOnce.ahead).toBeLessThan(2_003);
  }
});

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

test("an estimate for each of 2,000 waiting requests takes some milliseconds in all", () => {
  const play = new Play({ maxWaiting: 10_000 }, [pc("one", { slots: 2, holds: ["a"] })]);
  for (let id = 1; id <= 2_000; id += 1) play.scheduler.add(request(id), 0);
  play.step();
  const waits = Array.from({ length: 1_990 }, (_, at) => play.scheduler.estimate(at + 5, 10)?.aboutMs ?? 0);
  const startedMs = performance.now();
  for (let id = 5; id < 1_995; id += 1) play.scheduler.estimate(id, 1_500);
  expect(performance.now() - startedMs).toBeLessThan(100);
  expect(waits.at(-1)).toBeGreaterThan(waits[0]!);
});

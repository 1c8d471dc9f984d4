import fc from "fast-check";
import { expect, test } from "vitest";
import { createScheduler } from "../../src/fleet/schedule/create-scheduler.ts";
import { DONE, Play, pc, request } from "../fleet-schedule/play.ts";

const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -5, 0, 1e308, 0.1);

test("requests with odd numbers do no harm to those after them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(odd, odd, odd, fc.boolean()), { maxLength: 12 }), (oddities) => {
      const play = new Play(
        {
          weights: new Map([
            ["s1", 0],
            ["s2", -3],
            ["s3", Number.POSITIVE_INFINITY],
          ]),
        },
        [pc("one", { holds: ["a"] })],
      );
      oddities.forEach(([promptTokens, maxTokens, deadlineMs, hasDeadline], at) => {
        const numbers = { promptTokens, maxTokens, ...(hasDeadline && { deadlineMs }) };
        play.add(request(at + 1, { ...numbers, share: `s${at % 4}` }));
      });
      for (let s = 0; s < 400 && play.sent.size > 0; s += 1) {
        play.wait(1000);
        for (const id of [...play.sent.keys()]) play.end(id, DONE);
      }
      for (let at = 0; at < oddities.length; at += 1) {
        expect(play.order.includes(at + 1) || play.gaveUp.has(at + 1)).toBe(true);
      }
      // Fair shares still hold.
      const first = play.order.length;
      for (let id = 101; id <= 140; id += 1) play.add(request(id, { share: id % 4 === 0 ? "other" : "flood" }));
      for (let s = 0; s < 20; s += 1) {
        for (const id of [...play.sent.keys()]) play.end(id, DONE);
        play.wait(1000);
      }
      const others = play.order.slice(first, first + 20).filter((id) => id % 4 === 0).length;
      expect(others).toBeGreaterThanOrEqual(8);
      expect(Number.isFinite(play.scheduler.explain(request(0), play.nowMs).verdicts[0]?.total ?? 0)).toBe(true);
    }),
    { seed: 5, numRuns: 30 },
  );
});

test("one odd value in what was kept does not make a PC forget the rest", () => {
  const learned = createScheduler();
  const smoothed = { log: 4, seen: 9 };
  const kept = learned.memory() as { rates: Record<string, Record<string, unknown>>; slots: object };
  kept.rates.prefill = { "one\na": smoothed, "two\na": { log: null, seen: 3 }, [`${"x".repeat(9000)}`]: smoothed };
  kept.rates.speed = { one: smoothed };
  kept.slots = { one: { a: 3 }, two: { a: 0 } };
  const again = createScheduler({ memory: JSON.parse(JSON.stringify(kept)) }).memory() as typeof kept;
  expect(again.rates.prefill).toMatchObject({ "one\na": { log: 4 } });
  expect(again.rates.speed).toMatchObject({ one: { log: 4 } });
  expect(again.slots).toEqual({ one: { a: 3 }, two: {} });
});

test("programs with names without end do not push out how long a model's answers are", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  for (let id = 1; id <= 6000; id += 1) {
    play.add(request(id, { share: `${id}` })).end(id, { kind: "done", promptTokens: 500, answerTokens: 1000 });
  }
  const { rates } = play.scheduler.memory() as { rates: { answers: Record<string, { seen: number }> } };
  expect(Object.keys(rates.answers).length).toBeLessThanOrEqual(5000);
  expect(rates.answers.a!.seen).toBe(6000);
});

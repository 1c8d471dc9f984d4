import fc from "fast-check";
import { expect, test } from "vitest";
import type { PriorityClass } from "../../src/fleet/schedule/shapes.ts";
import { Play, pc, request } from "./play.ts";

const HOLDS = { holds: ["a"] };

/** One slot; each answer takes a second; returns who was served in these seconds. */
function serve(play: Play, seconds: number, eachSecond: (second: number) => void): void {
  for (let second = 0; second < seconds; second += 1) {
    eachSecond(second);
    play.wait(1000);
    for (const id of [...play.sent.keys()]) play.end(id);
  }
}

test.each<{ it: PriorityClass; others: PriorityClass }>([
  { it: "interactive", others: "interactive" },
  { it: "batch", others: "batch" },
  { it: "batch", others: "interactive" },
])("a long $it request is served though newer, shorter $others ones never stop coming", ({ it, others }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 500, max: 60_000 }), (shares, promptTokens) => {
      const play = new Play({ tuning: { batchAgesMs: 60_000 } }, [pc("one", HOLDS)]).add(request(1), request(2));
      play.add(request(3, { class: it, share: "patient", promptTokens }));
      let id = 3;
      for (let second = 0; second < 600 && !play.order.includes(3); second += 1) {
        serve(play, 1, () => {
          for (let more = 0; more < 2; more += 1) {
            id += 1;
            play.add(request(id, { class: others, share: `s${id % shares}`, promptTokens: 50 }));
          }
        });
      }
      expect(play.order).toContain(3);
    }),
    { seed: 5, numRuns: 12 },
  );
});

test("interactive requests go before batch ones that came first", () => {
  const play = new Play({}, [pc("one", HOLDS)]).add(request(1), request(2, { class: "batch" }), request(3));
  play.end(1);
  expect(play.order).toEqual([1, 3]);
});

test("of two shares of which one floods, each gets half of the work", () => {
  const play = new Play({}, [pc("one", HOLDS)]);
  for (let id = 1; id <= 100; id += 1) play.add(request(id, { share: "flood" }));
  for (let id = 101; id <= 120; id += 1) play.add(request(id, { share: "other" }));
  serve(play, 40, () => undefined);
  const others = play.order.slice(1, 41).filter((id) => id > 100).length;
  expect(others).toBeGreaterThanOrEqual(19);
  expect(others).toBeLessThanOrEqual(21);
});

test("a share of weight three gets three times the work", () => {
  const play = new Play({ weights: new Map([["heavy", 3]]) }, [pc("one", HOLDS)]);
  for (let id = 1; id <= 100; id += 1) play.add(request(id, { share: id % 2 === 0 ? "heavy" : "light" }));
  serve(play, 40, () => undefined);
  const heavy = play.order.slice(1, 41).filter((id) => id % 2 === 0).length;
  expect(heavy).toBeGreaterThanOrEqual(29);
  expect(heavy).toBeLessThanOrEqual(31);
});

test("of equal shares the one with longer prompts is served less often", () => {
  const play = new Play({}, [pc("one", HOLDS)]);
  for (let id = 1; id <= 200; id += 1) {
    const isLong = id % 2 === 0;
    play.add(request(id, { share: isLong ? "long" : "short", promptTokens: isLong ? 40_000 : 500 }));
  }
  serve(play, 40, () => undefined);
  expect(play.order.slice(0, 40).filter((id) => id % 2 === 0).length).toBeLessThan(14);
});

test("a request that fits nowhere now blocks nobody behind it", () => {
  const nodes = [pc("one", HOLDS), pc("two", { has: ["a"], labels: ["big"], health: "down" })];
  const play = new Play({}, nodes).add(request(1), request(2, { labels: ["big"] }), request(3));
  play.end(1);
  expect(play.order).toEqual([1, 3]);
  play
    .end(3)
    .set(pc("two", { has: ["a"], labels: ["big"] }))
    .wait(5000);
  expect(play.order).toEqual([1, 3, 2]);
});

test("a request that bears a taint goes to the tainted PC, the others do not", () => {
  const play = new Play({}, [pc("one", { ...HOLDS, taints: ["loud"] }), pc("two", { health: "down" })]);
  play.add(request(1), request(2, { tolerations: ["loud"] }));
  expect(play.order).toEqual([2]);
});

test("a short request overtakes a long one that came a little earlier, not one that came long before", () => {
  const play = new Play({}, [pc("one", HOLDS)]).add(request(1), request(2, { promptTokens: 20_000 }));
  play
    .wait(1000)
    .add(request(3, { promptTokens: 50 }))
    .end(1);
  expect(play.order).toEqual([1, 3]);
  play
    .wait(300_000)
    .add(request(4, { promptTokens: 50 }))
    .end(3);
  expect(play.order).toEqual([1, 3, 2]);
});

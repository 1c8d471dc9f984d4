import { expect, test } from "vitest";
import {
  meanOverSeeds,
  percentile,
  ratioOfMeans,
  ratioOfPercentiles,
  summarise,
} from "../../scripts/bench/fleet/metrics.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("percentiles lie between neighbours in proportion", () => {
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(percentile([1, 2, 3, 4], 1)).toBe(4);
  expect(summarise(upTo(101))).toMatchObject({ count: 101, mean: 51, p50: 51, p95: 96, p99: 100 });
});

test("the interval over seeds is Student's", () => {
  const { value, low, high } = meanOverSeeds([1, 2, 3, 4, 5]);
  expect(value).toBe(3);
  // s = sqrt(2.5), t(4) = 2.776: half = 2.776 * sqrt(2.5 / 5)
  expect(high - value).toBeCloseTo(1.963, 3);
  expect(value - low).toBeCloseTo(1.963, 3);
  expect(meanOverSeeds([6, 8])).toEqual({ value: 7, low: Number.NaN, high: Number.NaN });
});

test("a ratio that is the same for every seed has no width", () => {
  const pairs = [10, 200, 3].map((scale) => ({ ours: [scale, scale], theirs: [2 * scale, 2 * scale] }));
  const { value, low, high } = ratioOfMeans(pairs);
  expect([value, low, high].map((each) => Number(each.toFixed(9)))).toEqual([0.5, 0.5, 0.5]);
});

test("one seed gets its interval from its own requests, and the same one each time", () => {
  const theirs = upTo(200).map((at) => 1 + (at % 17));
  const ours = theirs.map((value, at) => value * (at % 2 === 0 ? 0.4 : 0.6));
  const found = ratioOfMeans([{ ours, theirs }]);
  expect(found.value).toBeCloseTo(0.5, 1);
  expect(found.low).toBeLessThan(found.value);
  expect(found.high).toBeGreaterThan(found.value);
  expect(found.high - found.low).toBeLessThan(0.1);
  expect(ratioOfMeans([{ ours, theirs }])).toEqual(found);
});

test("percentiles are compared over all seeds together", () => {
  const alone = [upTo(100), upTo(100)];
  const loaded = alone.map((list) => list.map((value) => value * 3));
  expect(ratioOfPercentiles(loaded, alone, 0.95).value).toBeCloseTo(3, 9);
});

import { expect, test } from "vitest";
import { FLEET_MINI } from "../../scripts/bench/fleet/pc-spec.ts";
import { makeWorkload } from "../../scripts/bench/fleet/workload.ts";
import { burstArrivals } from "../../scripts/bench/fleet/workload-bursts.ts";
import { createRandom } from "../../scripts/bench/fleet/workload-random.ts";
import type { Scenario, SimRequest } from "../../scripts/bench/fleet/workload-shapes.ts";
import { SCENARIOS } from "../../scripts/bench/fleet/workload-shapes.ts";

const models = FLEET_MINI.models.map(({ name }) => name);
const work = (scenario: Scenario, more = {}) =>
  makeWorkload({ scenario, count: 3000, seed: 1, models, warmUp: 0, ...more });
const share = (requests: readonly SimRequest[], of: (request: SimRequest) => boolean) =>
  requests.filter(of).length / requests.length;
const sharesOf = (requests: readonly SimRequest[]) => models.map((model) => share(requests, (r) => r.model === model));
const near = (found: readonly number[], wanted: readonly number[]) =>
  expect(Math.max(...found.map((one, at) => Math.abs(one - wanted[at]!)))).toBeLessThan(0.03);

test.each(SCENARIOS)("%s is the same for the same seed and another one for another seed", (scenario) => {
  const text = (seed: number) => JSON.stringify(work(scenario, { seed, count: 300, warmUp: 20 }));
  expect(text(1)).toBe(text(1));
  expect(text(1)).not.toBe(text(2));
});

test.each(SCENARIOS)("%s has rising times and ids, and its warm-up before what is measured", (scenario) => {
  const { requests, measuredFromMs } = work(scenario, { count: 300, warmUp: 20 });
  const misplaced = requests.filter(
    ({ id, atMs, isWarmUp }, at) =>
      id !== at + 1 || atMs < (requests[at - 1]?.atMs ?? 0) || isWarmUp !== atMs < measuredFromMs,
  );
  expect(misplaced).toEqual([]);
});

test.each([0.71, 1.42, 2.13])(
  "W1 is stretched to %f requests a second, with the mix of models asked for",
  (perSecond) => {
    const { requests } = work("W1", { perSecond });
    expect((requests.length / requests.at(-1)!.atMs) * 1000).toBeCloseTo(perSecond, 6);
    near(sharesOf(requests), [0.35, 0.35, 0.2, 0.1]);
  },
);

test("W2 has bursts like the Azure code trace: dispersion about 72 at 10 s, the peak about 13 times the mean", () => {
  const runs = Array.from({ length: 20 }, (_, seed) => {
    const times = burstArrivals(8819, createRandom(seed));
    const bins = new Array<number>(Math.ceil(times.at(-1)! / 10_000)).fill(0);
    for (const time of times) bins[Math.min(bins.length - 1, Math.floor(time / 10_000))]! += 1;
    const mean = times.length / bins.length;
    const variance = bins.reduce((sum, bin) => sum + (bin - mean) ** 2, 0) / bins.length;
    return { dispersion: variance / mean, peak: Math.max(...bins) / mean };
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(runs.map(({ dispersion }) => dispersion))).toBeGreaterThan(55);
  expect(mean(runs.map(({ dispersion }) => dispersion))).toBeLessThan(90);
  expect(mean(runs.map(({ peak }) => peak))).toBeGreaterThan(9);
  expect(mean(runs.map(({ peak }) => peak))).toBeLessThan(16);
});

test("W3 turns to the large models at half time", () => {
  const { requests } = work("W3");
  near(sharesOf(requests.slice(0, 1500)), [0.35, 0.35, 0.2, 0.1]);
  near(sharesOf(requests.slice(1500)), [0.1, 0.2, 0.35, 0.35]);
});

test("W4 has sessions whose prompts grow and begin alike, about as long as a tenth of Mooncake's", () => {
  const { requests } = work("W4");
  const prompts = requests.map(({ promptTokens }) => promptTokens).sort((a, b) => a - b);
  expect(prompts[1500]).toBeGreaterThan(550);
  expect(prompts[1500]).toBeLessThan(850);
  const last = new Map<string, SimRequest>();
  const broken = requests.filter((turn) => {
    const before = last.get(turn.session);
    last.set(turn.session, turn);
    return before && (turn.model !== before.model || before.hashIds!.some((id, at) => id !== turn.hashIds![at]));
  });
  expect(broken).toEqual([]);
  expect(requests.length / last.size).toBeGreaterThan(2);
});

test("W5 loses PCs and gets them back before its end", () => {
  const { faults, requests } = work("W5");
  expect(faults.map(({ pc, fault }) => `${pc} ${fault.kind}`)).toEqual([
    "PC2 kill",
    "PC3 slow",
    "PC4 hang",
    "PC2 return",
    "PC4 return",
    "PC3 slow",
  ]);
  expect(Math.max(...faults.map(({ atMs }) => atMs))).toBeLessThan(requests.at(-1)!.atMs);
});

test("W6 is a tenth interactive; alone, the very same requests come without the others", () => {
  const { requests } = work("W6");
  expect(Math.abs(share(requests, (r) => r.class === "interactive") - 0.1)).toBeLessThan(0.02);
  const waited = requests.filter((r) => r.class === "interactive").map(({ id, ...rest }) => rest);
  expect(work("W6-alone").requests.map(({ id, ...rest }) => rest)).toEqual(waited);
});

test("any number of models has a mix, and a mix that does not fit is told", () => {
  const two = work("W1", { models: ["a", "b"], count: 600 }).requests;
  expect(new Set(two.map(({ model }) => model))).toEqual(new Set(["a", "b"]));
  expect(() => work("W1", { mix: [1, 2] })).toThrow("A mix needs a part for each of the 4 models, this one has 2.");
});

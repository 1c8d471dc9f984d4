import { expect, test } from "vitest";
import { FLEET_MINI } from "../../scripts/bench/fleet/pc-spec.ts";
import { readOptions } from "../../scripts/bench/fleet/play-options.ts";
import { FULL_SIZE, planPlays, QUICK_SIZE } from "../../scripts/bench/fleet/play-plan.ts";
import { haproxyConfig } from "../../scripts/bench/fleet/rivals-haproxy.ts";
import { planByHand } from "../../scripts/bench/fleet/rivals-pinned.ts";
import { azureConversation } from "../../scripts/bench/fleet/trace.ts";

test("the hand plan fits into the memory of every PC and leaves no model out", () => {
  const sizes = new Map(FLEET_MINI.models.map(({ name, sizeGB }) => [name, sizeGB]));
  for (const fleet of [FLEET_MINI, { ...FLEET_MINI, pcs: FLEET_MINI.pcs.slice(0, 3) }]) {
    const plan = planByHand(fleet);
    expect([...plan.keys()].sort()).toEqual([...sizes.keys()].sort());
    for (const pc of fleet.pcs) {
      const held = [...plan].filter(([, names]) => names.includes(pc.name)).map(([model]) => model);
      expect(pc.models).toEqual(expect.arrayContaining(held));
      expect(held.reduce((sum, model) => sum + sizes.get(model)!, 0)).toBeLessThanOrEqual(pc.vramGB);
    }
  }
});

test("both forms of the bench play every scenario that a goal hangs on", () => {
  const needed = ["w1", "w1_high", "w2", "w3", "w5", "w6", "w6_alone"];
  const trace = azureConversation().slice(0, 1000);
  for (const size of [FULL_SIZE, QUICK_SIZE]) {
    const keys = planPlays({ ...size, seeds: 1 }, { fleet: FLEET_MINI, trace }).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(needed));
  }
});

test("HAProxy's timeouts run as fast as the PCs, and its buffer holds the largest body", () => {
  const pcs = [{ name: "PC1", port: 1234, models: ["a:1b"] }];
  const config = haproxyConfig(
    { port: 99, mapFile: "models.map", backends: new Map([["for_a", ["PC1"]]]) },
    { pcs, folder: ".", scale: 20, largestBodyBytes: 200_000 },
  );
  expect(config).toContain("check inter 250ms fall 3");
  expect(config).toContain("tune.bufsize 216384");
  expect(config).toContain("server PC1 127.0.0.1:1234 maxconn 2 track health/PC1");
});

test("an argument that cannot be is named, with what is possible", () => {
  expect(() => readOptions(["--scenario", "W9"])).toThrow('There is no scenario "W9". There are: W1, W2');
  expect(() => readOptions(["--seeds", "none"])).toThrow('--seeds wants a whole number from 1 to 1000, found "none"');
  expect(readOptions(["--quick", "--requests", "60"]).size.requests("w1")).toBe(60);
});

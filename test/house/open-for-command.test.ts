import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import { openForCommand } from "../../src/open-for-command.ts";
import { readSettings } from "../../src/settings.ts";
import { silentLogger } from "../support/silent-logger.ts";

const LOOKS = ["/api/version", "/api/tags", "/api/ps", "/api/show"];

test("a command that looks at the PCs loads nothing there, whatever is pinned", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-look-"));
  const model = { name: "m:1b", sizeBytes: 1e9, capabilities: ["completion"], contextLength: 4096 };
  const world = { brain: () => ({ text: "" }), clock: systemClock(), timeFactor: 0 };
  const specs = ["pc1", "pc2"].map((name) => ({ name, models: [model] }));
  const pcs = await startSimulatedPcs(specs, world);
  const file = path.join(folder, "settings.json");
  writeFileSync(file, JSON.stringify({ fleet: pcs.nodes.slice(0, 1), models: { "m:1b": { pinned: ["pc1"] } } }));
  const house = await openForCommand(readSettings({ env: { PILOTO_SETTINGS: file }, folder }));
  const fleet = await house.fleet();
  expect(await fleet.nodes()).toMatchObject([{ name: "pc1", health: "up" }]);
  const request = { model: "m:1b", class: "interactive", share: "main", promptTokens: 5 } as const;
  expect(fleet.router.explain(request).verdicts).toMatchObject([{ node: "pc1", filteredBy: "resident" }]);
  // As soon as a fleet that keeps its pins has loaded, this one would have, too.
  const models = { "m:1b": { pinned: ["pc2"] } };
  const running = createFleet({ nodes: pcs.nodes.slice(1), models, clock: systemClock(), logger: silentLogger() });
  await running.router.drain("pc2", false);
  await running.nodes();
  await expect.poll(() => pcs.control("pc2").seen.some(({ path }) => path === "/api/generate")).toBe(true);
  await running.stop();
  await house.close();
  const asked = pcs.control("pc1").seen.map((request) => request.path);
  expect(asked.filter((one) => !LOOKS.includes(one))).toEqual([]);
  await pcs.stop();
  rmSync(folder, { recursive: true });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compose, type House } from "../../src/compose.ts";
import { readSettings } from "../../src/settings.ts";
import { type Ended, root, runProgram } from "./run-program.ts";

const ENV = { PILOTO_DEMO: "1", PILOTO_SETTINGS: "settings.json", PILOTO_LOG_LEVEL: "silent" };
const MODEL = "simulated-planner:8b";

let folder = "";
let house: House | undefined;
let url = "";

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-fleet-"));
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify({ port: 0, endpoint: { port: 0 } }));
  await start();
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<{ readonly url?: string; readonly endpointUrl?: string }> {
  house = await compose(readSettings({ env: ENV, folder }), { platforms: [], serve: true });
  const started = await house.start();
  url = started.url ?? "";
  return started;
}

async function stop(): Promise<void> {
  await house?.stop();
  house = undefined;
}

const piloto = (...args: string[]): Promise<Ended> =>
  runProgram([path.join(root, "bin/piloto.js"), ...args], { cwd: folder, env: ENV });
const json = ({ stdout }: Ended) => JSON.parse(stdout);
const isDrained = ({ nodes }: { nodes: { name: string; isDrained?: boolean }[] }, name: string) =>
  nodes.find((node) => node.name === name)?.isDrained ?? false;

describe("beside a running Piloto", () => {
  test("fleet, explain and endpoint tell how it stands", async () => {
    const [fleet, explained, unknown] = await Promise.all([
      piloto("fleet"),
      piloto("fleet", "explain", MODEL, "--batch", "--tokens", "900", "--json"),
      piloto("fleet", "explain", "nobody-has-it"),
    ]);
    expect(fleet.stdout).toMatch(/^pc-north +up +0\.40\.0 +\d/m);
    expect(fleet.stdout).toMatch(/^simulated-writer:14b +completion +8192 +pc-north, pc-attic .*nobody$/m);
    expect(fleet.stdout).toContain("Other programs reach the PCs at http://127.0.0.1:");
    expect(fleet.stderr).toBe("");
    expect(json(explained)).toMatchObject({ model: MODEL, class: "batch", share: "workshop" });
    expect(json(explained).verdicts).toHaveLength(3);
    expect(unknown.stdout).toContain("nobody-has-it:latest, interactive, for workshop: goes nowhere");
  });

  test("a program gets its token once, works with it, and is shut out", async () => {
    const added = json(await piloto("endpoint", "add", "ci", "--batch", "--weight", "2", "--json"));
    expect(added).toMatchObject({ name: "ci", class: "batch", weight: 2 });
    const picture = json(await piloto("fleet", "--json"));
    expect(picture).toMatchObject({ isRunning: true, url, scheduler: { queues: [] } });
    const { endpointUrl } = picture;
    const ask = () => fetch(`${endpointUrl}/api/tags`, { headers: { authorization: `Bearer ${added.token}` } });
    await expect.poll(async () => (await ask()).status, { timeout: 10_000, interval: 200 }).toBe(200);
    const [listed, twice, exported, decided] = await Promise.all([
      piloto("endpoint", "list", "--json"),
      piloto("endpoint", "add", "ci"),
      piloto("audit", "export"),
      piloto("fleet", "explain"),
    ]);
    expect(decided.code).toBe(0);
    expect(json(listed)).toEqual([{ name: "ci", class: "batch", weight: 2 }]);
    expect(twice).toMatchObject({ code: 2, stdout: "" });
    expect(exported.stdout).toContain('"target":"endpoint:ci"');
    for (const { stdout, stderr } of [listed, twice, exported]) expect(stdout + stderr).not.toContain(added.token);
    expect((await piloto("endpoint", "remove", "ci")).code).toBe(0);
    await expect.poll(async () => (await ask()).status, { timeout: 10_000, interval: 200 }).toBe(401);
  });

  test("who may not administer drains no PC", async () => {
    expect((await piloto("fleet", "drain", "pc-north", "--as", "ana")).code).toBe(4);
    expect(isDrained({ nodes: [...(await house!.fleet.nodes())] }, "pc-north")).toBe(false);
  });

  test("bad names and numbers are told in one sentence", async () => {
    const [strange, tokens, name] = await Promise.all([
      piloto("fleet", "drain", "pc-moon"),
      piloto("fleet", "explain", MODEL, "--tokens", "many"),
      piloto("endpoint", "add", "My Program"),
    ]);
    expect(strange.stderr).toContain("pc-moon");
    expect([strange, tokens, name].map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(tokens.stderr).toContain('--tokens is "many"');
  });
});

test("a PC that was drained stays drained over a restart, and a command alone can drain and return it", async () => {
  expect((await piloto("fleet", "drain", "pc-south")).stdout).toContain("pc-south gets no new work");
  expect(isDrained({ nodes: [...(await house!.fleet.nodes())] }, "pc-south")).toBe(true);
  await stop();
  const [alone, north] = [await piloto("fleet"), await piloto("fleet", "drain", "pc-north", "--json")];
  expect(alone.code).toBe(5);
  expect(alone.stderr).toContain("Piloto does not run here, so nothing is queued.");
  expect(json(north)).toEqual({ node: "pc-north", isDrained: true, changed: true });
  await start();
  const nodes = [...(await house!.fleet.nodes())];
  expect([isDrained({ nodes }, "pc-south"), isDrained({ nodes }, "pc-north")]).toEqual([true, true]);
  expect(json(await piloto("fleet", "return", "pc-south", "--json"))).toMatchObject({ changed: true });
  expect(isDrained({ nodes: [...(await house!.fleet.nodes())] }, "pc-south")).toBe(false);
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFleetMemory } from "../../src/fleet-memory.ts";

let folder = "";
let warnings: string[] = [];
const logger = { warn: (_fields: object, text: string) => void warnings.push(text) };
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-memory-"));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = () => path.join(folder, "fleet-memory.json");

test("what the fleet learned is there at the next start, for nobody else to read", () => {
  const memory = openFleetMemory(place(), logger);
  expect(memory.read()).toBeUndefined();
  memory.write({ rates: { pc1: 2 } });
  memory.write({ rates: { pc1: 3 } });
  expect(openFleetMemory(place(), logger).read()).toEqual({ rates: { pc1: 3 } });
  expect(statSync(place()).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["fleet-memory.json"]);
  expect(warnings).toEqual([]);
});

test("a damaged file is a warning, and the next write mends it", () => {
  writeFileSync(place(), '{"rates": {"pc1"');
  const memory = openFleetMemory(place(), logger);
  expect(memory.read()).toBeUndefined();
  expect(warnings).toEqual(["What the fleet had learned cannot be read; it learns afresh"]);
  memory.write({ ok: true });
  expect(memory.read()).toEqual({ ok: true });
});

test("a place that cannot be written is one warning, however often it is tried, and leaves nothing behind", () => {
  mkdirSync(place());
  const memory = openFleetMemory(place(), logger);
  for (let i = 0; i < 3; i++) memory.write({ i });
  expect(warnings).toEqual(["What the fleet learned cannot be written; the next start learns afresh"]);
  expect(readdirSync(folder)).toEqual(["fleet-memory.json"]);
});

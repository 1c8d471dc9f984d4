import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PilotoError } from "../../core/domain/errors.ts";
import { driftLine, progressLine, pulledLine } from "../../src/cli/models-text.ts";
import { systemClock } from "../../src/clock.ts";
import { type SimulatedPcs, startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { root, runProgram, startProgram } from "../house/run-program.ts";
import { until } from "../support/until.ts";
import { model, pc, seenAt } from "./able-house.ts";
import { jsonOnly } from "./brains.ts";

let folder = "";
let pcs: SimulatedPcs;
const fresh = model("fresh:3b", { sizeBytes: 2e9 });
const slow = { registry: [fresh], pullBytesPerSecond: 1e8 };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-models-"));
  const specs = [
    { ...pc("one", model("a:8b")), registry: [fresh], pullBytesPerSecond: 1e10 },
    { ...pc("two"), ...slow },
  ];
  pcs = await startSimulatedPcs(specs, { brain: jsonOnly, clock: systemClock(), timeFactor: 0.1 });
});
afterEach(async () => {
  await pcs.stop();
  rmSync(folder, { recursive: true, force: true });
});

const bin = path.join(root, "bin/piloto.js");
const given = () => ({
  cwd: folder,
  env: { PILOTO_DEMO: "0", OLLAMA_HOSTS: pcs.nodes.map(({ name, url }) => `${name}=${url}`).join(",") },
});
const piloto = (...args: string[]) => runProgram([bin, "models", ...args], given());
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("piloto models tests, pulls, shows and removes", async () => {
  const probed = await piloto("probe", "a:8b", "--json");
  expect([probed.code, JSON.parse(probed.stdout)]).toMatchObject([0, { name: "a:8b", planning: "format" }]);
  const pulled = await piloto("pull", "fresh:3b", "--on", "one", "--json");
  expect(pulled.code).toBe(0);
  const lines = jsonLines(pulled.stdout);
  expect(lines[0]).toMatchObject({ kind: "progress", name: "fresh:3b" });
  expect(lines.at(-1)).toMatchObject({ kind: "done", nodes: [{ node: "one", kind: "pulled", sizeBytes: 2e9 }] });
  const shown = await piloto();
  expect(shown.stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["model", "size", "context", "can", "plans by", "on disk of", "in memory of"],
    ["a:8b", "5.0 GB", "8192", "completion, tools", "format", "one", "one"],
    ["fresh:3b", "2.0 GB", "8192", "completion, tools", "not tested", "one"],
    [""],
  ]);
  const removed = await piloto("remove", "fresh:3b", "--on", "one,two");
  expect([removed.code, removed.stdout]).toEqual([0, "one: it is removed\ntwo: it is not there\n"]);
}, 60_000);

test("Ctrl-C stops a pull at the PC, and says that it can go on", async () => {
  const program = startProgram([bin, "models", "pull", "fresh:3b", "--on", "two", "--json"], given());
  await program.printed(/"doneBytes":[1-9]/);
  program.child.kill("SIGINT");
  const { code, stderr } = await program.ended;
  expect([code, stderr]).toEqual([1, "Stopped. What came stays on the PCs, and the next pull goes on there.\n"]);
  const [pull] = seenAt(pcs.control("two"), "/api/pull");
  await until("the PC knows", () => pull!.state === "client-left");
}, 60_000);

test("a model that is not there, a PC that is not set, and a person who may not, are told with their exit codes", async () => {
  const [gone, unknown, stranger] = await Promise.all([
    piloto("remove", "fresh:3b", "--on", "one"),
    piloto("pull", "fresh:3b", "--on", "three"),
    piloto("remove", "a:8b", "--on", "one", "--as", "slack:U1"),
  ]);
  expect([gone.code, unknown.code, stranger.code]).toEqual([3, 2, 4]);
  expect(unknown.stderr).toContain('There is no PC named "three". There are: one, two.');
  expect(pcs.control("one").models()).toEqual(["a:8b"]);
}, 60_000);

test("a line of progress says how far, how fast, how long, and where", () => {
  const state = { status: "pulling", attempt: 1 };
  const nodes = [
    { node: "one", ...state, doneBytes: 5e8, totalBytes: 2e9 },
    { node: "two", ...state, status: "interrupted", doneBytes: 15e8, totalBytes: 2e9 },
  ];
  const progress = { name: "fresh:3b", doneBytes: 2e9, totalBytes: 4e9, nodes };
  expect(progressLine(progress, { bytes: 1e9, ms: 0 }, 20_000)).toBe(
    "fresh:3b 50 % of 4.0 GB, 50.0 MB/s, about 40 s left · one 25 %, two interrupted",
  );
  expect(progressLine({ ...progress, doneBytes: 0, totalBytes: 0 }, { bytes: 0, ms: 0 }, 5)).toBe(
    "fresh:3b: one pulling, two interrupted",
  );
});

test("what became of a pull is told PC by PC, and copies that differ with their digests", () => {
  expect(pulledLine({ node: "one", kind: "pulled", sizeBytes: 2e9, digest: "0123456789abcdef" })).toBe(
    "one: it is there now (2.0 GB, 0123456789ab)",
  );
  expect(pulledLine({ node: "one", kind: "failed", error: new PilotoError("PULL_FAILED", "No.") })).toBe(
    "one: No. (PULL_FAILED)",
  );
  expect(driftLine("a:8b", { d1: ["one", "two"] })).toBeUndefined();
  expect(driftLine("a:8b", { d1: ["one"], d2: ["two", "three"] })).toBe(
    "The PCs hold different models under the name a:8b: d1 on one; d2 on two, three. Make them one: piloto models pull a:8b --again",
  );
});

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Program, root, runProgram, startProgram } from "./run-program.ts";

let folder = "";
let running: Program[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-start-"));
});
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

const bin = path.join(root, "bin/piloto.js");
const READY = /Piloto is ready at (http:\/\/127\.0\.0\.1:\d+)/;
const anyPort = { PILOTO_PORT: "0" };

function start(env: Record<string, string> = anyPort, program = [bin, "start"]): Program {
  const started = startProgram(program, { cwd: folder, env });
  running.push(started);
  return started;
}

async function whenReady(program: Program): Promise<string> {
  return READY.exec(await program.printed(READY))![1]!;
}

const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
const piloto = (...args: string[]) => runProgram([bin, ...args], { cwd: folder });

describe("starting without a terminal", () => {
  test("npm start says where it is ready, and health answers there", async () => {
    const url = await whenReady(start(anyPort, [path.join(root, "scripts/house/start.mjs")]));
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive" });
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: "ready", storage: "ok", core: "started", isDemo: true });
    expect(await (await fetch(url)).text()).toContain("Piloto is ready");
  });

  test("stdout holds the ready line and nothing else; a signal ends it in order", async () => {
    const program = start();
    await whenReady(program);
    program.child.kill("SIGTERM");
    const { code, stdout } = await program.ended;
    expect(stdout).toMatch(/^Piloto is ready at http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(code).toBe(0);
    const entries = (await piloto("audit", "export")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).did);
    expect(entries.filter((did) => did === "start-piloto" || did === "stop-piloto")).toEqual([
      "start-piloto",
      "stop-piloto",
    ]);
  });

  test("a second process on the same data is refused, and told who has it", async () => {
    const first = start();
    await whenReady(first);
    const { code, stdout, stderr } = await start().ended;
    expect({ code, stdout }).toEqual({ code: 6, stdout: "" });
    expect(stderr).toContain(`Another Piloto (process ${first.child.pid},`);
    expect(stderr).toContain("Stop it first, or give this one a folder of its own with PILOTO_DATA_DIR. (DATA_IN_USE)");
  });

  test("a port that is taken is named, and the data is free again", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start({ PILOTO_PORT: String(port) }).ended;
    other.close();
    expect(code).toBe(6);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken by another program.`);
    await whenReady(start());
  });

  test("commands work beside it, and after it was killed it starts again on the same data", async () => {
    const first = start();
    await whenReady(first);
    expect(await piloto("services", "show", "workshop")).toMatchObject({ code: 0 });
    first.child.kill("SIGKILL");
    await first.ended;
    await whenReady(start());
    expect(await piloto("audit", "verify")).toMatchObject({ code: 0 });
  });
});

describe("the demo", () => {
  const script = [
    { as: "ana", say: "Set the stock of M8 bolts to 400" },
    { wait: "idle" },
    { as: "ana", press: "confirm", run: "latest" },
    { as: "ben", press: "confirm", run: "latest" },
    { wait: "idle" },
  ];
  const lines = script.map((line) => JSON.stringify(line)).join("\n");

  test("plans, refuses who may not confirm, runs for who may, and tells so in the thread", async () => {
    const played = await runProgram([bin, "chat", "--script", "-", "--json"], { cwd: folder, stdin: lines });
    expect(played.stderr).toBe("");
    const events = played.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const presses = events.filter((event) => event.type === "pressed").map((event) => event.decision.kind);
    expect(presses).toEqual(["refused", "accepted"]);
    const cards = events.filter((event) => event.type === "card");
    expect(cards.at(-1)).toMatchObject({ state: "done" });
    expect(played.code).toBe(0);
    const runs = JSON.parse((await piloto("runs", "list", "--json")).stdout).runs;
    expect(runs.map((run: { state: string }) => run.state)).toEqual(["done"]);
  });

  test("a plan asked for and confirmed by commands is run by the Piloto beside them", async () => {
    await whenReady(start());
    const run = json(await piloto("ask", "Set the stock of M8 bolt to 400", "--as", "ana", "--json"));
    expect(run).toMatchObject({ state: "draft", requestedBy: "terminal:ana" });
    expect((await piloto("runs", "confirm", run.id, "--yes", "--as", "ana")).code).toBe(4);
    const confirmed = await piloto("runs", "confirm", run.id, "--yes", "--as", "ben");
    expect(confirmed).toMatchObject({ code: 0, stderr: "" });
    const waited = await piloto("call", "workshop", "GET /parts/{partId}", '{"path":{"partId":"p-101"}}', "--yes");
    expect(waited.code).toBe(0);
    const shown = json(await piloto("runs", "show", run.id.slice(-8), "--json"));
    expect(shown.votes.map((vote: { by: string }) => vote.by)).toContain("terminal:ben");
    expect((await piloto("runs", "confirm", run.id, "--yes", "--as", "ben")).code).toBe(1);
  });

  test("commands drop a draft and try a failed step again, while another process does the work", async () => {
    await whenReady(start());
    const draft = json(await piloto("ask", "Set the stock of M8 bolt to 400", "--json"));
    expect(await piloto("runs", "cancel", draft.id)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Cancelled by you, .*Nothing was run\.\n$/),
    });
    expect((await piloto("runs", "retry", draft.id)).code).toBe(1);
    const failed = await piloto("call", "workshop", "GET /parts/{partId}", '{"path":{"partId":"nope"}}', "--yes");
    expect(failed.code).toBe(1);
    expect(failed.stderr.match(/There is no part/g)).toHaveLength(1);
    const [run] = json(await piloto("runs", "list", "--state", "error", "--json")).runs;
    expect((await piloto("runs", "retry", run.id)).code).toBe(0);
    await piloto("call", "workshop", "GET /parts", "{}", "--yes");
    expect(json(await piloto("runs", "show", run.id, "--json")).attempts).toHaveLength(2);
  });

  test("a plan confirmed while nobody runs is told to be queued, and runs at the next start", async () => {
    const run = json(await piloto("ask", "Start machine lathe-1", "--json"));
    const confirmed = await piloto("runs", "confirm", run.id, "--yes");
    expect(confirmed.stderr).toContain("No Piloto runs on this data now. It is queued");
    await piloto("call", "workshop", "GET /machines", "{}", "--yes");
    expect(json(await piloto("runs", "show", run.id, "--json")).state).toBe("done");
  });

  test("answers one question on the command line, and makes one call by hand", async () => {
    const asked = await piloto("ask", "hello");
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout.length).toBeGreaterThan(10);
    const called = await piloto("call", "workshop", "GET /parts", "{}", "--yes", "--json");
    expect(called).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(called.stdout)).toMatchObject({ state: "done", stepRuns: [{ state: "done" }] });
  });
});

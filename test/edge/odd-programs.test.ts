import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../house/run-program.ts";
import { type Loopback, loopback } from "../tools/house.ts";
import { events, expectClear, expectPlain, expectWhole, lines, openPlace, type Place } from "./program-house.ts";

let place: Place;
let shop: Loopback;
let isSlow = false;
let posted: string[] = [];
let arrived: () => void = () => undefined;
const body = { content: { "application/json": { schema: { type: "object" } } } };
const responses = { 200: { description: "fine" } };
const SHOP = {
  openapi: "3.1.0",
  info: { title: "Shop\u001b[2J\u202e", version: "1" },
  paths: {
    "/things": {
      get: { summary: "All \u001b]0;x\u0007things\u202e", responses },
      post: { requestBody: body, responses },
    },
  },
};

beforeAll(async () => {
  shop = await loopback((request, response) => {
    const answer = (value: unknown) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.url === "/openapi.json") return void answer(SHOP);
    if (request.method === "POST") {
      posted.push(String(request.headers["idempotency-key"]));
      arrived();
      if (isSlow) return void setTimeout(() => answer({ made: true }), 1_500);
    }
    answer({ name: "bolt\u001b[2J\u009b31m\u202e\u0007", list: [1, 2] });
  });
  place = openPlace();
  expect((await place.piloto(["services", "add", "shop", shop.url])).code).toBe(0);
  expect((await place.piloto(["services", "allow", "shop", "all"])).code).toBe(0);
});
afterAll(async () => {
  await shop.stop();
  place.remove();
});

const runs = async () => JSON.parse((await place.piloto(["runs", "list", "--json"])).stdout).runs;

/** The run once Piloto does nothing more with it by itself. */
async function settled(id: string) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const run = (await runs()).find((one: { id: string }) => one.id === id);
    if (!["queued", "running"].includes(run.state) || Date.now() > deadline) return run;
  }
}

describe("what a terminal gets to see", () => {
  test("of a service full of escapes and turned letters: none of them, by any command, JSON or not", async () => {
    for (const args of [
      ["call", "shop", "GET /things", "--yes"],
      ["call", "shop", "GET /things", "--yes", "--json"],
      ["services", "show", "shop"],
      ["services", "show", "shop", "--json"],
      ["services", "list", "--json"],
    ]) {
      const { code, stdout, stderr } = await place.piloto(args);
      expect({ args, code }).toEqual({ args, code: 0 });
      expectPlain(stdout + stderr);
      if (args.includes("--json")) expect(JSON.stringify(JSON.parse(stdout))).toMatch(/shop/i);
    }
    const [run] = await runs();
    const shown = JSON.parse((await place.piloto(["runs", "show", run.id, "--json"])).stdout);
    // The record is whole: what was sent is what is kept.
    expect(shown.stepRuns[0].result.body.name).toBe("bolt\u001b[2J\u009b31m\u202e\u0007");
  });

  test("of a script that is a picture: one plain sentence with the line", async () => {
    const noise = Buffer.from([0x89, 0x50, 0x4e, 0x1b, 0x5b, 0x32, 0x4a, 0x07, 0xc2, 0x9b, 0x33, 0x31, 0x6d]);
    writeFileSync(path.join(place.folder, "picture.png"), noise);
    const ended = await place.piloto(["chat", "--script", "picture.png"]);
    expect(ended.stderr).toMatch(/^Line 1: not JSON/);
    expectPlain(ended.stdout + ended.stderr);
    expect(ended.code).toBe(2);
  });

  test("of a script line nested 30,000 deep: one plain sentence with the line", async () => {
    const value = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    writeFileSync(
      path.join(place.folder, "deep.jsonl"),
      `{"press":"edit","change":{"kind":"set","step":1,"path":["body"],"value":${value}}}`,
    );
    const ended = await place.piloto(["chat", "--script", "deep.jsonl"]);
    expect(ended).toEqual({ code: 2, stdout: "", stderr: "Line 1: nested deeper than 100 levels\n" });
  });

  test("of 10 MB in one line of a script: a refusal with the limit, and the next line is played", async () => {
    const script = lines({ say: "word ".repeat(2_000_000) }, { say: "hello" });
    const ended = await place.piloto(["chat", "--script", "-", "--json"], { stdin: script });
    const [refused, hello] = events(ended);
    expect(refused).toMatchObject({ type: "refused", reply: expect.stringMatching(/10000 kB.*at most 100 kB/) });
    expect(hello?.text).toMatch(/^Hello/);
    expect(ended.code).toBe(0);
  });
});

describe("arguments that only a machine would write", () => {
  const deep = (depth: number) => `{"body":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  test.each([
    ["nested 20,000 deep", deep(20_000), "INPUT_INVALID", ["nested deeper than 100 levels"]],
    ["no JSON", "{'a':1}", "INPUT_INVALID", ["are not JSON", "Write them like"]],
    ["a prototype", '{"__proto__":{"a":1}}', "ARGUMENTS_INVALID", ["__proto__ is not known here"]],
  ])("%s are refused in words", async (_what, args, error, says) => {
    expectClear(await place.piloto(["call", "shop", "POST /things", args, "--yes"]), { code: 2, error, says });
  });
});

describe("a process that ends at a bad moment", () => {
  test("who reads stops early, as head does: no stack, and what was said is kept", async () => {
    const script = lines({ say: "hello" }, { wait: "idle" }, { say: "thanks" }, { wait: "idle" }, { say: "help" });
    writeFileSync(path.join(place.folder, "talk.jsonl"), script);
    const sh = 'set -o pipefail; "$0" "$@" 2>&1 >/dev/full | cat; "$0" "$@" | head -n 1';
    const command = [process.execPath, path.join(root, "bin/piloto.js"), "chat", "--script", "talk.jsonl", "--json"];
    const out = execFileSync("bash", ["-c", sh, ...command], {
      cwd: place.folder,
      env: { ...process.env, PILOTO_DEMO: "0", NO_COLOR: "1" },
      encoding: "utf8",
    });
    expectPlain(out);
    expect(out).toContain("Hello, I am Piloto");
    await expectWhole(place);
  });

  test("a signal in the middle of a call: the call is finished and recorded, and made once", async () => {
    posted = [];
    isSlow = true;
    const env = { PILOTO_PORT: "0", PILOTO_LOG_LEVEL: "silent" };
    const first = place.start(["start"], { env });
    await first.printed("Piloto is ready");
    const sent = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const beside = place.piloto(["call", "shop", "POST /things", '{"body":{}}', "--yes", "--json"]);
    await sent;
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(0);
    expect(JSON.parse((await beside).stdout).state).toBe("done");
    expect(posted).toHaveLength(1);
    isSlow = false;
    await expectWhole(place);
  });

  test("killed in the middle of a writing call: it is not made again by itself, and a person is asked", async () => {
    posted = [];
    isSlow = true;
    const sent = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const call = place.start(["call", "shop", "POST /things", '{"body":{"n":2}}', "--yes"]);
    await sent;
    call.child.kill("SIGKILL");
    await call.ended;
    isSlow = false;
    const [run] = await runs();
    expect(run.state).toBe("running");
    const next = place.start(["start"], { env: { PILOTO_PORT: "0", PILOTO_LOG_LEVEL: "silent" } });
    await next.printed("Piloto is ready");
    const after = await settled(run.id);
    next.child.kill("SIGTERM");
    await next.ended;
    expect({ id: after.id, state: after.state }).toEqual({ id: run.id, state: "waiting" });
    expect(posted).toHaveLength(1);
    const shown = await place.piloto(["runs", "show", run.id]);
    expect(shown.stdout).toMatch(/not known|unknown/i);
    await expectWhole(place);
  });
});

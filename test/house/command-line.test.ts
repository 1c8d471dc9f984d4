import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { type Ended, root, runProgram } from "./run-program.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bin = path.join(root, "bin/piloto.js");

/** `piloto …` in an empty folder, with real settings instead of the demo's. */
function piloto(args: string[], { env = {}, stdin = "" }: { env?: Record<string, string>; stdin?: string } = {}) {
  return runProgram([bin, ...args], { cwd: folder, env: { PILOTO_DEMO: "0", ...env }, stdin });
}

const json = ({ stdout }: Ended) => JSON.parse(stdout);

describe("the command line", () => {
  test("without a command shows what there is, and that as wrong usage", async () => {
    const { code, stdout, stderr } = await piloto([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const command of ["start", "chat", "ask", "call", "services", "runs", "audit", "fleet", "secrets", "doctor"]) {
      expect(stderr).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    }
  });

  const COMMANDS = [
    "",
    "start",
    "chat",
    "ask",
    "call",
    "services",
    "services add",
    "services allow",
    "runs",
    "runs show",
    "audit verify",
    "fleet",
    "secrets set",
    "doctor",
    "bench",
  ];
  test.each(COMMANDS)("explains itself: piloto %s --help", async (command) => {
    const { code, stdout, stderr } = await piloto([...command.split(" ").filter(Boolean), "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: piloto${command ? ` ${command}` : ""}`);
    if (command !== "" && !["services", "runs"].includes(command)) expect(stdout).toContain("--json");
  });

  test.each([
    ["an unknown command", ["dance"], 2, "unknown command 'dance'"],
    ["an unknown option", ["fleet", "--loud"], 2, "unknown option '--loud'"],
    ["a missing argument", ["runs", "show"], 2, "missing required argument 'run'"],
    ["a run that is not there", ["runs", "show", "ffffffff"], 3, "(RUN_NOT_FOUND)"],
    ["a service that is not there", ["services", "show", "shop"], 3, "(SERVICE_NOT_FOUND)"],
    [
      "a project that is not there",
      ["services", "list", "--project", "moon"],
      3,
      "There are: main. New ones in the settings come with the next start. (PROJECT_NOT_FOUND)",
    ],
    ["a secret that is not there", ["secrets", "remove", "service:main/shop"], 3, "(SECRET_NOT_FOUND)"],
    ["a state that is none", ["runs", "list", "--state", "lost"], 2, '"lost" is no state of a run'],
    ["a number that is none", ["runs", "list", "--limit", "many"], 2, '--limit is "many"'],
    ["an account that is none", ["runs", "cancel", "x", "--as", "a b"], 3, "RUN_NOT_FOUND"],
    ["a place that is none", ["secrets", "set", "my-password"], 2, "is no place for a secret"],
    ["a person who may not", ["services", "remove", "shop", "--as", "web:eve"], 4, "web:eve may not administer"],
    ["a chat without a terminal", ["chat"], 2, "A chat needs a terminal"],
    ["a script that is not there", ["chat", "--script", "no.jsonl"], 2, "no.jsonl cannot be read"],
  ])("says in one sentence what is wrong with %s", async (_what, args, code, sentence) => {
    const ended = await piloto(args as string[]);
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
  });

  test("tells an error as JSON on stderr when asked for JSON", async () => {
    const { code, stdout, stderr } = await piloto(["runs", "show", "ffffffff", "--json"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(JSON.parse(stderr).error.code).toBe("RUN_NOT_FOUND");
  });

  test("refuses bad settings before it touches any data", async () => {
    const { code, stderr } = await piloto(["runs", "list"], { env: { PILOTO_PORT: "seventy" } });
    expect(code).toBe(2);
    expect(stderr).toContain('wanted a port from 0 to 65535, found "seventy". (SETTINGS_INVALID)');
  });

  // Nobody can make a folder there, not even the superuser; the kernel refuses each with a code of its own.
  test.each(["/sys/piloto", "/proc/piloto"])(
    "says what to do about a data folder that cannot be made: %s",
    async (data) => {
      const { code, stderr } = await piloto(["runs", "list"], { env: { PILOTO_DATA_DIR: data } });
      expect(code).toBe(1);
      expect(stderr).toContain("Choose another folder with PILOTO_DATA_DIR");
      expect(stderr).toContain("(DATA_READ_ONLY)");
    },
  );

  test("a command with other settings than the running Piloto's does not change who may do what", async () => {
    const access = { propose: ["terminal:ana"], confirm: ["terminal:ana"], administer: ["terminal:ana"] };
    writeFileSync(path.join(folder, "my.json"), JSON.stringify({ projects: { shop: { access } } }));
    expect((await piloto(["runs", "list"], { env: { PILOTO_SETTINGS: "my.json" } })).code).toBe(0);
    expect((await piloto(["services", "list", "--project", "shop"])).code).toBe(0);
    const refused = await piloto(["services", "remove", "x", "--project", "shop", "--as", "ben"]);
    expect(refused.stderr).toContain("terminal:ben may not administer the project shop.");
    const lines = (await piloto(["audit", "export"])).stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line)).map(({ by, did, target }) => [by, did, target])).toEqual([
      ["piloto", "change-setting", "settings"],
      ["piloto", "change-setting", "project:shop"],
      ["terminal:ben", "refuse-request", "project:shop"],
    ]);
  });

  test("says what to do about a data folder that is a file", async () => {
    writeFileSync(path.join(folder, "data"), "");
    const { code, stderr } = await piloto(["runs", "list"], { env: { PILOTO_DATA_DIR: "data" } });
    expect(code).toBe(1);
    expect(stderr).toContain("PILOTO_DATA_DIR");
    expect(stderr).toContain("(DATA_READ_ONLY)");
  });
});

describe("commands on a service", () => {
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await startWorkshop();
  });
  afterAll(() => workshop.stop());

  test("add it, allow and deny operations, refresh it, remove it; each is in the audit log", async () => {
    const added = await piloto(["services", "add", "shop", workshop.url, "--json", "--as", "ana"]);
    expect(added.code).toBe(0);
    expect(json(added)).toMatchObject({ service: { name: "shop", baseUrl: workshop.url, isOffline: false } });
    expect(json(added).allowed).toBeLessThan(json(added).operations);

    expect((await piloto(["services", "allow", "shop", "setStock", "--as", "ana"])).code).toBe(0);
    const shown = json(await piloto(["services", "show", "shop", "--json"]));
    const setStock = shown.endpoints.find((endpoint: { operationId?: string }) => endpoint.operationId === "setStock");
    expect(setStock).toMatchObject({ isAllowed: true, risk: "write" });

    expect((await piloto(["services", "deny", "shop", "setStock", "--as", "ana"])).code).toBe(0);
    expect((await piloto(["services", "refresh", "shop", "--as", "ana"])).stdout).toContain("Nothing changed.");
    expect((await piloto(["services", "list"])).stdout).toContain(workshop.url);
    expect((await piloto(["services", "add", "shop", workshop.url])).stderr).toContain("(SERVICE_EXISTS)");
    expect((await piloto(["services", "remove", "shop", "--as", "ana"])).code).toBe(0);
    expect(json(await piloto(["services", "list", "--json"]))).toEqual([]);

    const entries = (await piloto(["audit", "export"])).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const byAna = entries.filter((entry) => entry.by === "terminal:ana").map((entry) => entry.did);
    expect(byAna).toEqual(["add-service", "allow-endpoint", "deny-endpoint", "refresh-service", "remove-service"]);
    const verified = await piloto(["audit", "verify", "--json"]);
    expect([verified.code, json(verified).kind]).toEqual([0, "whole"]);
  });

  test("say what was looked for when there is no description", async () => {
    const nothing = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => nothing.listen(0, "127.0.0.1", resolve));
    const { port } = nothing.address() as AddressInfo;
    const { code, stderr } = await piloto(["services", "add", "shop", `http://127.0.0.1:${port}`]);
    nothing.close();
    expect(code).toBe(3);
    expect(stderr).toContain("(SPEC_NOT_FOUND)");
  });
});

describe("secrets", () => {
  const place = "service:main/shop";

  test("come from stdin, are listed by place, and never printed", async () => {
    const stored = await piloto(["secrets", "set", place], { stdin: "hunter2\n" });
    expect(stored).toMatchObject({ code: 0, stdout: `Stored for ${place}.\n` });
    const listed = await piloto(["secrets", "list", "--json"]);
    expect(json(listed)).toEqual([place]);
    const exported = await piloto(["audit", "export"]);
    expect(exported.stdout).toContain('"did":"put-secret"');
    for (const { stdout, stderr } of [stored, listed, exported]) expect(stdout + stderr).not.toContain("hunter2");
    expect((await piloto(["secrets", "remove", place])).code).toBe(0);
    expect(json(await piloto(["secrets", "list", "--json"]))).toEqual([]);
  });

  test("are not taken empty", async () => {
    const { code, stderr } = await piloto(["secrets", "set", place], { stdin: "\n" });
    expect(code).toBe(2);
    expect(stderr).toContain("The secret is empty; nothing was stored.");
  });
});

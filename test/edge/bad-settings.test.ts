import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { readSettings } from "../../src/settings.ts";
import { expectClear, expectPlain, openPlace, type Place } from "./program-house.ts";

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.remove());

const at = (name: string) => path.join(place.folder, name);
const settings = (content: string) => {
  mkdirSync(at(".data"), { recursive: true });
  writeFileSync(at(".data/settings.json"), content);
};

/** What the settings of this folder say: the door that every command goes through first. */
function refusal(env: Record<string, string> = {}): string {
  try {
    readSettings({ env: { PILOTO_DEMO: "0", ...env }, folder: place.folder });
  } catch (error) {
    if (!isPilotoError(error, "SETTINGS_INVALID")) throw error;
    expectPlain(error.message.replaceAll("\u001b", ""));
    return error.message;
  }
  throw new Error("These settings were taken.");
}

describe("settings with errors", () => {
  test.each([
    ["no JSON", "{", ["settings.json is not JSON"]],
    ["a name that is none", '{"prot":7}', ['"prot"', "is not a setting"]],
    ["a project name that is none", '{"projects":{"Main X":{}}}', ['"Main X"', "lower-case letters"]],
    [
      "an account without a face",
      '{"projects":{"a":{"access":{"confirm":["ana"]}}}}',
      ['"terminal:ana"', 'found "ana"'],
    ],
    ["a PC that is no web address", '{"fleet":[{"name":"a","url":"ftp://x"}]}', ["http:// or https://", "ftp://x"]],
    [
      "a default project that is not there",
      '{"defaultProject":"z","projects":{"a":{}}}',
      ['"z"', "the projects are: a"],
    ],
  ])("%s: says where, what was wanted, what was found", (_what, content, says) => {
    settings(content);
    const said = refusal();
    for (const text of says) expect(said).toContain(text);
  });

  test("the command line tells them as wrong settings, before it touches any data", async () => {
    settings('{"prot":7}');
    const says = ['"prot"', "is not a setting", "docs/settings.md"];
    expectClear(await place.piloto(["fleet"]), { code: 2, error: "SETTINGS_INVALID", says });
    expect(readdirSync(at(".data"))).toEqual(["settings.json"]);
  });

  test("a settings file written by a Windows editor is read all the same", () => {
    settings('\ufeff{"projects":{"north":{}}}');
    expect(readSettings({ env: {}, folder: place.folder }).defaultProject).toBe("north");
  });

  test("a folder in the place of the settings file is not called bad JSON", () => {
    mkdirSync(at(".data/settings.json"), { recursive: true });
    expect(refusal()).toMatch(/settings\.json should be a file .*EISDIR/);
  });
});

describe("a .env with errors", () => {
  test.each([
    ["a variable that does not exist", "PILOTO_PROT=1\n", ["PILOTO_PROT is not a setting"]],
    ["a port that is none", "PILOTO_PORT=abc\n", ["PILOTO_PORT", 'found "abc"']],
    ["a line without =", "# mine\nPILOTO_PORT 7421\n", ["Line 2 of", "NAME=value"]],
    ["an escape before the name", "\u001b[31mPILOTO_PORT=7421\n", ["Line 1 of"]],
  ])("%s is told, not passed over", (_what, content, says) => {
    writeFileSync(at(".env"), content);
    const said = refusal();
    for (const text of says) expect(said).toContain(text);
  });

  test("values in quotes over several lines, remarks and export are no errors", () => {
    writeFileSync(at(".env"), `# mine\n\nexport PILOTO_PORT=7421 # here\nA="one\ntwo three\n"\nPILOTO_LANGUAGE='es'\n`);
    expect(readSettings({ env: {}, folder: place.folder })).toMatchObject({ port: 7421, language: "es" });
  });

  test("a folder named .env is told", () => {
    mkdirSync(at(".env"));
    expect(refusal()).toContain("EISDIR");
  });

  test("the password in a database address that is none is not shown", () => {
    writeFileSync(at(".env"), "PILOTO_DATABASE_URL=mysql://u:hunter2@127.0.0.1:1/x\n");
    expect(refusal()).toContain("postgres://");
    expect(refusal()).not.toContain("hunter2");
  });
});

describe("a key file that is no key", () => {
  test.each([
    ["text", () => writeFileSync(at("key"), "hello\n"), ["should hold 32 bytes", "holds 3"]],
    ["a folder", () => mkdirSync(at("key")), ["PILOTO_KEY_FILE", "EISDIR"]],
  ])("%s: says what it should be, and stores nothing", async (_what, make, says) => {
    make();
    const env = { PILOTO_KEY_FILE: "key" };
    const set = await place.piloto(["secrets", "set", "service:main/shop"], { env, stdin: "s3cret" });
    expectClear(set, { code: 1, error: "SECRET_UNREADABLE", says });
    expect(set.stderr).not.toContain("s3cret");
  });
});

describe("a place that Piloto cannot have", () => {
  test("a port in use names it and what to do", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const ended = await place.piloto(["start"], { env: { PILOTO_PORT: String(port), PILOTO_LOG_LEVEL: "silent" } });
    expectClear(ended, { code: 6, error: "PORT_IN_USE", says: [`Port ${port}`, "PILOTO_PORT"] });
    await new Promise((resolve) => server.close(resolve));
  });

  test("a log that cannot be written is named", async () => {
    const env = { PILOTO_LOG_FILE: place.folder, PILOTO_PORT: "0" };
    const says = ["The log", "PILOTO_LOG_FILE"];
    expectClear(await place.piloto(["start"], { env }), { code: 2, error: "SETTINGS_INVALID", says });
  });
});

describe("PCs that are none", () => {
  test("nothing listens there: fleet says so for each, and a question gets an answer in words", async () => {
    const env = { OLLAMA_HOSTS: "attic=http://127.0.0.1:9" };
    const fleet = await place.piloto(["fleet"], { env });
    expect(fleet.stdout).toMatch(/attic .*nothing listens there/);
    expectPlain(fleet.stdout + fleet.stderr);
    expect(fleet.code).toBe(5);
    const asked = await place.piloto(["ask", "Set the stock of M8 to 4"], { env });
    expect(asked.stdout).toContain("No machine with a language model answers right now");
    expectPlain(asked.stdout + asked.stderr);
  });

  test("a list of PCs that cannot be read shows how to write one", async () => {
    const env = { OLLAMA_HOSTS: "a=ftp://x,,b=;" };
    expectClear(await place.piloto(["fleet"], { env }), {
      code: 2,
      error: "SETTINGS_INVALID",
      says: ["OLLAMA_HOSTS", "pc1=http://10.0.0.5:11434"],
    });
  });
});

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../core/domain/errors.ts";
import { root, runProgram } from "./run-program.ts";

const catalogue = readFileSync(path.join(root, "docs/errors.md"), "utf8");

test("every error code has one entry in docs/errors.md that says something, and no entry is about nothing", () => {
  const headings = [...catalogue.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
  expect([...headings].sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const entry of catalogue.split(/^## /m).slice(1)) expect(entry.length).toBeGreaterThan(60);
});

describe("the document check", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "piloto-docs-"));
    for (const name of ["core/domain/errors.ts", "docs/errors.md", "src", "package.json", ".env.example"]) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const check = () => runProgram([path.join(root, "scripts/house/check-docs.mjs"), "--root", folder]);
  const change = (file: string, edit: (text: string) => string) => {
    const place = path.join(folder, file);
    writeFileSync(place, edit(readFileSync(place, "utf8")));
  };

  test("finds a code that nobody explained", async () => {
    change("docs/errors.md", (text) => text.replace("## FLEET_BUSY", "## FLEET_LAZY"));
    const { stdout, code } = await check();
    expect(stdout).toMatch(/core\/domain\/errors\.ts:\d+ FLEET_BUSY has no entry/);
    expect(stdout).toMatch(/docs\/errors\.md:\d+ FLEET_LAZY is explained but does not exist/);
    expect(code).toBe(1);
  });

  test.each([
    ["a setting that no code reads", "Set `PILOTO_MOOD`.", "PILOTO_MOOD is named here but no code reads it"],
    ["a command that does not exist", "Run `piloto dance`.", 'there is no command "piloto dance"'],
    ["an npm script that does not exist", "Run `npm run dance`.", 'there is no "npm run dance"'],
    ["a path that does not exist", "See `src/dance.ts`.", "there is no src/dance.ts"],
    ["a link that leads nowhere", "See [dancing](dance.md).", "the link leads nowhere: dance.md"],
  ])("finds %s", async (_what, sentence, finding) => {
    writeFileSync(path.join(folder, "README.md"), `# Piloto\n\n${sentence}\n`);
    const { stdout } = await check();
    expect(stdout).toContain(`README.md:3 ${finding}`);
  });

  test("finds a setting that .env.example does not tell of", async () => {
    change(".env.example", (text) => text.replaceAll("PILOTO_LANGUAGE", "PILOTO_HOST"));
    expect((await check()).stdout).toMatch(/PILOTO_LANGUAGE is a setting: document it in \.env\.example/);
  });
});

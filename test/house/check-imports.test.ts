import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root, runProgram } from "./run-program.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-imports-"));
  const dependencies = { zod: "1", kysely: "1", fastify: "1", ollama: "1", bottleneck: "1" };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ dependencies }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const check = () => runProgram([path.join(root, "scripts/house/check-imports.mjs"), "--root", folder]);

const VIOLATIONS: { what: string; files: Record<string, string>; finding: string }[] = [
  {
    what: "core reaching out to the house",
    files: { "core/planning/a.ts": 'import { x } from "../../src/b.ts";\n', "src/b.ts": "" },
    finding: "core/planning/a.ts:1 imports ../../src/b.ts: core imports nothing of the outside",
  },
  {
    what: "core using a package that is not pure",
    files: { "core/domain/a.ts": '\nimport { Kysely } from "kysely";\n' },
    finding: "core/domain/a.ts:2 imports kysely: core may use only",
  },
  {
    what: "core reading the disk",
    files: { "core/domain/a.ts": 'import { readFileSync } from "node:fs";\n' },
    finding: "core/domain/a.ts:1 imports node:fs: core may use only",
  },
  {
    what: "a room importing a higher shelf",
    files: { "core/domain/a.ts": 'import type { X } from "../running/b.ts";\n', "core/running/b.ts": "" },
    finding: "core/domain (shelf 0) may not import a higher shelf: core/running (3)",
  },
  {
    what: "a room importing its neighbour",
    files: { "core/planning/a.ts": 'export { x } from "../running/b.ts";\n', "core/running/b.ts": "" },
    finding: "may not import a neighbour on the same shelf",
  },
  {
    what: "a room that stands on no shelf",
    files: { "core/magic/a.ts": 'import "../domain/b.ts";\n', "core/domain/b.ts": "" },
    finding: "core/magic is no room",
  },
  {
    what: "a face entering core past the front door",
    files: { "bots/terminal/a.ts": 'import { x } from "../../core/planning/b.ts";\n', "core/planning/b.ts": "" },
    finding: "a face may import only",
  },
  {
    what: "a face importing another face",
    files: { "bots/web/a.ts": 'import { x } from "../slack/b.ts";\n', "bots/slack/b.ts": "" },
    finding: "face web may not import face slack",
  },
  {
    what: "storage importing the rooms of core",
    files: { "storage/a.ts": 'import { x } from "../core/running/b.ts";\n', "core/running/b.ts": "" },
    finding: "storage may import only",
  },
  {
    what: "the house entering core past the front door",
    files: { "src/a.ts": 'const b = await import("../core/conversation/b.ts");\n', "core/conversation/b.ts": "" },
    finding: "src may import only",
  },
  {
    what: "the house entering storage past the front door",
    files: { "src/a.ts": 'import { x } from "../storage/sqlite/b.ts";\n', "storage/sqlite/b.ts": "" },
    finding: "src may import only",
  },
  {
    what: "code importing a test",
    files: { "src/a.ts": 'import { x } from "../test/b.ts";\n', "test/b.ts": "" },
    finding: "only tests import test/",
  },
  {
    what: "a heavy package away from its home",
    files: { "src/a.ts": 'import fastify from "fastify";\n' },
    finding: "src/a.ts:1 imports fastify: fastify has its home in src/http",
  },
  {
    what: "a package that is not in package.json",
    files: { "src/a.ts": 'import x from "left-pad";\n' },
    finding: "left-pad is not in package.json",
  },
  {
    what: "a file that is not there",
    files: { "src/a.ts": 'import { x } from "./b.js";\n' },
    finding: "there is no such file",
  },
  {
    what: "a loop of values",
    files: { "src/a.ts": 'import { b } from "./b.ts";\n', "src/b.ts": 'import { a } from "./a.ts";\n' },
    finding: "src/b.ts:1 closes a loop: src/a.ts -> src/b.ts -> src/a.ts",
  },
  {
    what: "a loop of types alone, over several lines",
    files: {
      "core/domain/a.ts": 'import type {\n  B,\n  C,\n} from "./b.ts";\n',
      "core/domain/b.ts": 'export type * from "./c.ts";\nimport type { C } from "./c.ts";\n',
      "core/domain/c.ts": 'import type { A } from "./a.ts";\n',
    },
    finding: "closes a loop: core/domain/a.ts -> core/domain/b.ts -> core/domain/c.ts -> core/domain/a.ts",
  },
  { what: "a file called utils", files: { "src/utils.ts": "" }, finding: '"utils" says nothing' },
  { what: "a folder called helpers", files: { "src/helpers/a.ts": "" }, finding: '"helpers" says nothing' },
  { what: "a file called types", files: { "core/domain/types.ts": "" }, finding: '"types" says nothing' },
  {
    what: "a file named a manager",
    files: { "src/run-manager.ts": "" },
    finding: '"run-manager" is named after a habit',
  },
  { what: "a file named a layer", files: { "src/PlanService.ts": "" }, finding: "a Service is an outside API here" },
  {
    what: "a class named a handler",
    files: { "src/a.ts": "\n\nexport class PressHandler {}\n" },
    finding: "src/a.ts:3 class PressHandler is named after a habit",
  },
];

describe("the import check", () => {
  test.each(VIOLATIONS)("finds $what", async ({ files, finding }) => {
    plant(files);
    const { code, stdout } = await check();
    expect(stdout).toContain(finding);
    expect(code).toBe(1);
  });

  test("has nothing to say about a tree that keeps the rule", async () => {
    plant({
      "core/domain/a.ts": 'import { z } from "zod";\nimport { createHash } from "node:crypto";\n',
      "core/planning/b.ts": 'import { a } from "../domain/a.ts";\n',
      "core/index.ts": 'export { b } from "./planning/b.ts";\n',
      "storage/index.ts": 'import { Kysely } from "kysely";\nimport type { A } from "../core/domain/a.ts";\n',
      "bots/shared/pace.ts": 'import Bottleneck from "bottleneck";\n',
      "bots/terminal/c.ts": 'import { p } from "../shared/pace.ts";\nimport { core } from "../../core/index.ts";\n',
      "bots/index.ts": 'export { c } from "./terminal/c.ts";\n',
      "src/fleet/d.ts": 'import { Ollama } from "ollama";\nimport path from "node:path";\n',
      "src/compose.ts": 'import { b } from "../core/index.ts";\nimport { c } from "../bots/index.ts";\n',
      "src/tools/add-service.ts": "",
      "test/e.test.ts": 'import { d } from "../src/fleet/d.ts";\nimport fastify from "fastify";\n',
    });
    expect(await check()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("has nothing to say about Piloto itself", async () => {
    const { stdout } = await runProgram([path.join(root, "scripts/house/check-imports.mjs")]);
    expect(stdout).toBe("");
  });
});

import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { type Ended, type Program, root, runProgram, startProgram } from "../house/run-program.ts";

interface Given {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
}

/** An empty folder in which a person uses `piloto`, with real settings instead of the demo's. */
export interface Place {
  readonly folder: string;
  piloto(args: readonly string[], given?: Given): Promise<Ended>;
  start(args: readonly string[], given?: Given): Program;
  /**
   * What was built, run by another command, such as `setpriv`: Piloto itself must not build under its limits.
   * @param sh a shell line; `"$@"` stands for the command
   */
  limited(sh: string, args: readonly string[], given?: Given): Promise<Ended>;
  remove(): void;
}

const bin = path.join(root, "bin/piloto.js");

export function openPlace(): Place {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-edge-"));
  // Another user must reach it.
  chmodSync(folder, 0o755);
  const options = ({ env = {}, stdin = "" }: Given = {}) => ({ cwd: folder, env: { PILOTO_DEMO: "0", ...env }, stdin });
  return {
    folder,
    piloto: (args, given) => runProgram([bin, ...args], options(given)),
    start: (args, given) => startProgram([bin, ...args], options(given)),
    async limited(sh, args, given) {
      await runProgram([bin, "--version"], options());
      const { build } = JSON.parse(readFileSync(path.join(root, "dist/current.json"), "utf8")) as { build: string };
      const main = path.join(root, "dist", build, "main.js");
      return runProgram(["-e", IN_SHELL, sh, process.execPath, main, ...args], options(given));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A shell between us and Piloto: it sets the limit, then becomes Piloto. */
const IN_SHELL = `
const [sh, ...command] = process.argv.slice(1);
const { status, signal } = require("node:child_process").spawnSync("bash", ["-c", sh, "bash", ...command], { stdio: "inherit" });
if (signal) console.error("ended by " + signal);
process.exit(status ?? 128);
`;

interface Clear {
  readonly code: number;
  /** The error's name, as docs/errors.md lists it. */
  readonly error: string;
  readonly says: readonly (string | RegExp)[];
}

/** A person gets sentences: what is wrong, by name, with the right exit code, and neither a stack nor escapes. */
export function expectClear({ code, stdout, stderr }: Ended, clear: Clear): void {
  for (const text of clear.says) expect(stderr).toMatch(text);
  expect(stderr).toContain(clear.error);
  expectPlain(stdout + stderr);
  expect(code).toBe(clear.code);
}

/** No stack trace, nothing that steers a terminal, nothing that hides or turns letters round. */
export function expectPlain(text: string): void {
  expect(text).not.toMatch(/^\s+at .*[:(]\d+|INTERNAL|Something went wrong inside|\bUnhandled|node:internal/m);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
}

/** Everything said and decided before is still there, and its chain holds. */
export async function expectWhole(place: Place): Promise<void> {
  const { code, stdout } = await place.piloto(["audit", "verify", "--json"]);
  expect({ code, kind: JSON.parse(stdout).kind }).toEqual({ code: 0, kind: "whole" });
}

export const lines = (...script: readonly object[]): string => script.map((line) => JSON.stringify(line)).join("\n");
export const events = ({ stdout }: Ended): { readonly type: string; readonly [key: string]: unknown }[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

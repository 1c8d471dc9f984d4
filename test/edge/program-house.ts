import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { type Ended, type Program, root, startCommand } from "../house/run-program.ts";

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
   * @param sh a shell line that ends in `exec` and the command, for which `"$@"` stands
   */
  limited(sh: string, args: readonly string[], given?: Given): Promise<Ended>;
  /** Ends what still runs there, then takes the folder away. */
  remove(): void;
}

const bin = path.join(root, "bin/piloto.js");

export function openPlace(): Place {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-edge-"));
  // Another user must reach it.
  chmodSync(folder, 0o755);
  const running = new Set<Program>();
  function start(command: readonly string[], { env = {}, stdin = "" }: Given = {}): Program {
    const program = startCommand(command, { cwd: folder, env: { PILOTO_DEMO: "0", ...env }, stdin });
    running.add(program);
    void program.ended.then(() => running.delete(program));
    return program;
  }
  return {
    folder,
    piloto: (args, given) => start([process.execPath, bin, ...args], given).ended,
    start: (args, given) => start([process.execPath, bin, ...args], given),
    async limited(sh, args, given) {
      await start([process.execPath, bin, "--version"]).ended;
      const { build } = JSON.parse(readFileSync(path.join(root, "dist/current.json"), "utf8")) as { build: string };
      const main = path.join(root, "dist", build, "main.js");
      return start(["bash", "-c", sh, "bash", process.execPath, main, ...args], given).ended;
    },
    remove() {
      for (const { child } of running) child.kill("SIGKILL");
      // What was killed a moment ago may still write.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

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
export async function expectWhole(place: Place, env: Record<string, string> = {}): Promise<void> {
  const { code, stdout } = await place.piloto(["audit", "verify", "--json"], { env });
  expect({ code, kind: JSON.parse(stdout).kind }).toEqual({ code: 0, kind: "whole" });
}

export const lines = (...script: readonly object[]): string => script.map((line) => JSON.stringify(line)).join("\n");
export const events = ({ stdout }: Ended): { readonly type: string; readonly [key: string]: unknown }[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

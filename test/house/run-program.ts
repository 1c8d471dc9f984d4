import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

const LIMIT_MS = 55_000;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout and stderr together hold the text. */
  printed(text: string | RegExp): Promise<string>;
}

interface Given {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Starts `node FILE ARGS` with an environment of its own: nothing of this machine's settings leaks in. */
export const startProgram = (args: readonly string[], given?: Given): Program =>
  startCommand([process.execPath, ...args], given);

/** The same for any program. */
export function startCommand(
  [command = "", ...args]: readonly string[],
  { env = {}, cwd = root, stdin = "" }: Given = {},
): Program {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(PILOTO|OLLAMA|npm)_/i.test(key)));
  const child = spawn(command, args, { cwd, env: { ...clean, NO_COLOR: "1", ...env } });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  const heard = () => {
    for (const look of waiting) look();
  };
  child.stdout.on("data", (part) => {
    stdout += part;
    heard();
  });
  child.stderr.on("data", (part) => {
    stderr += part;
    heard();
  });
  // A program may end before it has read all that it was given.
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  child.stdin.end(stdin);
  // A program that hangs must not outlive its test.
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", () => clearTimeout(limit));
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
  const printed = (text: string | RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const all = stdout + stderr;
        if (typeof text === "string" ? !all.includes(text) : !text.test(all)) return;
        waiting.delete(look);
        resolve(all);
      };
      waiting.add(look);
      ended.then(({ code }) => reject(new Error(`It ended (${code}) without printing ${text}:\n${stdout}${stderr}`)));
      look();
    });
  return { child, ended, printed };
}

export const runProgram = (...given: Parameters<typeof startProgram>): Promise<Ended> => startProgram(...given).ended;

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import path from "node:path";

/** A process that answers in a chat app: Piloto, or a bare bot to compare it with. */
export interface Life {
  /** Resident memory, in MB, after two full collections of garbage. */
  settledRssMb(): Promise<number>;
  /** SIGKILL: nothing is finished. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when that takes too long. */
  stop(): Promise<void>;
  readonly isAlive: boolean;
}

export interface LifeOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its stderr goes. */
  readonly logFile: string;
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 12_000;

/**
 * The file that `bin/piloto.js` runs, built once: sources that are edited while a bench runs change nothing, and a
 * start costs no look at the sources.
 */
export function builtPiloto(): string {
  execFileSync(process.execPath, [path.resolve("bin", "piloto.js"), "--version"], { stdio: "ignore" });
  const { build } = JSON.parse(readFileSync(path.resolve("dist", "current.json"), "utf8")) as { build: string };
  return path.resolve("dist", build, "main.js");
}

/** `piloto start` on a data folder; resolves when it says that it is ready. */
export const startPiloto = (main: string, options: LifeOptions): Promise<Life> =>
  startLife([main, "start", "--no-chat", "--json"], options);

/** A TypeScript file of this folder as a process of its own; resolves when it prints `"ready":true`. */
export const startScript = (file: string, options: LifeOptions): Promise<Life> =>
  startLife([path.resolve("scripts", "house", "run.mjs"), path.resolve(file)], options);

/** On SIGUSR2 a process of a bench collects its garbage. */
const COLLECTS = "data:text/javascript,process.on('SIGUSR2',()=>{globalThis.gc();globalThis.gc()})";

async function startLife(args: readonly string[], { cwd, env, logFile }: LifeOptions): Promise<Life> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, ["--expose-gc", "--import", COLLECTS, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", openSync(logFile, "a")],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let isAlive = true;
  void ended.then(() => {
    isAlive = false;
  });
  await untilReady(child, logFile);
  return {
    get isAlive() {
      return isAlive;
    },
    async settledRssMb() {
      for (let n = 0; n < 3; n++) {
        child.kill("SIGUSR2");
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
      return residentMb(child.pid);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function untilReady(child: ChildProcess, logFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string) => reject(new Error(`A process of the bench ${why}. Its log: ${logFile}`));
    const giveUp = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`was not ready after ${READY_WITHIN_MS} ms`);
    }, READY_WITHIN_MS);
    child.once("exit", (code) => {
      clearTimeout(giveUp);
      fail(`ended with ${code} instead of getting ready`);
    });
    child.stdout?.on("data", (chunk: Buffer) => {
      if (text.includes('"ready":true')) return;
      text += chunk.toString();
      if (!text.includes('"ready":true')) return;
      clearTimeout(giveUp);
      resolve();
    });
  });
}

/** Linux tells it in /proc: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
